using System.Diagnostics;
using Parley.Page.Tests.Fake;
using Xunit;

namespace Parley.Page.Tests;

/// <summary>A hundred thousand live calls in one window.</summary>
public sealed class ManyCallsTests(Chromium chromium, ITestOutputHelper output)
{
    private const int Many = 100_000;
    private const long MostHeap = 5 << 20;

    [Fact]
    public async Task A_hundred_thousand_calls_are_scrolled_sorted_and_filtered_with_a_heap_under_5_MB()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(Many));
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        var watch = Stopwatch.StartNew();
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '100,000'", 120_000);
        output.WriteLine($"read in {watch.Elapsed.TotalSeconds:F1} s");
        await MeasureAsync(open, "read");

        // To the middle, to the end and back: the rows there have their texts.
        foreach (double share in new[] { 0.5, 1.0, 0.25, 0.0 })
        {
            await open.Page.EvaluateAsync(
                $"(g => g.scrollTop = g.scrollHeight * {share.ToString(System.Globalization.CultureInfo.InvariantCulture)})(document.querySelector('[role=grid]'))"
            );
            int index = (int)Math.Min(Many - 5, share * Many) + 4;
            await open.UntilAsync(
                $"(r => r && r.querySelectorAll('.uri').length === 2)(document.querySelector('.grid-all .row[aria-rowindex=\"{index}\"]'))"
            );
            Assert.True(await open.Page.Locator(".grid-all .row").CountAsync() < 80);
        }

        await MeasureAsync(open, "scrolled");
        for (int i = 0; i < 60; i++)
            await open.Page.EvaluateAsync("(g => g.scrollTop += 2700)(document.querySelector('[role=grid]'))");
        await open.Page.Locator("[role=grid]").FocusAsync();
        await open.Page.Keyboard.PressAsync("End");
        await open.UntilAsync($"document.querySelector('[aria-selected=true]')?.getAttribute('aria-rowindex') === '{Many + 1}'");

        watch.Restart();
        await open.Page.Locator("[role=columnheader] button:has-text('To')").ClickAsync();
        await open.Page.EvaluateAsync("document.querySelector('[role=grid]').scrollTop = 0");
        await open.UntilAsync(
            "document.querySelector('.grid-all .row[aria-rowindex=\"2\"] .c-to b')?.textContent === '+49407770000'",
            120_000
        );
        output.WriteLine($"sorted by a text in {watch.Elapsed.TotalSeconds:F1} s");
        await MeasureAsync(open, "sorted");

        watch.Restart();
        await open.Page.FillAsync("#search", "trunk=munich");
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '20,000'", 60_000);
        await open.Page.FillAsync("#search", "5599999");
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '1'", 60_000);
        await open.SeeAsync(".grid-all .row >> text=+49305599999");
        output.WriteLine($"filtered twice in {watch.Elapsed.TotalSeconds:F1} s");
        await open.Page.FillAsync("#search", "");
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '100,000'", 120_000);

        // Calls come and go meanwhile, and are counted.
        FakeCall[] further = [.. FakeCalls.Live(Many + 500).Skip(Many)];
        foreach (FakeCall call in further)
            server.Say(call, "created");
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '100,500'");
        foreach (FakeCall call in further)
            server.Say(call, "ended");
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '100,000'");
        await MeasureAsync(open, "after events");
    }

    private async Task MeasureAsync(OpenPage open, string when)
    {
        var (heap, buffers) = await open.MemoryAsync();
        output.WriteLine($"{when}: heap {heap / 1048576.0:F2} MB, array buffers {buffers / 1048576.0:F2} MB");
        Assert.InRange(heap, 0, MostHeap);
        Assert.InRange(buffers, 0, MostHeap);
    }
}
