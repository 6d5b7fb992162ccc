using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>JSON-RPC as OpenSIPS speaks it: ids, errors, notifications, the choice of a set of parameters.</summary>
public class ProtocolTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd","id":"17"}""", "\"17\"")]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd","id":17}""", "17")]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd","id":-1.9}""", "-1")]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd","id":1e12}""", "2147483647")]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd","id":null}""", "null")]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd","id":"a\"b\\é\n"}""", "\"a\\\"b\\\\é\\n\"")]
    [InlineData("""{"JSONRPC":"2.0","Method":"pwd","ID":3,"Params":{}} trailing""", "3")]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd","id":4,"params":[]}""", "4")]
    public async Task The_id_comes_back_behind_the_result(string body, string id)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        string expected = $"{{\"jsonrpc\":\"2.0\",\"result\":{{\"WD\":\"{Environment.CurrentDirectory}\"}},\"id\":{id}}}";
        Assert.Equal(expected, await proxy.Mi.SendAsync(body));
    }

    [Theory]
    [InlineData("{", """{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}""")]
    [InlineData("nonsense", """{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}""")]
    [InlineData(
        """{"jsonrpc":"2.0","method":"\ud800","id":1}""",
        """{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"""
    )]
    [InlineData("[]", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}""")]
    [InlineData("7", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}""")]
    [InlineData("""{"method":"pwd","id":1}""", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}""")]
    [InlineData(
        """{"jsonrpc":"1.0","method":"pwd","id":1}""",
        """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}"""
    )]
    [InlineData("""{"jsonrpc":"2.0","id":"x"}""", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":7}""", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}""")]
    [InlineData(
        """{"jsonrpc":"2.0","method":"pwd","id":true}""",
        """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","method":"pwd","params":"x","id":1}""",
        """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","method":"nothing","id":1}""",
        """{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","method":"dlg_list","params":{"callid":"x"},"id":1}""",
        """{"jsonrpc":"2.0","error":{"code":404,"message":"No such dialog"},"id":1}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","method":"pwd","params":["x"],"id":1}""",
        """{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":"Too few or too many parameters"},"id":1}"""
    )]
    public async Task Errors_are_replies_with_status_200(string body, string reply)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal(reply, await proxy.Mi.SendAsync(body));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF_8_and_depth_without_end_are_parse_errors()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var client = new HttpClient();
        foreach (
            byte[] body in new[]
            {
                Encoding.Latin1.GetBytes("{\"jsonrpc\":\"2.0\",\"method\":\"p\u00ffd\",\"id\":1}"),
                Encoding.ASCII.GetBytes(new string('[', 100_000)),
            }
        )
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage response = await client.PostAsync(proxy.Mi.Url, content);
            Assert.Contains("-32700", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"pwd"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"nothing"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"dlg_end_dlg","params":{"dialog_id":"x"}}""")]
    public async Task A_notification_gets_202_and_no_body(string body)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using HttpResponseMessage response = await proxy.Mi.PostAsync(body);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_set_of_parameters_is_chosen_by_count_or_by_names()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        MiClient mi = proxy.Mi;
        // By position, by name, and with a number where a text is wanted.
        Assert.Equal("404 Requested Dialog not found", await mi.ErrorAsync("dlg_end_dlg", new[] { "x" }));
        Assert.Equal("404 Requested Dialog not found", await mi.ErrorAsync("dlg_end_dlg", new object[] { 5, "X: y" }));
        Assert.Equal("404 Requested Dialog not found", await mi.ErrorAsync("dlg_end_dlg", new { extra_hdrs = "X: y", dialog_id = 5 }));
        Assert.Equal("-32602 Invalid params: Too few or too many parameters", await mi.ErrorAsync("dlg_end_dlg"));
        Assert.Equal("-32602 Invalid params: Too few or too many parameters", await mi.ErrorAsync("dlg_end_dlg", new[] { "1", "2", "3" }));
        Assert.Equal("-32602 Invalid params: Named parameters do not match", await mi.ErrorAsync("dlg_end_dlg", new { dialog = "x" }));
        Assert.Equal(
            "-32602 Invalid params: Named parameters do not match",
            await mi.ErrorAsync("dlg_end_dlg", new { dialog_id = "x", more = 1 })
        );
        Assert.Equal("-32602 Invalid params: Named parameters do not match", await mi.ErrorAsync("dlg_end_dlg", new { Dialog_ID = "x" }));
        Assert.Equal(
            "-32602 Invalid params: Bad type for parameter 'dialog_id'",
            await mi.ErrorAsync("dlg_end_dlg", new { dialog_id = true })
        );
        Assert.Equal(
            "-32602 Invalid params: Bad type for parameter 'statistics'",
            await mi.ErrorAsync("get_statistics", new { statistics = "all" })
        );
        Assert.Equal(
            "-32602 Invalid params: Empty array in parameter 'statistics'",
            await mi.ErrorAsync("get_statistics", new { statistics = Array.Empty<string>() })
        );
        Assert.Equal(
            "-32602 Invalid params: Bad type for array item in parameter 'statistics'",
            await mi.ErrorAsync("get_statistics", new { statistics = new object[] { "all", new { } } })
        );
    }

    [Fact]
    public async Task Two_sets_of_one_length_are_ambiguous_by_position()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddCommand());
        Assert.Equal(
            "-32602 Invalid params: Ambiguous call, use named parameters instead",
            await proxy.Mi.ErrorAsync("two_ways", new[] { "x" })
        );
        Assert.Equal("b=x", (await proxy.Mi.CallAsync("two_ways", new { b = "x" })).GetString());
        Assert.Equal("a=x", (await proxy.Mi.CallAsync("test:two_ways", new { a = "x" })).GetString());
    }

    [Fact]
    public async Task A_command_that_throws_is_an_error_of_the_server_and_a_line_of_the_log()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddCommand());
        Assert.Equal("-32000 Server error: Command handler returned null", await proxy.Mi.ErrorAsync("fails"));
        Assert.Contains(
            proxy.Log.Lines,
            static line => line.StartsWith("Error 7012", StringComparison.Ordinal) && line.Contains("on purpose", StringComparison.Ordinal)
        );
        // Half a reply is no reply: the connection ends.
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => proxy.Mi.CallAsync("breaks_off"));
        Assert.Equal("""{"WD":""", (await proxy.Mi.CallAsync("pwd")).GetRawText()[..6]);
    }

    [Fact]
    public async Task A_caller_that_may_only_read_changes_nothing()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddReader());
        Assert.Equal("403 Forbidden: The caller may only read", await proxy.Mi.ErrorAsync("dlg_end_dlg", new { dialog_id = "x" }));
        Assert.Contains(
            proxy.Log.Lines,
            static line => line.StartsWith("Warning 7011", StringComparison.Ordinal) && line.Contains("reader", StringComparison.Ordinal)
        );
        Assert.Equal(JsonValueKind.Object, (await proxy.Mi.CallAsync("dlg_list")).ValueKind);
        Assert.Equal(JsonValueKind.Object, (await proxy.Mi.CallAsync("log_level")).ValueKind);
        Assert.Equal("403 Forbidden: The caller may only read", await proxy.Mi.ErrorAsync("log_level", new { level = 1 }));
    }

    [Fact]
    public async Task More_commands_at_once_than_may_run_get_an_error()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(
            static options => options.MaxRequests = 2,
            change: static builder => builder.Services.AddCommand()
        );
        var running = Enumerable.Range(0, 2).Select(_ => proxy.Mi.CallAsync("waits")).ToList();
        while (TestCommands.Waiting < 2)
            await Task.Delay(5);
        Assert.Equal("-32000 Server error: Too many requests", await proxy.Mi.ErrorAsync("pwd"));
        TestCommands.Go();
        await Task.WhenAll(running);
        Assert.True((await proxy.Mi.CallAsync("pwd")).TryGetProperty("WD", out _));
    }
}
