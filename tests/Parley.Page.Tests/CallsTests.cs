using Microsoft.Playwright;
using Parley.Page.Tests.Fake;
using Xunit;

namespace Parley.Page.Tests;

/// <summary>The list of calls and the one call, by clicks and keys.</summary>
public sealed class CallsTests(Chromium chromium)
{
    [Fact]
    public async Task A_call_appears_rings_is_up_and_goes_away()
    {
        await using FakeServer server = await FakeServer.StartAsync([]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        await open.SeeAsync("text=There is no call now");
        await open.SeeAsync(".link-state.open");
        FakeCall call = FakeCalls.Live(1).Single();
        call.State = "unconfirmed";
        call.Answered = null;
        server.Say(call, "created");
        await open.SeeAsync(".row:has-text('anna') >> text=calling");
        call.State = "early";
        server.Say(call, "state");
        await open.SeeAsync(".row:has-text('anna') >> text=ringing");
        call.State = "confirmed";
        call.Answered = DateTimeOffset.UtcNow;
        server.Say(call, "state");
        await open.SeeAsync(".row:has-text('anna') >> text=up");
        Assert.Equal("2", await open.Page.Locator("[role=grid]").GetAttributeAsync("aria-rowcount"));
        server.Say(call, "ended");
        await open.SeeAsync("text=There is no call now");
    }

    [Theory]
    [InlineData("5550010", 1, 0)]
    [InlineData("sip:anna@office.example", 20, 1)]
    [InlineData("0001f-c9f2-4e1a@192.0.2.41", 1, 0)]
    [InlineData("198.51.100.21", 48, 0)]
    [InlineData("trunk=munich", 48, 0)]
    [InlineData("trunk=munich 192.0.2.14", 6, 0)]
    [InlineData("over-3", 0, 1)]
    public async Task The_one_search_box_finds_what_goes_on_and_what_is_over(string text, int live, int over)
    {
        await using FakeServer server = await FakeServer.StartAsync([.. FakeCalls.Live(240), .. FakeCalls.Over()]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/charts");
        await open.SeeAsync(".u-over");
        await open.Page.Keyboard.PressAsync("/");
        await open.Page.Keyboard.TypeAsync(text);
        await open.Page.Keyboard.PressAsync("Enter");
        await open.UntilAsync($"document.querySelector('[aria-pressed=true] .count')?.textContent === '{live}'");
        Assert.Contains("q=", open.Page.Url, StringComparison.Ordinal);
        if (live == 0)
            await (await open.SeeAsync("button.link")).ClickAsync();
        else
            await open.Page.GetByRole(AriaRole.Button, new() { Name = "Ended and failed" }).ClickAsync();
        if (over == 0)
            await open.SeeAsync("text=No call that ended or failed fits");
        else
            await open.UntilAsync($"document.querySelectorAll('.card').length === {over}");
    }

    [Fact]
    public async Task Keys_alone_find_open_and_close_a_call()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(30));
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        await open.SeeAsync(".row .uri");
        await open.Page.Keyboard.PressAsync("j");
        await open.Page.Keyboard.PressAsync("j");
        await open.Page.Keyboard.PressAsync("j");
        await open.Page.Keyboard.PressAsync("k");
        Assert.Equal("3", await open.Page.Locator("[aria-selected=true]").GetAttributeAsync("aria-rowindex"));
        string? chosen = await open.Page.Locator("[aria-selected=true]").GetAttributeAsync("id");
        Assert.Equal(chosen, await open.Page.Locator("[role=grid]").GetAttributeAsync("aria-activedescendant"));
        await open.Page.Keyboard.PressAsync("Enter");
        await open.SeeAsync(".ladder .entry");
        await open.Page.Keyboard.PressAsync("j");
        await open.Page.Keyboard.PressAsync("j");
        await open.SeeAsync(".entry-panel >> text=100 Trying");
        await open.Page.Keyboard.PressAsync("Escape");
        await open.SeeAsync("[role=grid]");
        await open.Page.Keyboard.PressAsync("2");
        await open.SeeAsync("h1:has-text('Profiles')");
        await open.Page.Keyboard.PressAsync("?");
        await open.SeeAsync("#help-title");
        await open.Page.Keyboard.PressAsync("Escape");
        await open.UntilAsync("!document.querySelector('dialog')");
    }

    [Fact]
    public async Task Sorting_and_states_choose_what_is_shown()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(400));
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        await open.SeeAsync(".row .uri");
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "From" }).ClickAsync();
        await open.UntilAsync("document.querySelector('[role=columnheader][aria-sort=ascending]')?.textContent.startsWith('From')");
        await open.UntilAsync("document.querySelector('.grid-all .row[aria-rowindex=\"2\"] b')?.textContent === '+49305550001'");
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "From" }).ClickAsync();
        await open.UntilAsync("document.querySelector('.grid-all .row[aria-rowindex=\"2\"] b')?.textContent === 'jonas'");
        await open.Page.SelectOptionAsync("select", "unconfirmed,early");
        await open.UntilAsync(
            "[...document.querySelectorAll('.grid-all .pill')].every(p => p.textContent === 'ringing' || p.textContent === 'calling')"
        );
        string count = await open.Page.Locator("[aria-pressed=true] .count").InnerTextAsync();
        int expected = FakeCalls.Live(400).Count(static c => c.State is "early" or "unconfirmed");
        Assert.Equal($"{expected}", count);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Abnormal only" }).ClickAsync();
        int abnormal = FakeCalls.Live(400).Count(static c => c.Abnormal.Length > 0);
        await open.UntilAsync($"document.querySelector('[aria-pressed=true] .count')?.textContent === '{abnormal}'");
    }

    [Fact]
    public async Task A_call_is_ended_only_after_the_question_and_with_the_reason()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(3));
        string id = FakeCalls.Live(1).Single().Id;
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, $"#/calls/{id}");
        ILocator end = await open.SeeAsync("button.danger:not([disabled])");
        await end.ClickAsync();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await open.UntilAsync("!document.querySelector('dialog')");
        Assert.Empty(server.Changes);
        await end.ClickAsync();
        await open.Page.Locator("dialog input").FillAsync("customer asked");
        await open.Page.Locator("dialog button.danger").ClickAsync();
        await open.SeeAsync(".pill.ended");
        await open.SeeAsync("text=Ended by the proxy at the operator's request.");
        Assert.Equal([$$"""DELETE /api/v1/dialogs/{{id}} {"reason":"customer asked"}"""], server.Changes);
        Assert.Equal(0, await open.Page.Locator("button:has-text('End call')").CountAsync());
    }

    [Fact]
    public async Task Who_may_only_read_cannot_end_a_call()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(3));
        server.Role = "read";
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, $"#/calls/{FakeCalls.Live(1).Single().Id}");
        await open.SeeAsync(".me:has-text('read')");
        Assert.True(await open.Page.Locator("button:has-text('End call')").IsDisabledAsync());
    }

    [Fact]
    public async Task A_call_that_failed_minutes_ago_is_explained()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Over());
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/calls?tab=ended");
        await (await open.SeeAsync(".card:has-text('404')")).ClickAsync();
        await open.SeeAsync(".explanation >> text=nobody has registered as this user");
        await open.SeeAsync("h1:has-text('bob')");
        await (await open.SeeAsync(".entry.step")).ClickAsync();
        await open.SeeAsync(".entry-panel >> text=RFC 3261 §16.7");
        Task<IDownload> file = open.Page.WaitForDownloadAsync();
        await open.Page.Locator("summary:has-text('Save')").ClickAsync();
        await open.Page.Locator("text=Ladder as text").ClickAsync();
        Assert.Equal("over-1_192.0.2.77.txt", (await file).SuggestedFilename);
    }

    [Fact]
    public async Task What_a_hostile_header_says_stays_text()
    {
        const string evil =
            "sip:<img src=x onerror=document.body.dataset.owned=1>\"'><script>document.body.dataset.owned=1</script>@evil.example";
        var call = new FakeCall
        {
            Id = "1.2",
            CallId = "<b>id</b>\"><svg onload=document.body.dataset.owned=1>",
            From = evil,
            To = "sip:javascript:alert(1)@evil.example",
            Profiles = [("trunk", "<i>x</i>")],
            Line = "<h1>Ended</h1>",
            Abnormal = ["<u>mark</u>"],
            Answered = DateTimeOffset.UtcNow,
        };
        call.Entries.Add(
            new System.Text.Json.Nodes.JsonObject
            {
                ["at"] = FakeCall.Time(DateTimeOffset.UtcNow),
                ["kind"] = "message",
                ["from"] = "<b>10.0.0.1</b>",
                ["to"] = "parley",
                ["transport"] = "udp",
                ["method"] = "<i>INVITE</i>",
                ["text"] = $"INVITE <script>document.body.dataset.owned=1</script>\r\nFrom: {evil}\r\n\r\n",
            }
        );
        await using FakeServer server = await FakeServer.StartAsync([call]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        await open.SeeAsync(".row .uri >> text=onerror");
        await open.Page.Locator(".grid-all .row").ClickAsync();
        await (await open.SeeAsync(".entry")).ClickAsync();
        await open.SeeAsync(".message-text >> text=<script>");
        await open.Page.GotoAsync(
            new Uri(server.Url, "/#/calls?tab=ended&q=%3Cimg%20src%3Dx%20onerror%3Ddocument.body.dataset.owned%3D1%3E").ToString()
        );
        await open.SeeAsync("h1 q");
        Assert.Null(await open.Page.EvaluateAsync<string?>("document.body.dataset.owned ?? null"));
        Assert.Equal(
            0,
            await open.Page.EvaluateAsync<int>(
                "document.querySelectorAll('main img, main script, main b b, main i, main u, main h1 h1').length"
            )
        );
    }

    [Fact]
    public async Task A_server_that_starts_anew_loses_no_row()
    {
        FakeCall[] calls = [.. FakeCalls.Live(300)];
        FakeServer server = await FakeServer.StartAsync(calls);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '300'");
        int port = server.Url.Port;
        await server.DisposeAsync();
        await open.SeeAsync(".link-state.lost");
        // While it was away ten calls ended and twenty came.
        await using FakeServer next = await FakeServer.StartAsync([.. calls.Skip(10), .. FakeCalls.Live(320).Skip(300)], port);
        await open.SeeAsync(".link-state.open", 20000);
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '310'", 20000);
        FakeCall latest = FakeCalls.Live(321).Last();
        next.Say(latest, "created");
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '311'");
    }

    [Fact]
    public async Task Lost_events_make_the_page_read_all_again()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(50));
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '50'");
        server.Find(FakeCalls.Live(1).Single().Id).State = "ended";
        server.Send("reset", null);
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '49'");
    }
}
