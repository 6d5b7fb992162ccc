using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Parley.Sip;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>What stops the start with one line, and where tokens come from.</summary>
public class AccessSetupTests
{
    [Theory]
    [InlineData("0.0.0.0:0", false, false)]
    [InlineData("0.0.0.0:0", true, false)]
    [InlineData("[::]:0", false, true)]
    [InlineData("192.0.2.1:8888", false, true)]
    public async Task Beyond_loopback_there_is_no_listener_without_TLS_and_a_credential(
        string address,
        bool withCertificate,
        bool withToken
    )
    {
        using TestPki pki = WithServer();
        var error = await Assert.ThrowsAsync<ManagementException>(() =>
            ManagedProxy.StartAsync(options =>
            {
                Listen(options, address);
                if (withCertificate)
                    Certify(options, pki);
                if (withToken)
                    options.Access.Tokens.Add(Token());
            })
        );
        Assert.StartsWith(
            $"The management address {address} lies beyond loopback, where it would be open to other machines; give a Certificate in Management:Access",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", "is not allowed")]
    [InlineData("https://127.0.0.1:0", "asks for TLS; give a Certificate")]
    [InlineData("ftp://127.0.0.1:0", "is not allowed")]
    public async Task A_scheme_has_to_fit(string address, string message)
    {
        var error = await Assert.ThrowsAsync<ManagementException>(() => ManagedProxy.StartAsync(options => Listen(options, address)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_all_addresses_loopback_is_free_and_others_need_a_credential()
    {
        using TestPki pki = WithServer();
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(options =>
        {
            Listen(options, "0.0.0.0:0");
            Certify(options, pki);
            options.Access.Tokens.Add(Token());
        });
        int port = proxy.BaseUrl.Port;
        Assert.Equal("https", proxy.BaseUrl.Scheme);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"https://127.0.0.1:{port}/api/v1/me", pki, null));
        if (OwnAddress() is not { } own)
            return;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"https://{own}:{port}/api/v1/me", pki, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"https://{own}:{port}/healthz", pki, null));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"https://{own}:{port}/api/v1/me", pki, GuardedProxy.Operator));
    }

    [Fact]
    public async Task A_token_given_on_loopback_counts_there()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options =>
            options.Access.Tokens.Add(new ManagementToken { Name = "rita", Sha256 = ManagementToken.HashOf(GuardedProxy.Reader) })
        );
        using var client = new HttpClient();
        Assert.Contains("operate", await client.GetStringAsync(new Uri(proxy.BaseUrl, "/api/v1/me")), StringComparison.Ordinal);
        client.DefaultRequestHeaders.Authorization = new("Bearer", GuardedProxy.Reader);
        Assert.Equal("""{"name":"rita","role":"read"}""", await client.GetStringAsync(new Uri(proxy.BaseUrl, "/api/v1/me")));
        client.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        using HttpResponseMessage response = await client.GetAsync(new Uri(proxy.BaseUrl, "/api/v1/me"));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_token_in_a_file_is_read_again_and_one_in_the_environment_is_taken()
    {
        using var folder = new TestFolder("token");
        string file = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(file, "parley_first-token-in-a-file\n");
        Environment.SetEnvironmentVariable("PARLEY_TEST_TOKEN", "parley_token-of-the-environment");
        await using GuardedProxy guarded = await GuardedProxy.StartAsync(
            (options, _) =>
            {
                options.Access.Tokens.Add(new ManagementToken { Name = "file", File = file });
                options.Access.Tokens.Add(new ManagementToken { Name = "environment", Environment = "PARLEY_TEST_TOKEN" });
            }
        );
        Assert.Contains(
            "\"file\"",
            (await guarded.SendAsync("GET", "/api/v1/me", "parley_first-token-in-a-file")).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\"environment\"",
            (await guarded.SendAsync("GET", "/api/v1/me", "parley_token-of-the-environment")).Text,
            StringComparison.Ordinal
        );
        await File.WriteAllTextAsync(file, "parley_second-token-in-a-file\n");
        File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5));
        guarded.Proxy.Run(6);
        Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("GET", "/api/v1/me", "parley_first-token-in-a-file")).Status);
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", "/api/v1/me", "parley_second-token-in-a-file")).Status);
        File.Delete(file);
        guarded.Proxy.Run(6);
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", "/api/v1/me", "parley_second-token-in-a-file")).Status);
        Assert.Contains(guarded.Log.Lines, static line => line.StartsWith("Error 7137 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_that_cannot_be_stop_the_start_with_one_line()
    {
        using TestPki pki = WithServer();
        string empty = pki.At("empty");
        await File.WriteAllTextAsync(empty, "short");
        foreach (
            (Action<ManagementAccessOptions> set, string message) in new (Action<ManagementAccessOptions>, string)[]
            {
                (static o => o.Tokens.Add(new ManagementToken()), "The token without a name of Management:Access:Tokens needs a Name"),
                (static o => o.Tokens.Add(new ManagementToken { Name = "a" }), "needs one of Sha256, File and Environment"),
                (static o => o.Tokens.Add(new ManagementToken { Name = "a", Sha256 = "12" }), "is not 64 hexadecimal digits"),
                (o => o.Tokens.Add(new ManagementToken { Name = "a", File = pki.At("nothing") }), "cannot be read"),
                (o => o.Tokens.Add(new ManagementToken { Name = "a", File = empty }), "holds no token of 20 characters or more"),
                (
                    static o => o.Tokens.Add(new ManagementToken { Name = "a", Environment = "PARLEY_NOTHING" }),
                    "The environment variable PARLEY_NOTHING"
                ),
                (
                    static o =>
                    {
                        o.Tokens.Add(Token());
                        o.Tokens.Add(Token());
                    },
                    "has two tokens called olga"
                ),
                (static o => o.Certificates.Add(new ManagementCertificate()), "needs one of Subject and Thumbprint"),
                (static o => o.Certificates.Add(new ManagementCertificate { Thumbprint = "12" }), "is not the SHA-256 of a certificate"),
                (o => o.Tls.CertificatePath = empty, "Management:Access:Certificate cannot be used"),
                (o => o.Tls.CertificatePath = pki.At("nothing"), "Management:Access:Certificate cannot be used"),
                (static o => o.OpenId.Authority = "https://id.example.com", "needs an Audience"),
                (
                    static o =>
                    {
                        o.OpenId.Authority = "http://id.example.com";
                        o.OpenId.Audience = "parley";
                        o.OpenId.ReadValues.Add("r");
                    },
                    "begins with https://"
                ),
                (
                    o =>
                    {
                        o.OpenId.KeysPath = empty;
                        o.OpenId.Audience = "parley";
                        o.OpenId.Issuer = "https://id.example.com";
                        o.OpenId.ReadValues.Add("r");
                    },
                    "cannot be read"
                ),
            }
        )
        {
            var error = await Assert.ThrowsAsync<ManagementException>(() =>
                ManagedProxy.StartAsync(options =>
                {
                    Listen(options, "https://127.0.0.1:0");
                    Certify(options, pki);
                    set(options.Access);
                })
            );
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public void New_tokens_are_long_and_never_the_same()
    {
        string[] tokens = [.. Enumerable.Range(0, 100).Select(static _ => ManagementToken.Create())];
        Assert.Equal(100, tokens.Distinct().Count());
        Assert.All(tokens, static token => Assert.Matches("^parley_[A-Za-z0-9_-]{43}$", token));
        Assert.Equal(ManagementToken.Create(SipRandom.FromSeed(1)), ManagementToken.Create(SipRandom.FromSeed(1)));
        Assert.True(ManagementToken.IsHash(ManagementToken.HashOf(tokens[0])));
    }

    [Fact]
    public void The_limiter_is_bounded_and_takes_a_network_of_IPv6_for_one()
    {
        var clock = new Parley.Testing.SimulatedClock();
        var limiter = new AttemptLimiter(2, clock);
        Assert.False(limiter.Count(IPAddress.Parse("2001:db8::1")));
        Assert.True(limiter.Count(IPAddress.Parse("2001:db8::2")));
        Assert.True(limiter.IsBlocked(IPAddress.Parse("2001:db8::ffff"), out TimeSpan wait));
        Assert.InRange(wait.TotalSeconds, 29, 30);
        Assert.False(limiter.IsBlocked(IPAddress.Parse("2001:db8:0:1::1"), out _));
        Assert.False(limiter.Count(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.True(limiter.Count(IPAddress.Parse("192.0.2.1")));
        // An attacker with many addresses fills the table: those beyond it share what one has.
        for (int i = 0; i < 10_000; i++)
            limiter.Count(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]));
        Assert.True(limiter.IsBlocked(IPAddress.Parse("198.51.100.1"), out _));
        clock.RunFor(TimeSpan.FromMinutes(2));
        Assert.False(limiter.IsBlocked(IPAddress.Parse("198.51.100.1"), out _));
        limiter.Count(IPAddress.Parse("198.51.100.1"));
        Assert.False(limiter.IsBlocked(IPAddress.Parse("198.51.100.2"), out _));
    }

    [Fact]
    public void Those_outside_share_what_connections_there_are()
    {
        var shares = new ConnectionShares(8);
        Assert.True(shares.TryEnter(1));
        Assert.True(shares.TryEnter(1));
        Assert.False(shares.TryEnter(1));
        for (UInt128 other = 2; other <= 5; other++)
            Assert.True(shares.TryEnter(other));
        // Two are left for this machine itself.
        Assert.False(shares.TryEnter(6));
        shares.Leave(1);
        Assert.True(shares.TryEnter(6));
    }

    internal static void Listen(ManagementOptions options, string address)
    {
        options.Listen.Clear();
        options.Listen.Add(address);
    }

    internal static void Certify(ManagementOptions options, TestPki pki)
    {
        options.Access.Tls.CertificatePath = pki.At("server.pem");
        options.Access.Tls.PrivateKeyPath = pki.At("server.key");
    }

    private static TestPki WithServer()
    {
        var pki = new TestPki();
        using var certificate = pki.Issue("pbx.example.com");
        pki.Write(certificate, "server");
        return pki;
    }

    private static ManagementToken Token() =>
        new()
        {
            Name = "olga",
            Role = ManagementRole.Operate,
            Sha256 = ManagementToken.HashOf(GuardedProxy.Operator),
        };

    /// <summary>Without a check of the name: the certificate is not for each address of this machine.</summary>
    private static async Task<HttpStatusCode> StatusAsync(string url, TestPki pki, string? token)
    {
        using var handler = new HttpClientHandler();
        handler.ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Issuer == pki.Authority.Subject;
        using var client = new HttpClient(handler);
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using HttpResponseMessage response = await client.GetAsync(new Uri(url));
        return response.StatusCode;
    }

    /// <summary>An address of this machine that is not loopback's; null: it has none.</summary>
    private static IPAddress? OwnAddress() =>
        NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(static network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
            .Select(static address => address.Address)
            .FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
