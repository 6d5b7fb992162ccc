using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport.Tests.Streams;
using Xunit;

namespace Parley.Transport.Tests.Tls;

public sealed class TlsTests : IDisposable
{
    private const string End = "Content-Length: 0\r\n\r\n";

    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task A_request_and_its_answer_go_over_TLS()
    {
        await using var server = Start(_certificates.Write(_certificates.Issue("proxy.example.com"), "server"));
        server.Receiver.Then = (SipMessage _, in SipFlow flow) => server.Transport.Send(flow, Wire.Response("c1"));
        using var client = await ConnectAsync(server);
        await client.SendAsync(Wire.Request("c1"));
        Assert.Equal("c1", (await server.Receiver.NextAsync()).CallId);
        Assert.Contains("Call-ID: c1", await client.HearAsync(End), StringComparison.Ordinal);
        Assert.True(((SslStream)client.Stream).SslProtocol is SslProtocols.Tls12 or SslProtocols.Tls13);
    }

    [Fact]
    public async Task A_PKCS12_file_serves_as_well()
    {
        var path = _certificates.At("server.pfx");
        await File.WriteAllBytesAsync(
            path,
            _certificates.Issue("proxy.example.com").Export(X509ContentType.Pfx, "secret"),
            TestContext.Current.CancellationToken
        );
        await using var server = Start(new SipTlsOptions { CertificatePath = path, Password = "secret" });
        using var client = await ConnectAsync(server);
        await client.SendAsync(Wire.Request("c1"));
        Assert.Equal("c1", (await server.Receiver.NextAsync()).CallId);
    }

    [Fact]
    public async Task A_server_that_proves_its_name_is_connected_to_and_the_connection_is_used_again()
    {
        await using var server = Start(_certificates.Write(_certificates.Issue("proxy.example.com"), "server"));
        await using var client = Start(new SipTlsOptions { TrustedCertificatesPath = _certificates.AuthorityPath });
        var flow = new SipFlow(client.Listener, server.Listener.Local) { ServerName = "proxy.example.com" };
        client.Transport.Send(flow, Wire.Request("c1"), 1);
        client.Transport.Flush();
        var (_, back) = await server.Receiver.NextAsync();
        client.Transport.Send(flow with { ServerName = "PROXY.example.com" }, Wire.Request("c2"), 2);
        client.Transport.Send(flow with { ServerName = null }, Wire.Request("c3"), 3);
        client.Transport.Flush();
        Assert.Equal(back, (await server.Receiver.NextAsync()).Flow);
        Assert.Equal(back, (await server.Receiver.NextAsync()).Flow);
        Assert.Equal(1, client.Transport.ConnectionCount);
        server.Transport.Send(back, Wire.Response("c1"));
        server.Transport.Flush();
        Assert.Equal("c1", (await client.Receiver.NextAsync()).CallId);
    }

    [Fact]
    public async Task A_server_known_by_address_must_prove_the_address()
    {
        await using var good = Start(_certificates.Write(_certificates.Issue("a.example.com"), "good"));
        await using var bad = Start(_certificates.Write(_certificates.Issue("b.example.com", withAddress: false), "bad"));
        await using var client = Start(new SipTlsOptions { TrustedCertificatesPath = _certificates.AuthorityPath });
        client.Transport.Send(new SipFlow(client.Listener, bad.Listener.Local), Wire.Request("c1"), 1);
        client.Transport.Send(new SipFlow(client.Listener, good.Listener.Local), Wire.Request("c2"), 2);
        client.Transport.Flush();
        Assert.Equal("c2", (await good.Receiver.NextAsync()).CallId);
        Assert.Equal(1ul, await client.Receiver.NextFailedAsync());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_server_that_cannot_prove_its_name_gets_nothing_unless_that_is_asked_for(bool knownAuthority, bool acceptUntrusted)
    {
        await using var server = Start(_certificates.Write(_certificates.Issue("other.example.com"), "server"));
        var tls = new SipTlsOptions { AcceptUntrustedServers = acceptUntrusted };
        if (knownAuthority)
            tls.TrustedCertificatesPath = _certificates.AuthorityPath;
        await using var client = Start(tls);
        var name = knownAuthority ? "proxy.example.com" : "other.example.com"; // a wrong name, or an unknown authority
        client.Transport.Send(new SipFlow(client.Listener, server.Listener.Local) { ServerName = name }, Wire.Request("c1"), 9);
        client.Transport.Flush();
        if (acceptUntrusted)
        {
            Assert.Equal("c1", (await server.Receiver.NextAsync()).CallId);
            return;
        }
        Assert.Equal(9ul, await client.Receiver.NextFailedAsync());
        Assert.False(server.Receiver.HasMessage);
        Assert.Equal(1, client.Counters.ConnectionsFailed);
    }

    [Fact]
    public async Task A_connection_proven_for_one_name_is_not_used_for_another()
    {
        await using var server = Start(_certificates.Write(_certificates.Issue("a.example.com"), "server"));
        await using var client = Start(new SipTlsOptions { TrustedCertificatesPath = _certificates.AuthorityPath });
        var flow = new SipFlow(client.Listener, server.Listener.Local);
        client.Transport.Send(flow with { ServerName = "a.example.com" }, Wire.Request("c1"), 1);
        client.Transport.Flush();
        await server.Receiver.NextAsync();
        client.Transport.Send(flow with { ServerName = "b.example.com" }, Wire.Request("c2"), 2);
        client.Transport.Flush();
        Assert.Equal(2ul, await client.Receiver.NextFailedAsync());
        Assert.False(server.Receiver.HasMessage);
        Assert.Equal(1, client.Transport.ConnectionCount);
    }

    [Theory]
    [InlineData(ClientCertificates.Required, false, false)]
    [InlineData(ClientCertificates.Required, true, true)]
    [InlineData(ClientCertificates.Optional, false, true)]
    [InlineData(ClientCertificates.Optional, true, true)]
    public async Task Clients_are_asked_for_certificates_as_configured(ClientCertificates mode, bool presents, bool admitted)
    {
        var tls = _certificates.Write(_certificates.Issue("proxy.example.com"), "server");
        tls.ClientCertificates = mode;
        await using var server = Start(tls);
        var own = presents
            ? _certificates.Write(_certificates.Issue("client.example.com"), "client")
            : new SipTlsOptions { TrustedCertificatesPath = _certificates.AuthorityPath };
        await using var client = Start(own);
        client.Transport.Send(
            new SipFlow(client.Listener, server.Listener.Local) { ServerName = "proxy.example.com" },
            Wire.Request("c1"),
            4
        );
        client.Transport.Flush();
        if (admitted)
        {
            Assert.Equal("c1", (await server.Receiver.NextAsync()).CallId);
        }
        else
        {
            // With TLS 1.3 the client may have sent before it learns of the refusal: the connection ends in any case.
            await client.Receiver.NextClosedAsync();
            Assert.False(server.Receiver.HasMessage);
            await TestTransport.EventuallyAsync(() => server.Counters.ConnectionsFailed == 1);
        }
    }

    [Fact]
    public async Task A_foreign_client_certificate_is_refused_even_where_it_is_optional()
    {
        using var strangers = new TestCertificates();
        var tls = _certificates.Write(_certificates.Issue("proxy.example.com"), "server");
        tls.ClientCertificates = ClientCertificates.Optional;
        await using var server = Start(tls);
        var own = strangers.Write(strangers.Issue("client.example.com"), "client");
        own.TrustedCertificatesPath = _certificates.AuthorityPath;
        await using var client = Start(own);
        client.Transport.Send(
            new SipFlow(client.Listener, server.Listener.Local) { ServerName = "proxy.example.com" },
            Wire.Request("c1"),
            4
        );
        client.Transport.Flush();
        await client.Receiver.NextClosedAsync();
        await TestTransport.EventuallyAsync(() => server.Counters.ConnectionsFailed == 1);
        Assert.False(server.Receiver.HasMessage);
    }

    [Fact]
    public async Task A_certificate_that_changes_on_disk_is_used_for_new_connections()
    {
        var clock = new SimulatedClock();
        var tls = _certificates.Write(_certificates.Issue("old.example.com"), "server");
        await using var server = Start(tls, clock);
        using var before = await ConnectAsync(server, "old.example.com");
        await before.SendAsync(Wire.Request("c1"));
        await server.Receiver.NextAsync();

        // Half of a change (a key that does not fit) is left alone until the other half is there.
        var renewed = _certificates.Issue("new.example.com");
        await File.WriteAllTextAsync(
            tls.PrivateKeyPath!,
            renewed.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
            TestContext.Current.CancellationToken
        );
        Touch(tls.PrivateKeyPath!, 10);
        clock.RunFor(TimeSpan.FromSeconds(30));
        using (await ConnectAsync(server, "old.example.com")) { }

        _certificates.Write(renewed, "server");
        Touch(tls.CertificatePath!, 20);
        clock.RunFor(TimeSpan.FromSeconds(30));
        using var after = await ConnectAsync(server, "new.example.com");

        // The connection from before is untouched.
        await before.SendAsync(Wire.Request("c2"));
        Assert.Equal("c2", (await server.Receiver.NextAsync()).CallId);
    }

    [Fact]
    public async Task Certificates_are_read_again_on_demand_and_a_bad_file_leaves_the_one_before()
    {
        var tls = _certificates.Write(_certificates.Issue("old.example.com"), "server");
        await using var server = Start(tls);
        _certificates.Write(_certificates.Issue("new.example.com"), "server");
        Assert.True(server.Transport.ReloadCertificates());
        using (await ConnectAsync(server, "new.example.com")) { }
        await File.WriteAllTextAsync(tls.CertificatePath!, "no certificate", TestContext.Current.CancellationToken);
        Assert.False(server.Transport.ReloadCertificates());
        using (await ConnectAsync(server, "new.example.com")) { }
    }

    [Fact]
    public async Task A_handshake_has_its_time()
    {
        var clock = new SimulatedClock();
        await using var server = Start(_certificates.Write(_certificates.Issue("proxy.example.com"), "server"), clock);
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await TestTransport.EventuallyAsync(() => server.Transport.ConnectionCount == 1);
        clock.RunFor(TimeSpan.FromSeconds(15));
        Assert.Equal(0, await client.HearEndAsync());
        Assert.Equal(1, server.Counters.ConnectionsTimedOut);
        Assert.Equal(1, server.Counters.ConnectionsFailed);
    }

    [Fact]
    public async Task Plain_text_on_a_TLS_port_ends_the_connection()
    {
        await using var server = Start(_certificates.Write(_certificates.Issue("proxy.example.com"), "server"));
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(Wire.Request("c1"));
        await client.HearEndAsync();
        await server.Receiver.NextClosedAsync();
        Assert.False(server.Receiver.HasMessage);
    }

    [Fact]
    public async Task Stopping_says_goodbye()
    {
        var server = Start(_certificates.Write(_certificates.Issue("proxy.example.com"), "server"));
        using var client = await ConnectAsync(server);
        await client.SendAsync(Wire.Request("c1"));
        var (_, flow) = await server.Receiver.NextAsync();
        server.Transport.Send(flow, Wire.Response("c1"));
        var stop = server.Transport.StopAsync(new CancellationTokenSource(TestReceiver.Patience).Token);
        Assert.Contains("Call-ID: c1", await client.HearAsync(End), StringComparison.Ordinal);
        Assert.Equal(0, await client.Stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken)); // close_notify: the end, not an error
        await stop;
        await server.DisposeAsync();
    }

    [Fact]
    public void A_certificate_that_cannot_be_read_stops_the_start_with_its_reason()
    {
        var e = Assert.Throws<IOException>(() => Start(new SipTlsOptions { CertificatePath = _certificates.At("missing.pem") }));
        Assert.Contains("missing.pem", e.Message, StringComparison.Ordinal);
    }

    private static void Touch(string path, int seconds) => File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(seconds));

    private static TestTransport Start(SipTlsOptions tls, TimeProvider? time = null) => new(null, time, TestTransport.Tls(tls));

    private async Task<StreamClient> ConnectAsync(TestTransport server, string name = "proxy.example.com")
    {
        var client = await StreamClient.ConnectAsync(server.EndPoint);
        var stream = new SslStream(client.Stream);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_certificates.Authority);
        await stream
            .AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = policy })
            .WaitAsync(TestReceiver.Patience);
        return client.Over(stream);
    }
}
