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
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _lastLine;
    private int _unsaid;

    public async Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
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
        return site.Length == 0 || site is "same-origin" or "none" ? null : ("Sec-Fetch-Site", site);
    }

    /// <summary>One line a minute: a page that tries would fill the log.</summary>
    private void Say(HttpContext context, string header, string value)
    {
        int unsaid;
        lock (_lock)
        {
            long now = time.GetTimestamp();
            if (_lastLine != 0 && time.GetElapsedTime(_lastLine, now) < Minute)
            {
                _unsaid++;
                return;
            }

            _lastLine = now;
            (unsaid, _unsaid) = (_unsaid, 0);
        }

        if (unsaid > 0)
            ManagementLog.ForeignRequests(log, unsaid);
        string text = value.Length <= LongestValue ? value : value[..LongestValue];
        var caller = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        ManagementLog.ForeignRequest(log, caller.ToString(), header, string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)));
    }
}
