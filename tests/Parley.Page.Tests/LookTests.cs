using Microsoft.Playwright;
using Parley.Page.Tests.Fake;
using Xunit;

namespace Parley.Page.Tests;

/// <summary>Every view in light and dark, wide and narrow: nothing that axe finds wrong, nothing that sticks out. With PARLEY_SCREENSHOTS=folder it keeps the pictures.</summary>
public sealed class LookTests(Chromium chromium)
{
    private static readonly (string Name, string Link, string There)[] Views =
    [
        ("calls", "#/calls", ".row .uri"),
        ("ended", "#/calls?tab=ended", ".card"),
        ("call", "#/calls/over-3%40192.0.2.77", ".entry"),
        ("profiles", "#/profiles/customer", ".values"),
        ("charts", "#/charts", ".u-over"),
        ("registrations", "#/registrations", "tbody tr"),
        ("health", "#/health", ".counters dl"),
    ];

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 360)]
    [InlineData("dark", 360)]
    public async Task Every_view_is_without_a_violation_and_fits_its_window(string scheme, int width)
    {
        await using FakeServer server = await FakeServer.StartAsync([.. FakeCalls.Live(1200), .. FakeCalls.Over()]);
        string live = FakeCalls.Live(1).First().Id;
        var options = new BrowserNewContextOptions
        {
            ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = width < 500 ? 720 : 800 },
        };
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "", options);
        List<string> wrong = [];
        foreach (var (name, link, there) in Views.Append(("live", $"#/calls/{live}", ".entry")))
        {
            await open.Page.GotoAsync(new Uri(server.Url, "/" + link).ToString());
            await open.SeeAsync(there);
            if (name is "live" or "call")
                await open.Page.Locator(".entry").First.ClickAsync();
            wrong.AddRange((await open.ViolationsAsync()).Select(violation => $"{name}: {violation}"));
            if (await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth") is > 0 and int more)
                wrong.Add($"{name}: {more} pixels wider than the window");
            await KeepAsync(open, $"{name}-{scheme}{(width < 500 ? "-narrow" : "")}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task The_questions_and_the_keys_are_without_a_violation(string scheme)
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(5));
        var options = new BrowserNewContextOptions { ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light };
        await using OpenPage open = await OpenPage.AtAsync(
            chromium.Browser,
            server.Url,
            $"#/calls/{FakeCalls.Live(1).First().Id}",
            options
        );
        await (await open.SeeAsync("button.danger:not([disabled])")).ClickAsync();
        await open.SeeAsync("dialog[open]");
        Assert.Empty(await open.ViolationsAsync());
        await KeepAsync(open, $"end-{scheme}");
        await open.Page.Keyboard.PressAsync("Escape");
        await open.UntilAsync("!document.querySelector('dialog[open]')");
        await open.Page.Keyboard.PressAsync("?");
        await open.SeeAsync("#help-title");
        Assert.Empty(await open.ViolationsAsync());
        await KeepAsync(open, $"keys-{scheme}");
    }

    private static async Task KeepAsync(OpenPage open, string name)
    {
        if (Environment.GetEnvironmentVariable("PARLEY_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        await open.Page.WaitForTimeoutAsync(500);
        await open.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png") });
    }
}
