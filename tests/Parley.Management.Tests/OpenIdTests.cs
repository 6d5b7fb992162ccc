using System.Net;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Access tokens of an OpenID provider, whose keys stand in a file.</summary>
public sealed class OpenIdTests : IDisposable
{
    private const string Issuer = "https://id.example.com";
    private readonly RSA _key = RSA.Create(2048);
    private readonly TestFolder _folder = new("openid");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_token_of_the_provider_has_its_name_and_its_role()
    {
        await using GuardedProxy guarded = await StartAsync();
        DateTimeOffset now = guarded.Proxy.Clock.GetUtcNow();
        Assert.Equal(
            """{"name":"olga","role":"operate"}""",
            await MeAsync(guarded, Token(now, new() { ["preferred_username"] = "olga", ["roles"] = new[] { "x", "parley-ops" } }))
        );
        Assert.Equal(
            """{"name":"7","role":"read"}""",
            await MeAsync(guarded, Token(now, new() { ["sub"] = "7", ["roles"] = "parley-view other" }))
        );
        // By cookie too.
        string token = Token(now, new() { ["preferred_username"] = "olga", ["roles"] = "parley-ops" });
        (HttpStatusCode status, _, HttpResponseMessage response) = await guarded.SendAsync(
            "POST",
            "/api/v1/login",
            null,
            $$"""{"token":"{{token}}"}"""
        );
        Assert.Equal(HttpStatusCode.OK, status);
        string cookie = response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", "/api/v1/dialogs", headers: ("Cookie", cookie))).Status);
        // The clock is the server's.
        guarded.Proxy.Run(3700);
        Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("GET", "/api/v1/dialogs", headers: ("Cookie", cookie))).Status);
    }

    [Fact]
    public async Task Roles_may_lie_in_an_object()
    {
        await using GuardedProxy guarded = await StartAsync(static options => options.Access.OpenId.RoleClaim = "realm_access.roles");
        string token = Token(
            guarded.Proxy.Clock.GetUtcNow(),
            new()
            {
                ["preferred_username"] = "olga",
                ["realm_access"] = new Dictionary<string, object> { ["roles"] = new[] { "parley-ops" } },
            }
        );
        Assert.Equal("""{"name":"olga","role":"operate"}""", await MeAsync(guarded, token));
    }

    [Fact]
    public async Task What_is_not_for_this_server_is_refused()
    {
        await using GuardedProxy guarded = await StartAsync();
        DateTimeOffset now = guarded.Proxy.Clock.GetUtcNow();
        var ops = new Dictionary<string, object> { ["sub"] = "eve", ["roles"] = "parley-ops" };
        using var other = RSA.Create(2048);
        string good = Token(now, ops);
        string[] parts = good.Split('.');
        string unsigned = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + "." + parts[1] + ".";
        string byPublicKey = new JsonWebTokenHandler().CreateToken(
            Descriptor(
                now,
                ops,
                Issuer,
                "parley",
                new SigningCredentials(new SymmetricSecurityKey(_key.ExportSubjectPublicKeyInfo()), "HS256")
            )
        );
        foreach (
            string token in new[]
            {
                Token(now.AddHours(-3), ops),
                Token(now.AddHours(3), ops),
                Token(now, ops, audience: "another"),
                Token(now, ops, issuer: "https://evil.example.net"),
                Token(now, ops, key: other),
                unsigned,
                byPublicKey,
                parts[0] + "." + parts[1] + "." + new string('A', 300),
                "x.y.z",
            }
        )
        {
            (HttpStatusCode status, string text, _) = await guarded.SendAsync("GET", "/api/v1/me", token);
            Assert.Equal((HttpStatusCode.Unauthorized, token), (status, token));
            Assert.DoesNotContain("IDX", text, StringComparison.Ordinal);
        }

        (HttpStatusCode without, _, _) = await guarded.SendAsync(
            "GET",
            "/api/v1/me",
            Token(now, new() { ["preferred_username"] = "nobody", ["roles"] = "other" })
        );
        Assert.Equal(HttpStatusCode.Forbidden, without);
        Assert.Contains(
            guarded.Log.Lines,
            static line =>
                line.StartsWith("Warning 7139 ", StringComparison.Ordinal)
                && line.Contains("as nobody refused: the user has no role", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_no_wrong_token()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync(
            static (options, _) =>
            {
                options.Access.OpenId.Authority = "https://127.0.0.1:1";
                options.Access.OpenId.Audience = "parley";
                options.Access.OpenId.OperateValues.Add("parley-ops");
            }
        );
        (HttpStatusCode status, _, _) = await guarded.SendAsync(
            "GET",
            "/api/v1/me",
            Token(guarded.Proxy.Clock.GetUtcNow(), new() { ["sub"] = "a" })
        );
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(guarded.Log.Lines, static line => line.StartsWith("Error 7138 ", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", "/api/v1/me", GuardedProxy.Reader)).Status);
    }

    private static async Task<string> MeAsync(GuardedProxy guarded, string token)
    {
        (HttpStatusCode status, string text, _) = await guarded.SendAsync("GET", "/api/v1/me", token);
        Assert.True(status == HttpStatusCode.OK, $"{status} {text} {string.Join('\n', guarded.Log.Lines.TakeLast(3))}");
        return text;
    }

    private static SecurityTokenDescriptor Descriptor(
        DateTimeOffset now,
        Dictionary<string, object> claims,
        string issuer,
        string audience,
        SigningCredentials signing
    ) =>
        new()
        {
            Issuer = issuer,
            Audience = audience,
            NotBefore = now.UtcDateTime,
            IssuedAt = now.UtcDateTime,
            Expires = now.UtcDateTime.AddHours(1),
            Claims = claims,
            SigningCredentials = signing,
        };

    private string Token(
        DateTimeOffset now,
        Dictionary<string, object> claims,
        string issuer = Issuer,
        string audience = "parley",
        RSA? key = null
    ) =>
        new JsonWebTokenHandler().CreateToken(
            Descriptor(now, claims, issuer, audience, new SigningCredentials(new RsaSecurityKey(key ?? _key) { KeyId = "k1" }, "RS256"))
        );

    private async Task<GuardedProxy> StartAsync(Action<ManagementOptions>? change = null)
    {
        RSAParameters numbers = _key.ExportParameters(includePrivateParameters: false);
        string path = Path.Combine(_folder.Path, "keys.json");
        await File.WriteAllTextAsync(
            path,
            $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"k1","alg":"RS256","n":"{{Base64UrlEncoder.Encode(numbers.Modulus)}}","e":"{{Base64UrlEncoder.Encode(numbers.Exponent)}}"}]}"""
        );
        return await GuardedProxy.StartAsync(
            (options, _) =>
            {
                options.Access.OpenId.KeysPath = path;
                options.Access.OpenId.Issuer = Issuer;
                options.Access.OpenId.Audience = "parley";
                options.Access.OpenId.OperateValues.Add("parley-ops");
                options.Access.OpenId.ReadValues.Add("parley-view");
                options.Access.FailuresPerMinute = 100;
                change?.Invoke(options);
            }
        );
    }
}
