using System.Text.Json;
using Parley.Server.Terminal;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>A recorded call in the terminal.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private const string Call =
        """{"callId":"a@192.0.2.9","from":"sip:alice@example.com","to":"sip:bob@example.com","started":"2026-11-30T20:00:00.000Z","status":486,"line":"The callee was busy (486).","abnormal":["noAck"],"participants":["192.0.2.9:5060","parley","192.0.2.7:5060"],"entries":[{"at":"2026-11-30T20:00:00.001Z","kind":"message","from":"192.0.2.9:5060","to":"parley","transport":"udp","method":"INVITE","text":"INVITE sip:bob@example.com SIP/2.0\r\n\r\nv=0\r\nc=IN IP4 1.2.3.4\r\n"},{"at":"2026-11-30T20:00:00.002Z","kind":"step","step":"route","text":"bob has registered","rfc":"RFC 3261 16.5"},{"at":"2026-11-30T20:00:00.003Z","kind":"message","from":"parley","to":"192.0.2.7:5060","method":"INVITE","text":"INVITE sip:bob@192.0.2.7 SIP/2.0\r\n"},{"at":"2026-11-30T20:00:00.503Z","kind":"message","from":"parley","to":"192.0.2.7:5060","method":"INVITE","retransmission":true,"text":"INVITE sip:bob@192.0.2.7 SIP/2.0\r\n"},{"at":"2026-11-30T20:00:01.000Z","kind":"message","from":"192.0.2.7:5060","to":"parley","status":486,"text":"SIP/2.0 486 Busy Here\r\n"},{"at":"2026-11-30T20:00:01.100Z","kind":"step","step":"end","text":"no ACK came","abnormal":"noAck"}]}""";

    private FakeApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_call_is_a_ladder_with_arrows_both_ways_and_the_steps_between()
    {
        _api.On("GET /api/v1/calls/a@192.0.2.9", Call);
        var run = await CommandRun.OfAsync("trace", "a@192.0.2.9", "--url", _api.Url);
        Assert.Equal(0, run.Code);
        Assert.Equal(
            """
            a@192.0.2.9  sip:alice@example.com -> sip:bob@example.com
            The callee was busy (486).
                         192.0.2.9:5060                              parley                                      192.0.2.7:5060
            20:00:00.001 |-------------- INVITE (SDP) -------------->|                                           |
            20:00:00.002 · bob has registered (RFC 3261 16.5)
            20:00:00.003 |                                           |----------------- INVITE ----------------->|
            20:00:00.503 |                                           |------------- INVITE (again) ------------->|
            20:00:01.000 |                                           |<------------- 486 Busy Here --------------|
            20:00:01.100 · no ACK came [noAck]
            """.ReplaceLineEndings("\n"),
            string.Join('\n', run.Lines)
        );
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Each_arrow_ends_at_the_rail_of_its_target_whatever_the_width(int width)
    {
        using var call = JsonDocument.Parse(Call);
        var lines = new CallLadder(call.RootElement, width).Lines().Select(static l => l.Text).ToList();
        var rails = lines.Where(static l => l.Contains('|', StringComparison.Ordinal)).ToList();
        Assert.Equal(4, rails.Count);
        var columns = ColumnsOf(rails[0]);
        Assert.Equal(3, columns.Count);
        Assert.All(rails, rail => Assert.Equal(columns, ColumnsOf(rail)));
    }

    [Fact]
    public async Task A_number_finds_the_only_call_that_has_it_and_several_are_listed()
    {
        _api.On("GET /api/v1/calls", """{"items":[{"callId":"a@192.0.2.9","from":"sip:alice@example.com","to":"sip:bob@example.com"}]}""");
        _api.On("GET /api/v1/calls/a@192.0.2.9", Call);
        Assert.Equal(0, (await CommandRun.OfAsync("trace", "6001", "--url", _api.Url)).Code);
        _api.On("GET /api/v1/calls", """{"items":[{"callId":"a@192.0.2.9"},{"callId":"b@192.0.2.9"}]}""");
        var several = await CommandRun.OfAsync("trace", "6001", "--url", _api.Url);
        Assert.Equal(1, several.Code);
        Assert.Contains("b@192.0.2.9", several.Errors, StringComparison.Ordinal);
        _api.On("GET /api/v1/calls", """{"items":[]}""");
        Assert.Equal(1, (await CommandRun.OfAsync("trace", "6001", "--url", _api.Url)).Code);
    }

    [Fact]
    public async Task A_call_is_saved_in_the_form_that_the_name_says()
    {
        _api.On("GET /api/v1/calls/a@192.0.2.9", Call);
        _api.On("GET /api/v1/calls/a@192.0.2.9/call.pcapng", "packets", type: "application/octet-stream");
        _api.On("GET /api/v1/calls/a@192.0.2.9/ladder.svg", "<svg/>", type: "image/svg+xml");
        var folder = TestFolder.ForTest("trace");
        foreach (var name in new[] { "call.pcapng", "x.svg" })
            Assert.Equal(0, (await CommandRun.OfAsync("trace", "a@192.0.2.9", "-o", Path.Combine(folder, name), "--url", _api.Url)).Code);
        Assert.Equal("packets", await File.ReadAllTextAsync(Path.Combine(folder, "call.pcapng"), TestContext.Current.CancellationToken));
        Assert.Equal(64, (await CommandRun.OfAsync("trace", "a@192.0.2.9", "-o", Path.Combine(folder, "x.doc"), "--url", _api.Url)).Code);
    }

    [Fact]
    public async Task A_call_explains_itself()
    {
        _api.On("GET /api/v1/calls/a@192.0.2.9", Call);
        var run = await CommandRun.OfAsync("explain", "a@192.0.2.9", "--url", _api.Url);
        Assert.Equal("The callee was busy (486).", run.Lines[1]);
        Assert.Contains("Abnormal: noAck", run.Lines);
        Assert.Contains("20:00:00.002 route     bob has registered (RFC 3261 16.5)", run.Lines);
    }

    private static List<int> ColumnsOf(string line) => [.. Enumerable.Range(0, line.Length).Where(i => line[i] == '|')];
}
