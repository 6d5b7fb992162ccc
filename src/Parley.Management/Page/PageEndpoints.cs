using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Parley.Management;

/// <summary>The live page: <c>/</c> and its files under <c>/assets/</c>. They hold nothing of the server; what the page shows it asks the API for.</summary>
internal sealed class PageEndpoints : IManagementEndpoints
{
    private const string Forever = "private, max-age=31536000, immutable";
    private const string AskEachTime = "no-cache";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    // Read when the page is first asked for: most servers are started by a service and seen by nobody.
    private readonly Lazy<PageFiles> _files = new(PageFiles.Read);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/", Methods, StartAsync).WithMetadata(OpenToAll.Instance);
        endpoints.MapMethods("/assets/{version}/{**name}", Methods, AssetAsync).WithMetadata(OpenToAll.Instance);
    }

    private Task StartAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = _files.Value.Policy;
        headers.CacheControl = AskEachTime;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return SendAsync(context, _files.Value.StartPage);
    }

    private Task AssetAsync(HttpContext context)
    {
        if (_files.Value.Find(context.Request.RouteValues["name"] as string ?? "") is not { } file)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        // A page that is older than the server gets today's file, but does not keep it under the old address.
        bool isOfThisVersion = _files.Value.Version.Equals(context.Request.RouteValues["version"] as string, StringComparison.Ordinal);
        context.Response.Headers.CacheControl = isOfThisVersion ? Forever : AskEachTime;
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return SendAsync(context, file);
    }

    private static async Task SendAsync(HttpContext context, PageFile file)
    {
        HttpResponse response = context.Response;
        bool packed = TakesGzip(context.Request.Headers.AcceptEncoding);
        string tag = packed ? file.PackedTag : file.Tag;
        response.Headers.ETag = tag;
        response.Headers.Vary = "Accept-Encoding";
        if (Has(context.Request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        byte[] bytes = packed ? file.Packed : file.Plain;
        response.ContentType = file.Type;
        response.ContentLength = bytes.Length;
        if (packed)
            response.Headers.ContentEncoding = "gzip";
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Whether gzip is acceptable (RFC 9110 12.5.3): named without <c>q=0</c>.</summary>
    private static bool TakesGzip(StringValues accepted)
    {
        foreach (string? line in accepted)
        {
            foreach (string coding in (line ?? "").Split(','))
            {
                string[] parts = coding.Split(';', StringSplitOptions.TrimEntries);
                if (!parts[0].Equals("gzip", StringComparison.OrdinalIgnoreCase))
                    continue;
                string weight =
                    parts.Skip(1).FirstOrDefault(static part => part.StartsWith("q=", StringComparison.OrdinalIgnoreCase)) ?? "q=1";
                return weight[2..].Trim('0', '.').Length > 0;
            }
        }

        return false;
    }

    /// <summary>Whether If-None-Match has a tag (RFC 9110 13.1.2): weak comparison, or <c>*</c>.</summary>
    private static bool Has(StringValues tags, string tag)
    {
        foreach (string? line in tags)
        {
            foreach (string part in (line ?? "").Split(','))
            {
                string one = part.Trim();
                if (one == "*" || (one.StartsWith("W/", StringComparison.Ordinal) ? one[2..] : one) == tag)
                    return true;
            }
        }

        return false;
    }
}
