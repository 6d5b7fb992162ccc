using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>
/// The first check of every HTTP request. Pages of other sites must not reach the management side by the browser of an operator: neither across
/// origins (Origin and Sec-Fetch-Site, of the Fetch Metadata Request Headers) nor by a name of theirs that leads to this machine (Host).
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, HostNames hosts, IManagementAccess access, TimeProvider time, ILogger log)
{
    private const int LongestValue = 100;

    /// <summary>A page takes its scripts, styles and data from here and nothing from anywhere else, and stands in no frame.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; manifest-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private readonly LineGate _gate = new(time);

    public async Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (ForeignHeader(context) is { } foreign)
        {
            Say(context, foreign.Name, foreign.Value);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (await access.AdmitAsync(context).ConfigureAwait(false) is not { } caller)
            return;
        ManagementCallers.Set(context, caller);
        await next(context).ConfigureAwait(false);
    }

    private (string Name, string Value)? ForeignHeader(HttpContext context)
    {
        HttpRequest request = context.Request;
        IPAddress? local = context.Connection.LocalIpAddress;
        if (!hosts.Knows(request.Host, local))
            return ("Host", request.Host.Value ?? "");
        if (request.Headers.Origin is { Count: > 0 } origin && (origin.Count > 1 || !hosts.IsOwn(origin[0] ?? "", request, local)))
            return ("Origin", origin.ToString());
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length == 0 || site is "same-origin" or "none" || IsLink(context) ? null : ("Sec-Fetch-Site", site);
    }

    /// <summary>Another site's link opens a page of ours in a window of its own: it learns nothing of it, and the page holds nothing of the server.</summary>
    private static bool IsLink(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers["Sec-Fetch-Mode"] == "navigate"
        && context.Request.Headers["Sec-Fetch-Dest"] == "document"
        && context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null;

    /// <summary>One line a minute: a page that tries would fill the log.</summary>
    private void Say(HttpContext context, string header, string value)
    {
        if (!_gate.IsOpen(out int unsaid))
            return;
        if (unsaid > 0)
            ManagementLog.ForeignRequests(log, unsaid);
        string text = value.Length <= LongestValue ? value : value[..LongestValue];
        var caller = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        ManagementLog.ForeignRequest(log, caller.ToString(), header, string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)));
    }
}
