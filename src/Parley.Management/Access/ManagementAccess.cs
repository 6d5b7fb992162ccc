using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>
/// The access that the options say. A credential that is given counts, on loopback too; what comes from loopback without one may do everything, unless a credential is asked for there.
/// </summary>
internal sealed class ManagementAccess : IManagementAccess
{
    private const string Bearer = "Bearer ";

    private readonly ManagementAccessOptions _options;
    private readonly TokenTable _tokens;
    private readonly CertificateTable _certificates;
    private readonly OpenIdAccess? _openId;
    private readonly AttemptLimiter _limiter;
    private readonly LineGate _missing;
    private readonly TimeProvider _time;
    private readonly IEventHub? _events;
    private readonly ILogger _log;

    /// <exception cref="ManagementException">A token, a certificate or a setting cannot be.</exception>
    public ManagementAccess(ManagementOptions options, TimeProvider time, ILoggerFactory loggers, IEventHub? events = null)
    {
        (_time, _events) = (time, events);
        _options = options.Access;
        _log = loggers.CreateLogger("Parley.Management");
        _tokens = new TokenTable(_options.Tokens, time, _log);
        _certificates = new CertificateTable(_options.Certificates);
        _openId = _options.OpenId.IsOn ? new OpenIdAccess(_options.OpenId, time) : null;
        _limiter = new AttemptLimiter(_options.FailuresPerMinute, time);
        _missing = new LineGate(time);
    }

    /// <inheritdoc/>
    public bool ProtectsOtherAddresses => _options.HasCredentials;

    /// <inheritdoc/>
    public async ValueTask<ManagementCaller?> AdmitAsync(HttpContext context)
    {
        var place = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        bool isFree = Loopback.IsLoopback(place.Address) && !_options.RequireOnLoopback;
        if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null)
            return new ManagementCaller(place.ToString(), "http", MayChange: false);
        if (!isFree && await IsBlockedAsync(context, place.Address).ConfigureAwait(false))
            return null;
        Verdict verdict = await JudgeAsync(context, place, isFree).ConfigureAwait(false);
        if (verdict.Caller is null)
            await RefuseAsync(context, place, verdict).ConfigureAwait(false);
        return verdict.Caller;
    }

    /// <summary>Whose a token is, for the login; null: nobody's, and the response is written.</summary>
    public async ValueTask<ManagementCaller?> LogInAsync(HttpContext context, string token)
    {
        var place = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        if (await IsBlockedAsync(context, place.Address).ConfigureAwait(false))
            return null;
        Verdict verdict = await OfTokenAsync(context, place, token, "token").ConfigureAwait(false);
        if (verdict.Caller is { } caller)
            AccessLog.LoggedIn(_log, caller.LogName, RoleOf(caller));
        else
            await RefuseAsync(context, place, verdict).ConfigureAwait(false);
        return verdict.Caller;
    }

    /// <summary>The word for a caller's role.</summary>
    public static string RoleOf(ManagementCaller caller) => caller.MayChange ? "operate" : "read";

    private async ValueTask<Verdict> JudgeAsync(HttpContext context, IPEndPoint place, bool isFree)
    {
        string given = context.Request.Headers.Authorization.ToString();
        if (given.Length > 0)
            return given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? await OfTokenAsync(context, place, given[Bearer.Length..].Trim(), "token").ConfigureAwait(false)
                : Verdict.Wrong("Authorization header");
        if (context.Connection.ClientCertificate is { } certificate && OfCertificate(certificate, place) is { } known)
            return known;
        if (TokenCookie.Read(context.Request) is { } cookie)
        {
            Verdict verdict = await OfTokenAsync(context, place, cookie, "cookie").ConfigureAwait(false);
            if (verdict.Caller is not null)
                return IsOfPage(context.Request) ? verdict : new Verdict(null, 403, "cookie", "it changes something and names no Origin");
            if (verdict.Status == StatusCodes.Status401Unauthorized)
                TokenCookie.Remove(context);
            if (!isFree)
                return verdict;
        }

        if (isFree)
            return Verdict.Of(new ManagementCaller(place.ToString(), "http", MayChange: true));
        return context.Connection.ClientCertificate is { } nobody
            ? new Verdict(null, StatusCodes.Status403Forbidden, LogText.OneLine(nobody.Subject), "the certificate has no role")
            : new Verdict(null, StatusCodes.Status401Unauthorized, null, null);
    }

    /// <summary>A browser says of what changes something where it comes from; what does not say it is no page of ours.</summary>
    private static bool IsOfPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        || HttpMethods.IsHead(request.Method)
        || request.Headers.Origin.Count > 0
        || request.Headers["Sec-Fetch-Site"].Count > 0;

    private Verdict? OfCertificate(X509Certificate2 certificate, IPEndPoint place) =>
        _certificates.Find(certificate) is { } known ? Verdict.Of(Caller(known.Name, known.Role, place)) : null;

    private async ValueTask<Verdict> OfTokenAsync(HttpContext context, IPEndPoint place, string token, string credential)
    {
        if (_tokens.Find(token) is { } known)
            return Verdict.Of(Caller(known.Name, known.Role, place));
        if (_openId is null || !OpenIdAccess.IsToken(token))
            return Verdict.Wrong(credential);
        try
        {
            if (await _openId.CheckAsync(context, token).ConfigureAwait(false) is not { } user)
                return Verdict.Wrong(credential);
            return user.Role is { } role
                ? Verdict.Of(Caller(user.Name, role, place))
                : new Verdict(null, StatusCodes.Status403Forbidden, user.Name, "the user has no role");
        }
        catch (OpenIdProviderException error)
        {
            AccessLog.ProviderAway(_log, place.ToString(), error.Message);
            return new Verdict(null, StatusCodes.Status503ServiceUnavailable, null, null);
        }
    }

    private static ManagementCaller Caller(string name, ManagementRole role, IPEndPoint place) =>
        new(name, "http", role == ManagementRole.Operate) { Address = place.ToString() };

    private async ValueTask<bool> IsBlockedAsync(HttpContext context, IPAddress address)
    {
        if (!_limiter.IsBlocked(address, out TimeSpan wait))
            return false;
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await new ApiProblem(StatusCodes.Status429TooManyRequests, "Too many wrong credentials came from this address.")
            .WriteAsync(context)
            .ConfigureAwait(false);
        return true;
    }

    private async ValueTask RefuseAsync(HttpContext context, IPEndPoint place, Verdict verdict)
    {
        switch (verdict.Status)
        {
            case StatusCodes.Status401Unauthorized:
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"parley\"";
                SayUnknown(context, place, verdict.Credential);
                break;
            case StatusCodes.Status403Forbidden:
                AccessLog.Forbidden(_log, place.ToString(), verdict.Credential ?? "", verdict.Reason ?? "");
                break;
        }

        string detail = verdict.Status switch
        {
            StatusCodes.Status401Unauthorized => verdict.Credential is null ? "A credential is needed." : "The credential is not known.",
            StatusCodes.Status403Forbidden => "The credential is good for nothing here.",
            _ => "The credential cannot be checked at the moment.",
        };
        await new ApiProblem(verdict.Status, detail).WriteAsync(context).ConfigureAwait(false);
    }

    private void SayUnknown(HttpContext context, IPEndPoint place, string? credential)
    {
        if (credential is not null)
        {
            AccessLog.Wrong(_log, place.ToString(), credential);
            _events?.Publish(
                new AuthenticationFailedEvent(place.ToString(), "", context.Request.Path.Value ?? "", StatusCodes.Status401Unauthorized)
            );
            if (!_limiter.Count(place.Address))
                return;
            AccessLog.Blocked(_log, place.Address.ToString());
            _limiter.IsBlocked(place.Address, out TimeSpan wait);
            _events?.Publish(new BanEvent(place.Address.ToString(), "too many wrong credentials", _time.GetUtcNow() + wait));
        }
        else if (_missing.IsOpen(out int more))
        {
            AccessLog.Missing(_log, place.ToString(), more);
        }
    }

    /// <summary>What came of the look at a credential: a caller, or a refusal.</summary>
    private sealed record Verdict(ManagementCaller? Caller, int Status, string? Credential, string? Reason)
    {
        public static Verdict Of(ManagementCaller caller) => new(caller, StatusCodes.Status200OK, null, null);

        public static Verdict Wrong(string credential) => new(null, StatusCodes.Status401Unauthorized, credential, null);
    }
}
