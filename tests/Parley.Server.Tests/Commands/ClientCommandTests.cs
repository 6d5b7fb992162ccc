using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The commands that ask a running server: what they ask, print and return.</summary>
public sealed class ClientCommandTests : IAsyncLifetime
{
    private const string Alice =
        """{"id":"59f.96b799e6","callId":"a@192.0.2.9","state":"confirmed","from":"sip:alice@example.com","to":"sip:6001@example.com","caller":"192.0.2.9:5060","callee":"192.0.2.7:5060","durationMs":65000,"created":"2026-11-30T20:00:00.000Z","profiles":[{"name":"caller","value":"alice"}],"abnormal":[]}""";
    private const string Bob =
        """{"id":"60a.1","callId":"b@192.0.2.9","state":"early","from":"sip:bob\u001b[2J@example.com","to":"sip:6002@example.com","durationMs":900,"profiles":[],"abnormal":["noAck"]}""";

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Dialogs_are_a_table_with_every_filter_in_the_query()
    {
        _api.On("GET /api/v1/dialogs", $$"""{"items":[{{Alice}},{{Bob}}],"total":7}""");
        var run = await RunAsync(
            "dialogs",
            "list",
            "60",
            "--state",
            "confirmed",
            "--number",
            "6001",
            "--uri",
            "sip:a&b",
            "--call-id",
            "x",
            "--tag",
            "t",
            "--ip",
            "192.0.2.9",
            "--profile",
            "caller=alice",
            "--var",
            "k",
            "--older-than",
            "2h",
            "--younger-than",
            "90s",
            "--listener",
            "udp:192.0.2.1:5060",
            "--node",
            "1",
            "--abnormal"
        );
        Assert.Equal(0, run.Code);
        Assert.Equal(
            "GET /api/v1/dialogs?q=60&state=confirmed&number=6001&uri=sip%3Aa%26b&callId=x&tag=t&ip=192.0.2.9&profile=caller%3Dalice&var=k&listener=udp%3A192.0.2.1%3A5060&node=1&olderThan=7200&youngerThan=90&abnormal=true&limit=100",
            Assert.Single(_api.Asked)
        );
        Assert.Equal("ID", run.Lines[0].Split(' ')[0]);
        Assert.Matches("^59f.96b799e6  confirmed +1m05s  sip:alice@example.com .* a@192.0.2.9$", run.Lines[1]);
        Assert.EndsWith("b@192.0.2.9  noAck", run.Lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
        Assert.Contains("2 of 7 calls", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_are_followed_to_the_limit_or_the_end()
    {
        _api.On(
            "GET /api/v1/dialogs",
            context =>
            {
                context.Response.ContentType = "application/json";
                return context.Response.WriteAsync(
                    context.Request.Query.ContainsKey("cursor")
                        ? $$"""{"items":[{{Bob}}],"total":2}"""
                        : $$"""{"items":[{{Alice}}],"next":"c/1","total":2}"""
                );
            }
        );
        var all = await RunAsync("dialogs", "list", "--all", "--json");
        Assert.Equal(2, JsonDocument.Parse(all.Output).RootElement.GetArrayLength());
        Assert.EndsWith("&cursor=c%2F1", _api.Asked.Last(), StringComparison.Ordinal);
        var one = await RunAsync("dialogs", "list", "-n", "1");
        Assert.Contains("1 shown of 2 calls", one.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dialog_is_found_by_its_Call_ID_shown_and_ended()
    {
        _api.On(
            "GET /api/v1/dialogs/59f.96b799e6",
            Alice.Replace(
                "\"abnormal\"",
                "\"legs\":[{\"tag\":\"t1\",\"cseq\":2,\"contact\":\"sip:alice@192.0.2.9\",\"socket\":\"udp:192.0.2.1:5060\",\"routeSet\":[]}],\"values\":{\"note\":\"x\"},\"abnormal\"",
                StringComparison.Ordinal
            )
        );
        _api.On("GET /api/v1/dialogs", $$"""{"items":[{{Alice}}],"total":1}""");
        _api.On("DELETE /api/v1/dialogs/59f.96b799e6", "{}", 202);
        var shown = await RunAsync("dialogs", "show", "a@192.0.2.9");
        Assert.Equal(0, shown.Code);
        Assert.Contains("sip:alice@192.0.2.9", shown.Output, StringComparison.Ordinal);
        Assert.Matches("note +x", shown.Output);
        var ended = await RunAsync("dialogs", "end", "a@192.0.2.9", "--reason", "say \"so\"");
        Assert.Equal((0, "59f.96b799e6: ended\n"), (ended.Code, ended.Output));
        Assert.Equal("""DELETE /api/v1/dialogs/59f.96b799e6 {"reason":"say \u0022so\u0022"}""", _api.Asked.Last());
    }

    [Fact]
    public async Task A_dialog_that_is_not_there_is_exit_code_1()
    {
        _api.On("GET /api/v1/dialogs", """{"items":[],"total":0}""");
        var run = await RunAsync("dialogs", "end", "gone");
        Assert.Equal((1, "parley: no call that is up has the id or the Call-ID \"gone\"\n"), (run.Code, run.Errors));
    }

    [Fact]
    public async Task An_export_is_lines_of_JSON_to_a_file()
    {
        _api.On("GET /api/v1/dialogs", $"{Alice}\n{Bob}\n", type: "application/x-ndjson");
        var file = Path.Combine(TestFolder.ForTest("export"), "calls.jsonl");
        var run = await RunAsync("dialogs", "export", "-o", file, "--abnormal");
        Assert.Equal((0, "2 calls written.\n"), (run.Code, run.Errors));
        Assert.Equal([Alice, Bob], await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal("GET /api/v1/dialogs?abnormal=true", Assert.Single(_api.Asked));
    }

    [Fact]
    public async Task Changes_are_shown_as_they_come_and_the_stream_goes_on_where_it_broke()
    {
        var times = 0;
        _api.On(
            "GET /api/v1/events",
            async context =>
            {
                if (++times == 3)
                {
                    context.Response.StatusCode = 403;
                    return;
                }
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync(
                    $"id: {times}\nevent: dialog\ndata: {{\"change\":\"created\",\"dialog\":{(times == 1 ? Alice : Bob)}}}\n\n"
                        + (times == 2 ? $"event: last\ndata: \"{context.Request.Headers["Last-Event-ID"]}\"\n\n" : "")
                );
            }
        );
        var run = await RunAsync("dialogs", "watch", "--json");
        Assert.Equal(77, run.Code); // what ends it here
        Assert.Equal(2, run.Lines.Length);
        Assert.Contains("a@192.0.2.9", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains("the connection is lost; trying again", run.Errors, StringComparison.Ordinal);
        Assert.Contains("connected again", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profiles_have_a_bar_where_they_have_a_limit()
    {
        _api.On("GET /api/v1/profiles", """[{"name":"queue","hasValue":true,"size":3,"limit":4,"values":2}]""");
        _api.On(
            "GET /api/v1/profiles/queue",
            """{"name":"queue","hasValue":true,"size":5,"values":2,"top":[{"value":"sales","size":4,"limit":4},{"value":"x","size":1}]}"""
        );
        Assert.Matches("queue +2 +3 +4  █{15}░{5}", (await RunAsync("profiles")).Output);
        var one = await RunAsync("profiles", "queue", "--top", "5");
        Assert.Matches("sales +4 +4  █{20}\n", one.Output);
        Assert.Equal("GET /api/v1/profiles/queue?top=5", _api.Asked.Last());
    }

    [Fact]
    public async Task Statistics_are_chosen_by_group_or_name()
    {
        _api.On("GET /api/v1/statistics", """{"dialog":{"active_dialogs":3,"early_dialogs":1},"core":{"rcv_requests":9}}""");
        Assert.Equal(4, (await RunAsync("stats")).Lines.Length);
        Assert.Equal(["dialog:active_dialogs      3", "dialog:early_dialogs       1"], (await RunAsync("stats", "dialog")).Lines[1..]);
        using var json = JsonDocument.Parse((await RunAsync("stats", "rcv_requests", "--json")).Output);
        Assert.Equal("""{"core":{"rcv_requests":9}}""", JsonSerializer.Serialize(json.RootElement));
        var missing = await RunAsync("stats", "nothing");
        Assert.Equal((1, "parley: there is no statistic \"nothing\"\n"), (missing.Code, missing.Errors));
    }

    [Fact]
    public async Task Registrations_are_listed_and_removed()
    {
        _api.On(
            "GET /api/v1/registrations",
            """{"items":[{"aor":"alice@example.com","contacts":[{"uri":"sip:alice@192.0.2.9","expires":"2026-11-30T21:00:00.000Z","userAgent":"Phone 1","flow":true}]}],"total":1}"""
        );
        _api.On("DELETE /api/v1/registrations/alice@example.com", "", 204);
        Assert.Contains(
            "alice@example.com  sip:alice@192.0.2.9  2026-11-30 21:00:00",
            (await RunAsync("registrations", "alice@example.com")).Output,
            StringComparison.Ordinal
        );
        Assert.Equal(0, (await RunAsync("registrations", "remove", "alice@example.com", "--contact", "sip:a")).Code);
        Assert.Equal("DELETE /api/v1/registrations/alice@example.com?contact=sip%3Aa", _api.Asked.Last());
    }

    [Fact]
    public async Task A_pasted_request_is_explained_without_being_sent()
    {
        _api.On(
            "POST /api/v1/explain",
            """{"steps":[{"step":"route","text":"the prefix 0 matches","rfc":"RFC 3261 16.5"}],"targets":["sip:1@192.0.2.7"],"answer":{"status":403,"reason":"Not from there"}}"""
        );
        var file = Path.Combine(TestFolder.ForTest("explain"), "invite.txt");
        await File.WriteAllTextAsync(file, "INVITE sip:01@example.com SIP/2.0\nCall-ID: x\n", TestContext.Current.CancellationToken);
        var run = await RunAsync("explain", "--request", file, "--source", "192.0.2.7:5060", "--transport", "tcp");
        Assert.Equal(
            ["route     the prefix 0 matches (RFC 3261 16.5)", "target   sip:1@192.0.2.7", "answer   403 Not from there"],
            run.Lines
        );
        Assert.Equal(
            """POST /api/v1/explain {"request":"INVITE sip:01@example.com SIP/2.0\r\nCall-ID: x\r\n\r\n","source":"192.0.2.7:5060","transport":"tcp"}""",
            Assert.Single(_api.Asked)
        );
        Assert.Equal(64, (await RunAsync("explain")).Code);
        Assert.Equal(66, (await RunAsync("explain", "--request", file + ".not")).Code);
    }

    [Theory]
    [InlineData(403, """{"detail":"the role read may not end a call"}""", 77, "the role read may not end a call")]
    [InlineData(429, """{"title":"Too many"}""", 75, "Too many")]
    [InlineData(400, """{"detail":"limit: 1 to 1000"}""", 64, "limit: 1 to 1000")]
    [InlineData(500, "", 70, "status 500")]
    [InlineData(503, """{"detail":"no recorder"}""", 69, "no recorder")]
    [InlineData(404, "", 76, "it is no Parley, or one without this")]
    public async Task A_refusal_is_one_line_and_an_exit_code_of_its_own(int status, string body, int code, string line)
    {
        _api.On("GET /api/v1/statistics", body, status, body.Length > 0 ? "application/problem+json" : "text/html");
        var run = await RunAsync("stats");
        Assert.Equal(code, run.Code);
        Assert.Contains(line, Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task What_is_no_JSON_is_no_Parley()
    {
        _api.On("GET /api/v1/statistics", "<html>", type: "text/html");
        Assert.Equal(76, (await RunAsync("stats")).Code);
        _api.On("GET /api/v1/statistics", "{\"a\":");
        Assert.Equal(76, (await RunAsync("stats")).Code);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_exit_code_69()
    {
        var run = await CommandRun.OfAsync("stats", "--url", $"http://127.0.0.1:{ServerProcess.FreePort()}");
        Assert.Equal(69, run.Code);
        Assert.StartsWith("parley: no server answers at http://127.0.0.1:", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_goes_with_each_request_from_its_file()
    {
        _api.Token = "parley_secret";
        _api.On("GET /api/v1/statistics", "{}");
        Assert.Equal(77, (await RunAsync("stats")).Code);
        Assert.Equal(77, (await RunAsync("stats", "--token", "wrong")).Code);
        Assert.Equal(0, (await RunAsync("stats", "--token", "parley_secret")).Code);
        var file = Path.Combine(TestFolder.ForTest("token"), "token");
        await File.WriteAllTextAsync(file, "parley_secret\n", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync("stats", "--token-file", file)).Code);
        Assert.Equal(66, (await RunAsync("stats", "--token-file", file + ".not")).Code);
    }

    [Fact]
    public async Task A_token_does_not_leave_this_machine_without_TLS()
    {
        var run = await CommandRun.OfAsync("stats", "--url", "http://192.0.2.1:8888", "--token", "parley_secret");
        Assert.Equal(64, run.Code);
        Assert.Contains("a token goes over https only", run.Errors, StringComparison.Ordinal);
        Assert.Equal(64, (await CommandRun.OfAsync("stats", "--url", "ftp://127.0.0.1")).Code);
        Assert.Equal(66, (await CommandRun.OfAsync("stats", "--url", "https://127.0.0.1:1", "--ca", "/not/there.pem")).Code);
    }

    [Fact]
    public async Task The_environment_names_the_server_and_the_token()
    {
        _api.Token = "parley_secret";
        _api.On("GET /api/v1/statistics", """{"dialog":{"active_dialogs":3}}""");
        await using var process = ServerProcess.Run(
            new Dictionary<string, string> { ["PARLEY_URL"] = _api.Url, ["PARLEY_TOKEN"] = "parley_secret" },
            "stats"
        );
        Assert.Equal(0, await process.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(
            "dialog:active_dialogs",
            await process.Output.ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("dialogs", "list", "--state", "sleeping")]
    [InlineData("dialogs", "list", "--older-than", "soon")]
    [InlineData("dialogs", "list", "--limit", "0")]
    [InlineData("dialogs", "show")]
    [InlineData("top", "--interval", "0")]
    [InlineData("demo", "--rate", "0")]
    [InlineData("init", "castle")]
    [InlineData("routes", "--source", "here")]
    [InlineData("dialogz")]
    public async Task A_wrong_command_line_is_exit_code_64_and_asks_nothing(params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal(64, run.Code);
        Assert.NotEmpty(run.Errors);
        Assert.Empty(_api.Asked);
    }

    private Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.OfAsync([.. arguments, "--url", _api.Url]);
}
