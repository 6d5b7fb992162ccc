using Parley.EndToEnd.Tests;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.Page.Tests;

/// <summary>The page of the server itself, with calls between two SIPp.</summary>
public sealed class ServerTests(Chromium chromium)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_call_is_found_by_its_number_shown_and_ended_with_BYE_both_ways()
    {
        var (proxy, callee, management) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee)) + Management(management)
        );
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, new Uri($"http://127.0.0.1:{management}"));
        await open.SeeAsync("text=There is no call now");
        await open.SeeAsync(".link-state.open");
        await using var answers = Sipp.Start("Dialogs/hung-up-callee", callee, null, "-m", "1");
        await using var calls = Sipp.Start("Dialogs/hung-up-caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1");
        await open.SeeAsync(".grid-all .row:has-text('9100') >> .pill:has-text('up')");

        await open.Page.Keyboard.PressAsync("/");
        await open.Page.Keyboard.TypeAsync("9101");
        await open.SeeAsync("text=No live call fits");
        await open.Page.FillAsync("#search", "9100");
        await (await open.SeeAsync(".grid-all .row:has-text('9100')")).ClickAsync();
        await open.SeeAsync(".entry >> text=INVITE");
        await open.SeeAsync(".entry >> text=200 OK");
        await (await open.SeeAsync(".entry >> text=ACK")).ClickAsync();
        await open.SeeAsync(".message-text >> text=CSeq: 1 ACK");

        await open.Page.Locator("button:has-text('End call')").ClickAsync();
        await open.Page.Locator("dialog button.danger").ClickAsync();
        await open.SeeAsync(".pill.ended");
        AssertClean(await calls.FinishAsync(Limit));
        AssertClean(await answers.FinishAsync(Limit));
        await open.SeeAsync(".entry >> text=BYE");
        await open.SeeAsync(".explanation");
        Assert.Empty(await open.ViolationsAsync());
        await open.Page.GotoAsync($"http://127.0.0.1:{management}/#/calls");
        await open.SeeAsync("text=There is no call now");
    }

    [Fact]
    public async Task A_call_that_failed_is_explained_without_anybody_having_captured_it()
    {
        var (proxy, management) = (Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy) + Management(management));
        await using var calls = Sipp.Start("Dialogs/hung-up-caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "nobody", "-m", "1");
        await calls.WaitForExitAsync(Limit);
        await using OpenPage open = await OpenPage.AtAsync(
            chromium.Browser,
            new Uri($"http://127.0.0.1:{management}"),
            "#/calls?tab=ended&q=nobody"
        );
        await (await open.SeeAsync(".card:has-text('404')")).ClickAsync();
        await open.SeeAsync(".explanation >> text=404");
        await open.SeeAsync(".entry.refusal");
        await open.SeeAsync(".entry.step");
    }

    [Fact]
    public async Task A_server_that_was_killed_and_starts_anew_loses_no_row_of_the_page()
    {
        const int many = 5;
        var (proxy, callee, management) = (Ports.Next(), Ports.Next(), Ports.Next());
        string state = TestFolder.ForTest("state");
        string settings =
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee)) + $$""", "StateDirectory": "{{state}}" """ + Management(management);
        await using var answers = Sipp.Start("Dialogs/hung-up-callee", callee, null);
        await using var calls = Sipp.Start(
            "Dialogs/hung-up-caller",
            Ports.Next(),
            $"127.0.0.1:{proxy}",
            "-s",
            "9100",
            "-m",
            $"{many}",
            "-r",
            "5"
        );
        ParleyServer first = await ParleyServer.StartAsync(settings);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, new Uri($"http://127.0.0.1:{management}"));
        await open.UntilAsync(
            $"[...document.querySelectorAll('.grid-all .pill')].filter(p => p.textContent === 'up').length === {many}",
            30_000
        );
        // What is up has to be in the store before it counts.
        await Task.Delay(2000);
        await first.DisposeAsync();
        await open.SeeAsync(".link-state.lost");
        await using var second = await ParleyServer.StartAsync(settings);
        await open.SeeAsync(".link-state.open", 30_000);
        await open.UntilAsync($"document.querySelector('[aria-pressed=true] .count')?.textContent === '{many}'", 30_000);
        await (await open.SeeAsync(".grid-all .row")).ClickAsync();
        await open.Page.Locator("button:has-text('End call')").ClickAsync();
        await open.Page.Locator("dialog button.danger").ClickAsync();
        await open.Page.GotoAsync($"http://127.0.0.1:{management}/#/calls");
        await open.UntilAsync($"document.querySelector('[aria-pressed=true] .count')?.textContent === '{many - 1}'", 30_000);
    }

    [Fact]
    public async Task Every_view_of_the_server_shows_what_it_has()
    {
        var (proxy, management) = (Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(Settings.Udp(proxy) + Management(management));
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, new Uri($"http://127.0.0.1:{management}"), "#/health");
        await open.SeeAsync($"text=udp:127.0.0.1:{proxy}");
        await open.SeeAsync(".counters dt >> text=active dialogs");
        await open.SeeAsync(".me:has-text('operate')");
        foreach (
            var (link, seen) in new[]
            {
                ("profiles", "h1:has-text('Profiles')"),
                ("registrations", "text=Nobody is registered now"),
                ("charts", ".u-over"),
            }
        )
        {
            await open.Page.GotoAsync($"http://127.0.0.1:{management}/#/{link}");
            await open.SeeAsync(seen);
            Assert.Equal(0, await open.Page.Locator(".failure").CountAsync());
        }
    }

    private static string Management(int port) => $$""", "Management": { "Listen": [ "127.0.0.1:{{port}}" ] }""";

    private static void AssertClean(SippCounts counts)
    {
        Assert.True(counts.ExitCode == 0, $"SIPp ended with {counts.ExitCode}: {counts}");
        Assert.Equal((1, 0, 0), (counts.Successful, counts.Failed, counts.Unexpected));
    }
}
