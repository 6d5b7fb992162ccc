using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>The MI over HTTP: statuses, limits, and what keeps pages of other sites out.</summary>
public class HttpTests
{
    private const string Pwd = """{"jsonrpc":"2.0","method":"pwd","id":1}""";

    [Theory]
    [InlineData("GET", 405, "")]
    [InlineData("PUT", 406, "text/html")]
    [InlineData("DELETE", 406, "text/html")]
    [InlineData("OPTIONS", 406, "text/html")]
    public async Task Other_methods_are_refused(string method, int status, string type)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var client = new HttpClient();
        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), proxy.Mi.Url));
        Assert.Equal(status, (int)response.StatusCode);
        if (type.Length == 0)
            Assert.Equal("", await response.Content.ReadAsStringAsync());
        else
            Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_path_the_type_and_the_body_are_looked_at()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using (HttpResponseMessage response = await new MiClient(new Uri(proxy.BaseUrl, "/jsonrpc")).PostAsync(Pwd))
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        }

        foreach (string? type in new[] { null, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data" })
        {
            using HttpResponseMessage response = await proxy.Mi.PostAsync(Pwd, type);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        }

        foreach (string type in new[] { "application/json; charset=utf-8", "text/xml", "text/html" })
        {
            using HttpResponseMessage response = await proxy.Mi.PostAsync(Pwd, type);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        }

        using (HttpResponseMessage response = await proxy.Mi.PostAsync(""))
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_short_reply_has_its_length_and_nothing_names_the_server()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using HttpResponseMessage response = await proxy.Mi.PostAsync(Pwd);
        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal(Encoding.UTF8.GetByteCount(text), response.Content.Headers.ContentLength);
        Assert.Empty(response.Headers.Server);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task The_root_can_be_another()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options => options.MiRoot = "json-rpc");
        Assert.Contains("WD", await new MiClient(new Uri(proxy.BaseUrl, "/json-rpc")).SendAsync(Pwd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_long_gets_413_and_one_in_pieces_is_read()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options => options.MaxRequestSize = 2048);
        string big = $$"""{"jsonrpc":"2.0","method":"pwd","id":"{{new string('x', 3000)}}"}""";
        using (HttpResponseMessage response = await proxy.Mi.PostAsync(big))
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        string reply = await RawAsync(
            proxy,
            "POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + $"5\r\n{Pwd[..5]}\r\n{Pwd.Length - 5:x}\r\n{Pwd[5..]}\r\n0\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 200", reply, StringComparison.Ordinal);
        // Chunks that grow beyond the limit, without a length that says so.
        string chunks = string.Concat(Enumerable.Repeat($"400\r\n{new string(' ', 1024)}\r\n", 3)) + "0\r\n\r\n";
        reply = await RawAsync(
            proxy,
            "POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + chunks
        );
        Assert.StartsWith("HTTP/1.1 413", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:1", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.8.8.8:8888", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("pbx.example.com:8888", 200)]
    [InlineData("evil.example.net", 403)]
    [InlineData("localhost.evil.example.net", 403)]
    [InlineData("192.0.2.1", 403)]
    [InlineData("", 403)]
    public async Task Only_names_of_this_listener_are_answered(string host, int status)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options => options.AllowedHosts.Add("pbx.example.com"));
        string reply = await RawAsync(
            proxy,
            $"POST /mi HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {Pwd.Length}\r\nConnection: close\r\n\r\n{Pwd}"
        );
        Assert.StartsWith($"HTTP/1.1 {status}", reply, StringComparison.Ordinal);
        Assert.Equal(status == 403, proxy.Log.Lines.Any(static line => line.StartsWith("Warning 7020", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Origin", "https://evil.example.net", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://localhost:1", 403)]
    [InlineData("Origin", "SELF", 200)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Sec-Fetch-Site", "none", 200)]
    public async Task A_page_of_another_origin_is_refused_and_changes_nothing(string header, string value, int status)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, proxy.Mi.Url)
        {
            Content = new StringContent(Pwd, MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.Add(header, value == "SELF" ? proxy.BaseUrl.GetLeftPart(UriPartial.Authority) : value);
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 403)
            Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_module_adds_paths_of_its_own_behind_the_same_checks()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddHello());
        using var client = new HttpClient();
        Assert.Equal("urn:hello http True", await client.GetStringAsync(new Uri(proxy.BaseUrl, "/hello")));
        using var foreign = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy.BaseUrl, "/hello"));
        foreign.Headers.Add("Origin", "https://evil.example.net");
        using HttpResponseMessage response = await client.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Refusals_fill_no_log()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var client = new HttpClient();
        for (int i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, proxy.Mi.Url);
            request.Headers.Add("Origin", "https://evil.example.net");
            using HttpResponseMessage response = await client.SendAsync(request);
        }

        Assert.Single(proxy.Log.Lines, static line => line.Contains("evil.example.net", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.0.0.0:8888")]
    [InlineData("[::]:8888")]
    [InlineData("192.0.2.1:8888")]
    [InlineData("localhost:8888")]
    [InlineData("127.0.0.1")]
    public async Task An_address_beyond_loopback_and_one_that_is_none_stop_the_start(string address)
    {
        Assert.False(ManagementOptions.IsLoopbackAddress(address));
        var error = await Assert.ThrowsAsync<ManagementException>(() =>
            ManagedProxy.StartAsync(options =>
            {
                options.Listen.Clear();
                options.Listen.Add(address);
            })
        );
        Assert.Contains(address, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_the_start_with_one_line()
    {
        await using ManagedProxy first = await ManagedProxy.StartAsync();
        var error = await Assert.ThrowsAsync<ManagementException>(() =>
            ManagedProxy.StartAsync(options =>
            {
                options.Listen.Clear();
                options.Listen.Add(first.BaseUrl.Authority);
            })
        );
        Assert.Contains(first.BaseUrl.Authority, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_connection_that_sends_no_head_is_closed()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options => options.HeaderTimeout = TimeSpan.FromSeconds(1));
        using var client = new TcpClient();
        await client.ConnectAsync(proxy.BaseUrl.Host, proxy.BaseUrl.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /mi HT"));
        string reply = await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.StartsWith("HTTP/1.1 408", reply, StringComparison.Ordinal);
    }

    private static async Task<string> RawAsync(ManagedProxy proxy, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(proxy.BaseUrl.Host, proxy.BaseUrl.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        return await new StreamReader(stream).ReadToEndAsync();
    }
}
