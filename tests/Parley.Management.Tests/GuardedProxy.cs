using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Parley.Hosting;

namespace Parley.Management.Tests;

/// <summary>A proxy whose management side stands as it does beyond loopback: TLS alone, a credential from everybody; and clients for it.</summary>
internal sealed class GuardedProxy : IAsyncDisposable
{
    public const string Operator = "parley_operator-token-0001";
    public const string Reader = "parley_reader-token-0000002";

    private GuardedProxy() { }

    public TestPki Pki { get; } = new();

    public ManagedProxy Proxy { get; private set; } = null!;

    public LineLog Log => Proxy.Log;

    public static async Task<GuardedProxy> StartAsync(
        Action<ManagementOptions, TestPki>? management = null,
        Action<ParleyApplicationBuilder>? change = null
    )
    {
        var guarded = new GuardedProxy();
        guarded.Pki.Write(guarded.Pki.Issue("pbx.example.com"), "server");
        guarded.Proxy = await ManagedProxy.StartAsync(
            options =>
            {
                options.Listen.Clear();
                options.Listen.Add("https://127.0.0.1:0");
                options.Access.RequireOnLoopback = true;
                options.Access.Tls.CertificatePath = guarded.Pki.At("server.pem");
                options.Access.Tls.PrivateKeyPath = guarded.Pki.At("server.key");
                options.Access.Tokens.Add(
                    new ManagementToken
                    {
                        Name = "olga",
                        Role = ManagementRole.Operate,
                        Sha256 = ManagementToken.HashOf(Operator),
                    }
                );
                options.Access.Tokens.Add(
                    new ManagementToken { Name = "rita", Sha256 = ManagementToken.HashOf(Reader).ToUpperInvariant() }
                );
                management?.Invoke(options, guarded.Pki);
            },
            change: change
        );
        return guarded;
    }

    /// <summary>Sends a request over a connection of its own.</summary>
    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Response)> SendAsync(
        string method,
        string path,
        string? token = null,
        string? body = null,
        X509Certificate2? certificate = null,
        params (string Name, string Value)[] headers
    )
    {
        using var handler = new HttpClientHandler { UseCookies = false };
        handler.ServerCertificateCustomValidationCallback = (_, shown, chain, errors) => IsOurs(shown, chain);
        if (certificate is not null)
            handler.ClientCertificates.Add(certificate);
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Proxy.BaseUrl, path));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        }

        HttpResponseMessage response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    /// <summary>A connection over TLS, for requests as bytes.</summary>
    public async Task<SslStream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Proxy.BaseUrl.Host, Proxy.BaseUrl.Port);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, chain, _) => IsOurs(shown, chain));
        await stream.AuthenticateAsClientAsync("pbx.example.com");
        return stream;
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        Pki.Dispose();
    }

    private bool IsOurs(X509Certificate? shown, X509Chain? chain)
    {
        if (shown is null || chain is null)
            return false;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Pki.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(new X509Certificate2(shown));
    }
}
