using System.Text.Json;
using Parley.Server.Terminal.Top;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The live screen: what keys do to it, and that it fits.</summary>
public class TopTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Rates_are_of_the_time_between_two_looks()
    {
        var screen = new TopScreen();
        screen.Take(Figures(0, 3, processed: 100));
        screen.Take(Figures(2, 3, processed: 110));
        var lines = screen.Render(120, 20);
        Assert.Contains("3 active", lines[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("5.0 calls/s", lines[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, 6)]
    [InlineData(80, 24)]
    [InlineData(300, 80)]
    public void It_fits_its_terminal(int width, int height)
    {
        var screen = new TopScreen();
        screen.Take(Figures(0, 200, processed: 200));
        var lines = screen.Render(width, height);
        Assert.Equal(height, lines.Count);
        Assert.All(lines, line => Assert.InRange(line.Text.Length, 0, width));
    }

    [Fact]
    public void The_cursor_stays_on_its_call_and_on_the_screen()
    {
        var screen = new TopScreen();
        screen.Take(Figures(0, 50, processed: 50));
        for (var i = 0; i < 30; i++)
            screen.Press(Key(ConsoleKey.DownArrow));
        var chosen = screen.Chosen!.Value.GetProperty("id").GetString();
        Assert.Equal("1.19", chosen); // the youngest stand first
        Assert.Single(screen.Render(120, 12), static l => l.Text.StartsWith('>'));
        screen.Take(Figures(1, 60, processed: 60));
        Assert.Equal(chosen, screen.Chosen!.Value.GetProperty("id").GetString());
        screen.Take(Figures(1, 5, processed: 60));
        Assert.NotNull(screen.Chosen);
    }

    [Fact]
    public void A_call_is_ended_only_after_a_yes()
    {
        var screen = new TopScreen();
        screen.Take(Figures(0, 1, processed: 1));
        Assert.Equal(TopWish.None, screen.Press(Letter('e')));
        Assert.Equal("End the call 1.0? y/n", screen.Render(80, 10)[^1].Text);
        Assert.Equal(TopWish.None, screen.Press(Letter('n')));
        screen.Press(Letter('e'));
        Assert.Equal(TopWish.End, screen.Press(Letter('y')));
    }

    [Fact]
    public void A_filter_is_typed_taken_and_cleared()
    {
        var screen = new TopScreen();
        screen.Take(Figures(0, 1, processed: 1));
        screen.Press(Letter('/'));
        foreach (var letter in "qxa")
            Assert.Equal(TopWish.None, screen.Press(Letter(letter)));
        screen.Press(Key(ConsoleKey.Backspace));
        Assert.Equal("qx", screen.Typing);
        Assert.Equal(TopWish.Refresh, screen.Press(Key(ConsoleKey.Enter)));
        Assert.Equal("qx", screen.Filter);
        Assert.Equal(TopWish.Refresh, screen.Press(Letter('a')));
        Assert.True(screen.IsAbnormalOnly);
        screen.Press(Key(ConsoleKey.Escape));
        Assert.Equal(("", false), (screen.Filter, screen.IsAbnormalOnly));
        Assert.Equal(TopWish.Quit, screen.Press(Letter('q')));
    }

    [Fact]
    public void Paused_it_stands_still()
    {
        var screen = new TopScreen();
        screen.Take(Figures(0, 1, processed: 1));
        screen.Press(Letter(' '));
        screen.Take(Figures(1, 9, processed: 9));
        Assert.Contains("1 active", screen.Render(120, 10)[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_it_is_one_picture()
    {
        await using var api = await FakeApi.StartAsync();
        api.On("GET /api/v1/statistics", """{"dialog":{"active_dialogs":2}}""").On("GET /api/v1/dialogs", """{"items":[]}""");
        var run = await CommandRun.OfAsync("top", "--url", api.Url);
        Assert.Equal(0, run.Code);
        Assert.Contains("2 active", run.Lines[0], StringComparison.Ordinal);
    }

    private static ConsoleKeyInfo Key(ConsoleKey key) => new('\0', key, false, false, false);

    private static ConsoleKeyInfo Letter(char letter) => new(letter, ConsoleKey.None, false, false, false);

    private static TopFigures Figures(int second, int calls, long processed)
    {
        var items = Enumerable
            .Range(0, calls)
            .Select(i =>
                JsonElementOf(
                    $$"""{"id":"1.{{i}}","callId":"c{{i}}","state":"confirmed","from":"sip:a@example.com","to":"sip:b@example.com","created":"2026-11-30T11:{{i:00}}:00.000Z"}"""
                )
            );
        var statistics = JsonElementOf($$$"""{"dialog":{"active_dialogs":{{{calls}}},"processed_dialogs":{{{processed}}}}}""");
        return new TopFigures(Noon.AddSeconds(second), statistics, [.. items]);
    }

    private static JsonElement JsonElementOf(string json) => JsonDocument.Parse(json).RootElement;
}
