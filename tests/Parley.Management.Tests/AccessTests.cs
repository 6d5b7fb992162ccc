using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Parley.Dialogs;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Who gets in from outside: over TLS, with tokens, certificates, a cookie; and what those get who do not.</summary>
public class AccessTests
{
    private const string Dialogs = "/api/v1/dialogs";

    [Fact]
    public async Task No_token_and_a_wrong_one_are_refused_and_logged_and_a_right_one_has_its_name_and_role()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        Dialog dialog = guarded.Proxy.Answered();
        (HttpStatusCode status, string text, HttpResponseMessage response) = await guarded.SendAsync("GET", Dialogs);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("Bearer realm=\"parley\"", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal("""{"type":"about:blank","title":"Unauthorized","status":401,"detail":"A credential is needed."}""", text);
        Assert.Contains(
            guarded.Log.Lines,
            static line => line.StartsWith("Warning 7131 Management request of 127.0.0.1:", StringComparison.Ordinal)
        );

        foreach (string wrong in new[] { "parley_wrong", GuardedProxy.Operator + "x", "a.b.c", "" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("GET", Dialogs, wrong)).Status);
        (status, _, _) = await guarded.SendAsync("GET", Dialogs, null, null, null, ("Authorization", "Basic YTpi"));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains(guarded.Log.Lines, static line => line.EndsWith("refused: its token is not known", StringComparison.Ordinal));
        Assert.DoesNotContain(guarded.Log.Lines, static line => line.Contains("parley_", StringComparison.Ordinal));

        (status, text, _) = await guarded.SendAsync("GET", Dialogs, GuardedProxy.Reader);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(dialog.CallId, text, StringComparison.Ordinal);
        (_, text, _) = await guarded.SendAsync("GET", "/api/v1/me", GuardedProxy.Reader);
        Assert.Equal("""{"name":"rita","role":"read"}""", text);
        (_, text, _) = await guarded.SendAsync("GET", "/api/v1/me", GuardedProxy.Operator);
        Assert.Equal("""{"name":"olga","role":"operate"}""", text);
    }

    [Fact]
    public async Task The_role_read_ends_no_call_by_API_or_MI_and_operate_does_by_name()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        Dialog dialog = guarded.Proxy.Answered();
        string path = $"{Dialogs}/{dialog.Id}";
        Assert.Equal(HttpStatusCode.Forbidden, (await guarded.SendAsync("DELETE", path, GuardedProxy.Reader)).Status);
        string mi = MiClient.Body("dlg_end_dlg", new { dialog_id = dialog.Id.ToString() });
        (HttpStatusCode status, string text, _) = await guarded.SendAsync("POST", "/mi", GuardedProxy.Reader, mi);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(JsonDocument.Parse(text).RootElement.TryGetProperty("error", out _), text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("POST", "/mi", null, mi)).Status);
        guarded.Proxy.Run(1);
        Assert.Equal(DialogState.Confirmed, dialog.State);
        Assert.Equal(
            2,
            guarded.Log.Lines.Count(static line =>
                line.StartsWith("Warning 7011 ", StringComparison.Ordinal) && line.Contains("rita (127.0.0.1:", StringComparison.Ordinal)
            )
        );

        Assert.Equal(HttpStatusCode.Accepted, (await guarded.SendAsync("DELETE", path, GuardedProxy.Operator)).Status);
        guarded.Proxy.Run(1);
        Assert.Equal(DialogState.Deleted, dialog.State);
        Assert.Contains(
            guarded.Log.Lines,
            static line => line.StartsWith("Information 7010 Management command endDialog by olga (127.0.0.1:", StringComparison.Ordinal)
        );
        Dialog second = guarded.Proxy.Answered();
        mi = MiClient.Body("dlg_end_dlg", new { dialog_id = second.Id.ToString() });
        Assert.Contains("\"OK\"", (await guarded.SendAsync("POST", "/mi", GuardedProxy.Operator, mi)).Text, StringComparison.Ordinal);
        Assert.Contains(
            guarded.Log.Lines,
            static line => line.StartsWith("Information 7010 Management command dlg_end_dlg by olga (127.0.0.1:", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Wrong_tokens_are_limited_by_address_and_come_back_with_the_clock()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync(static (options, _) => options.Access.FailuresPerMinute = 6);
        using EventSubscription events = guarded.Proxy.Hub.Subscribe(EventKinds.AuthenticationFailed | EventKinds.Ban);
        for (int i = 0; i < 6; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("GET", Dialogs, $"wrong-{i}")).Status);
        var kinds = new List<string>();
        await foreach (ParleyEvent one in events)
        {
            kinds.Add(one.Name);
            Assert.DoesNotContain("wrong-", System.Text.Encoding.UTF8.GetString(one.FormatData()), StringComparison.Ordinal);
            if (one is BanEvent)
                break;
        }

        Assert.Equal([.. Enumerable.Repeat("authentication.failed", 6), "ban"], kinds);
        (HttpStatusCode status, string text, HttpResponseMessage response) = await guarded.SendAsync("GET", Dialogs, "wrong-7");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal(10, response.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Contains("Too many wrong credentials", text, StringComparison.Ordinal);
        // A right one too: else guessing would go on at any speed.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await guarded.SendAsync("GET", Dialogs, GuardedProxy.Operator)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await guarded.SendAsync("POST", "/api/v1/login", null, """{"token":"x"}""")).Status);
        Assert.Single(guarded.Log.Lines, static line => line.StartsWith("Warning 7132 ", StringComparison.Ordinal));
        Assert.Equal(6, guarded.Log.Lines.Count(static line => line.StartsWith("Warning 7130 ", StringComparison.Ordinal)));
        guarded.Proxy.Run(11);
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", Dialogs, GuardedProxy.Operator)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("GET", Dialogs, "wrong-8")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await guarded.SendAsync("GET", Dialogs, GuardedProxy.Operator)).Status);
    }

    [Fact]
    public async Task A_client_certificate_of_our_authority_has_its_role_and_others_get_nowhere()
    {
        using var strangers = new TestPki("CN=Another authority");
        await using GuardedProxy guarded = await GuardedProxy.StartAsync(
            static (options, pki) =>
            {
                options.Access.Tls.TrustedCertificatesPath = pki.AuthorityPath;
                options.Access.Certificates.Add(new ManagementCertificate { Subject = "ops.example.com", Role = ManagementRole.Operate });
                using var known = pki.Issue("known.example.com");
                pki.Write(known, "known");
                options.Access.Certificates.Add(
                    new ManagementCertificate
                    {
                        Thumbprint = known.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256),
                    }
                );
            }
        );
        using var ops = guarded.Pki.Issue("OPS.example.com");
        Assert.Equal(
            """{"name":"ops.example.com","role":"operate"}""",
            (await guarded.SendAsync("GET", "/api/v1/me", certificate: ops)).Text
        );
        using var byPrint = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
            guarded.Pki.At("known.pem"),
            guarded.Pki.At("known.key")
        );
        Assert.Equal(
            """{"name":"known.example.com","role":"read"}""",
            (await guarded.SendAsync("GET", "/api/v1/me", certificate: byPrint)).Text
        );
        using var nobody = guarded.Pki.Issue("nobody.example.com");
        Assert.Equal(HttpStatusCode.Forbidden, (await guarded.SendAsync("GET", "/api/v1/me", certificate: nobody)).Status);
        Assert.Contains(
            guarded.Log.Lines,
            static line =>
                line.StartsWith("Warning 7139 ", StringComparison.Ordinal)
                && line.Contains("CN=nobody.example.com refused", StringComparison.Ordinal)
        );
        Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("GET", "/api/v1/me")).Status);
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", "/api/v1/me", GuardedProxy.Reader)).Status);
        using var stranger = strangers.Issue("ops.example.com");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => guarded.SendAsync("GET", "/api/v1/me", certificate: stranger));
        Assert.Contains(
            guarded.Log.Lines,
            static line =>
                line.StartsWith("Warning 7134 ", StringComparison.Ordinal) && line.Contains("CN=ops.example.com", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_browser_keeps_its_token_in_a_cookie_that_no_other_site_can_use()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        Dialog dialog = guarded.Proxy.Answered();
        string body = $$"""{"token":"{{GuardedProxy.Operator}}"}""";
        (HttpStatusCode status, string text, HttpResponseMessage response) = await guarded.SendAsync("POST", "/api/v1/login", null, body);
        Assert.Equal((HttpStatusCode.OK, """{"name":"olga","role":"operate"}"""), (status, text));
        string cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Equal($"__Host-parley={GuardedProxy.Operator}; path=/; secure; samesite=strict; httponly", cookie);
        Assert.Contains(
            guarded.Log.Lines,
            static line => line.StartsWith("Information 7133 Management login of olga (127.0.0.1:", StringComparison.Ordinal)
        );

        var own = ("Cookie", $"__Host-parley={GuardedProxy.Operator}");
        string origin = guarded.Proxy.BaseUrl.GetLeftPart(UriPartial.Authority);
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", Dialogs, headers: own)).Status);
        string path = $"{Dialogs}/{dialog.Id}";
        Assert.Equal(HttpStatusCode.Forbidden, (await guarded.SendAsync("DELETE", path, headers: own)).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await guarded.SendAsync("DELETE", path, headers: [own, ("Origin", "https://evil.example.net")])).Status
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await guarded.SendAsync("DELETE", path, headers: [own, ("Origin", "null")])).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await guarded.SendAsync("DELETE", path, headers: [own, ("Sec-Fetch-Site", "cross-site")])).Status
        );
        Assert.Equal(DialogState.Confirmed, dialog.State);
        Assert.Equal(HttpStatusCode.Accepted, (await guarded.SendAsync("DELETE", path, headers: [own, ("Origin", origin)])).Status);

        (status, _, response) = await guarded.SendAsync("GET", Dialogs, headers: ("Cookie", "__Host-parley=stale"));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.StartsWith(
            "__Host-parley=; expires=Thu, 01 Jan 1970",
            Assert.Single(response.Headers.GetValues("Set-Cookie")),
            StringComparison.Ordinal
        );
        (status, _, response) = await guarded.SendAsync("DELETE", "/api/v1/login");
        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.StartsWith("__Host-parley=;", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        (status, _, response) = await guarded.SendAsync("POST", "/api/v1/login", null, """{"token":"wrong"}""");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        (status, _, _) = await guarded.SendAsync("POST", "/api/v1/login", null, body, null, ("Origin", "https://evil.example.net"));
        Assert.Equal(HttpStatusCode.Forbidden, status);
    }

    [Fact]
    public async Task Oversized_and_malformed_bodies_get_a_problem_that_names_nothing_of_the_inside()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync(static (options, _) => options.MaxRequestSize = 2048);
        Dialog dialog = guarded.Proxy.Answered();
        string path = $"{Dialogs}/{dialog.Id}";
        string big = $$"""{"reason":"{{new string('x', 4000)}}"}""";
        (HttpStatusCode status, string text, _) = await guarded.SendAsync("DELETE", path, GuardedProxy.Operator, big);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        AssertNothingOfTheInside(text);
        foreach (string body in new[] { "{", "\u0000", "[[[[", "{\"reason\":{}}", new string('[', 1500), "{\"\":" })
        {
            (status, text, _) = await guarded.SendAsync("DELETE", path, GuardedProxy.Operator, body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            AssertNothingOfTheInside(text);
            (status, text, _) = await guarded.SendAsync("POST", "/api/v1/login", null, body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            AssertNothingOfTheInside(text);
        }

        Assert.Equal(DialogState.Confirmed, dialog.State);
        string raw = await RawAsync(
            guarded,
            "GET /api/v1/dialogs HTTP/1.1\r\nHost: localhost\r\nX: " + new string('x', 20_000) + "\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 431", raw, StringComparison.Ordinal);
        AssertNothingOfTheInside(raw);
        raw = await RawAsync(guarded, "GET /\u0001 HTTP/9\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", raw, StringComparison.Ordinal);
        AssertNothingOfTheInside(raw);
    }

    [Fact]
    public async Task A_slow_client_is_cut_off_and_others_go_on()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync(
            static (options, _) => options.HeaderTimeout = TimeSpan.FromSeconds(1)
        );
        // No handshake, no head, and a body that drips.
        using var silent = new TcpClient();
        await silent.ConnectAsync(guarded.Proxy.BaseUrl.Host, guarded.Proxy.BaseUrl.Port);
        await using SslStream head = await guarded.ConnectAsync();
        await head.WriteAsync("GET / HT"u8.ToArray());
        await using SslStream body = await guarded.ConnectAsync();
        await body.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"DELETE /api/v1/dialogs/1.1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {GuardedProxy.Operator}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
            )
        );
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", Dialogs, GuardedProxy.Reader)).Status);
        var limit = TimeSpan.FromSeconds(30);
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[10]).AsTask().WaitAsync(limit));
        Assert.StartsWith("HTTP/1.1 408", await new StreamReader(head).ReadToEndAsync().WaitAsync(limit), StringComparison.Ordinal);
        string reply = await new StreamReader(body).ReadToEndAsync().WaitAsync(limit);
        Assert.StartsWith("HTTP/1.1 408", reply, StringComparison.Ordinal);
        AssertNothingOfTheInside(reply);
    }

    [Fact]
    public async Task Rebound_names_are_refused_with_a_right_token_and_those_of_the_certificate_are_taken()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        foreach (
            (string host, int status) in new[]
            {
                ("evil.example.net", 403),
                ("192.0.2.1", 403),
                ("pbx.example.com", 200),
                ("localhost", 200),
                ("127.0.0.1", 200),
            }
        )
        {
            string reply = await RawAsync(
                guarded,
                $"GET /api/v1/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {GuardedProxy.Reader}\r\nConnection: close\r\n\r\n"
            );
            Assert.StartsWith($"HTTP/1.1 {status}", reply, StringComparison.Ordinal);
        }

        Assert.Contains(
            guarded.Log.Lines,
            static line =>
                line.StartsWith("Warning 7020 ", StringComparison.Ordinal) && line.Contains("evil.example.net", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_page_is_shown_without_a_credential_and_by_a_link_and_nothing_else_is()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        (HttpStatusCode status, string text, _) = await guarded.SendAsync("GET", "/");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("<html", text, StringComparison.Ordinal);
        (string, string)[] link = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
        Assert.Equal(HttpStatusCode.OK, (await guarded.SendAsync("GET", "/", headers: link)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await guarded.SendAsync("GET", Dialogs, GuardedProxy.Reader, headers: link)).Status);
        link[2] = ("Sec-Fetch-Dest", "iframe");
        Assert.Equal(HttpStatusCode.Forbidden, (await guarded.SendAsync("GET", "/", headers: link)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.SendAsync("GET", "/api/v1/events")).Status);
    }

    [Fact]
    public async Task Every_answer_has_the_headers_that_keep_a_browser_in_bounds()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        foreach (string path in new[] { Dialogs, "/nothing", "/api/v1/nothing" })
        {
            (_, _, HttpResponseMessage response) = await guarded.SendAsync("GET", path);
            Assert.StartsWith(
                "default-src 'none'; script-src 'self'",
                response.Headers.GetValues("Content-Security-Policy").Single(),
                StringComparison.Ordinal
            );
            Assert.Contains(
                "frame-ancestors 'none'",
                response.Headers.GetValues("Content-Security-Policy").Single(),
                StringComparison.Ordinal
            );
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.True(response.Headers.CacheControl?.NoStore);
            Assert.Empty(response.Headers.Server);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task A_certificate_that_changes_is_used_for_new_connections_and_a_broken_one_is_not()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        guarded.Pki.Write(guarded.Pki.Issue("new.example.com"), "server");
        File.SetLastWriteTimeUtc(guarded.Pki.At("server.pem"), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5));
        guarded.Proxy.Run(11);
        await using (SslStream stream = await guarded.ConnectAsync())
            Assert.Equal("CN=new.example.com", stream.RemoteCertificate?.Subject);
        File.WriteAllText(guarded.Pki.At("server.pem"), "nothing");
        guarded.Proxy.Run(11);
        await using (SslStream stream = await guarded.ConnectAsync())
            Assert.Equal("CN=new.example.com", stream.RemoteCertificate?.Subject);
        Assert.Contains(guarded.Log.Lines, static line => line.StartsWith("Information 7135 ", StringComparison.Ordinal));
        Assert.Contains(guarded.Log.Lines, static line => line.StartsWith("Error 7136 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_TLS_the_port_answers_nothing()
    {
        await using GuardedProxy guarded = await GuardedProxy.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(guarded.Proxy.BaseUrl.Host, guarded.Proxy.BaseUrl.Port);
        await client.GetStream().WriteAsync("GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        string reply = await new StreamReader(client.GetStream()).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain("HTTP/1.1 200", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("name", reply, StringComparison.Ordinal);
    }

    private static void AssertNothingOfTheInside(string text)
    {
        foreach (string trace in new[] { "Parley.", "System.", "Exception", "   at ", "/root", "/work", "/tmp", ".cs", "Kestrel" })
            Assert.DoesNotContain(trace, text, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> RawAsync(GuardedProxy guarded, string request)
    {
        await using SslStream stream = await guarded.ConnectAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
