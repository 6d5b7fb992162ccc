using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Parley.Management;

/// <summary>Access tokens of an OpenID provider: JwtBearer checks them, and their claims become a name and a role.</summary>
/// <remarks>Its handler is used by itself: as a service of the listener it would check each request before anything else has looked at it.</remarks>
internal sealed class OpenIdAccess
{
    private static readonly object TokenKey = new();
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);
    private static readonly AuthenticationScheme Scheme = new(
        JwtBearerDefaults.AuthenticationScheme,
        displayName: null,
        typeof(JwtBearerHandler)
    );

    private readonly ManagementOpenIdOptions _options;
    private readonly TimeProvider _time;
    private readonly FixedOptions _bearer;
    private Failure? _failure;

    /// <exception cref="ManagementException">The settings do not belong together, or the keys cannot be read.</exception>
    public OpenIdAccess(ManagementOpenIdOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var bearer = new JwtBearerOptions
        {
            TimeProvider = time,
            Authority = options.KeysPath is null ? options.Authority : null,
            MapInboundClaims = false,
            IncludeErrorDetails = false,
            SaveToken = false,
            Events = new JwtBearerEvents
            {
                OnMessageReceived = static context =>
                {
                    context.Token = (string?)context.HttpContext.Items[TokenKey];
                    return Task.CompletedTask;
                },
            },
        };
        SetRules(bearer.TokenValidationParameters, Check());
        new JwtBearerPostConfigureOptions().PostConfigure(Scheme.Name, bearer);
        _bearer = new FixedOptions(bearer);
    }

    /// <summary>Whether a text has the form of such a token: three parts with dots between.</summary>
    public static bool IsToken(string text) => text.Count(static c => c == '.') == 2;

    /// <summary>Checks a token. The name and role of its user; without a role: the token is good, and its user may nothing. Null: it is not good.</summary>
    /// <exception cref="OpenIdProviderException">The provider does not answer.</exception>
    public async ValueTask<(string Name, ManagementRole? Role)?> CheckAsync(HttpContext context, string token)
    {
        await FetchAsync(context.RequestAborted).ConfigureAwait(false);
        context.Items[TokenKey] = token;
        // What it logs has the token's faults in the words of the library, a line for each request.
        var handler = new JwtBearerHandler(_bearer, NullLoggerFactory.Instance, UrlEncoder.Default);
        await handler.InitializeAsync(Scheme, context).ConfigureAwait(false);
        AuthenticateResult result = await handler.AuthenticateAsync().ConfigureAwait(false);
        if (result.Principal is not { } principal)
            return null;
        string name = principal.FindFirst(_options.NameClaim)?.Value ?? principal.FindFirst("sub")?.Value ?? "?";
        HashSet<string> values = ValuesOf(principal);
        ManagementRole? role =
            _options.OperateValues.Any(values.Contains) ? ManagementRole.Operate
            : _options.ReadValues.Any(values.Contains) ? ManagementRole.Read
            : null;
        return (LogText.OneLine(name), role);
    }

    /// <summary>The provider's configuration, which is kept; without it no token can be checked. What fails is not tried again for a while: tokens of strangers cause it.</summary>
    private async ValueTask FetchAsync(CancellationToken cancellation)
    {
        if (_bearer.CurrentValue.ConfigurationManager is not { } provider)
            return;
        if (Volatile.Read(ref _failure) is { } failure && _time.GetElapsedTime(failure.At) < RetryInterval)
            throw new OpenIdProviderException(failure.Reason);
        try
        {
            await provider.GetConfigurationAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or HttpRequestException or ArgumentException)
        {
            string reason = (error.InnerException ?? error).Message.ReplaceLineEndings(" ");
            Volatile.Write(ref _failure, new Failure(reason, _time.GetTimestamp()));
            throw new OpenIdProviderException(reason);
        }
    }

    private void SetRules(TokenValidationParameters rules, IReadOnlyList<SecurityKey> keys)
    {
        rules.ValidAudience = _options.Audience;
        rules.ValidateIssuer = true;
        if (_options.Issuer is { } issuer)
            rules.ValidIssuer = issuer;
        if (keys.Count > 0)
            rules.IssuerSigningKeys = keys;
        rules.RequireSignedTokens = true;
        rules.LifetimeValidator = IsInTime;
    }

    private bool IsInTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters rules)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && end > now - Skew && (notBefore is null || notBefore < now + Skew);
    }

    private IReadOnlyList<SecurityKey> Check()
    {
        if (_options.Audience is null)
            throw new ManagementException(
                "Management:Access:OpenId needs an Audience: a token for another service must not be one for this"
            );
        if (_options.OperateValues.Count + _options.ReadValues.Count == 0)
            throw new ManagementException("Management:Access:OpenId needs Operate or Read: what the role claim has for whom");
        if (_options.KeysPath is not { } path)
            return _options.Authority!.StartsWith("https://", StringComparison.Ordinal)
                ? []
                : throw new ManagementException("Management:Access:OpenId:Authority is a URL that begins with https://");
        if (_options.Issuer is null)
            throw new ManagementException("Management:Access:OpenId:Keys needs an Issuer: whose tokens are taken");
        try
        {
            IList<SecurityKey> keys = new JsonWebKeySet(File.ReadAllText(path)).GetSigningKeys();
            return keys.Count > 0
                ? [.. keys]
                : throw new ManagementException($"The keys {path} of Management:Access:OpenId are none for signatures");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ManagementException(
                $"The keys {path} of Management:Access:OpenId cannot be read: {error.Message.ReplaceLineEndings(" ")}",
                error
            );
        }
    }

    /// <summary>The texts at the place of the role claim: a text with spaces between (scope), or a list, in an object or not.</summary>
    private HashSet<string> ValuesOf(ClaimsPrincipal principal)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (Claim claim in principal.FindAll(_options.RoleClaim))
            values.UnionWith(claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        int dot = _options.RoleClaim.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
            return values;
        foreach (Claim claim in principal.FindAll(_options.RoleClaim[..dot]))
            AddNested(claim.Value, _options.RoleClaim[(dot + 1)..].Split('.'), values);
        return values;
    }

    private static void AddNested(string text, string[] names, HashSet<string> values)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement place = document.RootElement;
            foreach (string name in names)
                if (place.ValueKind != JsonValueKind.Object || !place.TryGetProperty(name, out place))
                    return;
            if (place.ValueKind == JsonValueKind.String)
                values.Add(place.GetString()!);
            if (place.ValueKind == JsonValueKind.Array)
                values.UnionWith(
                    place.EnumerateArray().Where(static e => e.ValueKind == JsonValueKind.String).Select(static e => e.GetString()!)
                );
        }
        catch (JsonException)
        {
            // A claim of another form has no roles.
        }
    }

    private sealed record Failure(string Reason, long At);

    private sealed class FixedOptions(JwtBearerOptions options) : IOptionsMonitor<JwtBearerOptions>
    {
        public JwtBearerOptions CurrentValue => options;

        public JwtBearerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<JwtBearerOptions, string?> listener) => null;
    }
}
