using Microsoft.Playwright;
using Parley.Page.Tests.Fake;
using Xunit;

namespace Parley.Page.Tests;

/// <summary>Profiles, charts, registrations, health and the frame.</summary>
public sealed class ViewsTests(Chromium chromium)
{
    [Fact]
    public async Task A_limit_is_changed_after_the_question_and_the_bars_show_the_room()
    {
        await using FakeServer server = await FakeServer.StartAsync([]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/profiles/trunk");
        ILocator bar = await open.SeeAsync("[role=meter][aria-label='trunk=carrier-a']");
        Assert.Equal("98 of 100, room for 2", await bar.GetAttributeAsync("aria-valuetext"));
        Assert.Contains("full", await bar.GetAttributeAsync("class"), StringComparison.Ordinal);
        await open.Page.Locator(".profile:has-text('trunk') button:has-text('Change limit')").First.ClickAsync();
        Assert.Empty(server.Changes);
        await open.Page.Locator("dialog input").FillAsync("400");
        await open.Page.Locator("dialog button[type=submit]").ClickAsync();
        await open.SeeAsync("[role=meter][aria-valuetext='98 of 400, room for 302']");
        Assert.Equal(["""PATCH /api/v1/profiles/trunk {"limit":400}"""], server.Changes);
    }

    [Fact]
    public async Task A_value_of_a_profile_leads_to_its_calls()
    {
        await using FakeServer server = await FakeServer.StartAsync(FakeCalls.Live(100));
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/profiles/trunk");
        await (await open.SeeAsync("text=munich")).ClickAsync();
        await open.UntilAsync("document.querySelector('[aria-pressed=true] .count')?.textContent === '20'");
        Assert.Equal("trunk=munich", await open.Page.InputValueAsync("#search"));
    }

    [Fact]
    public async Task The_charts_draw_the_hour_and_say_its_end_in_words()
    {
        await using FakeServer server = await FakeServer.StartAsync([]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/charts");
        await open.SeeAsync(".u-over");
        Assert.Equal(5, await open.Page.Locator("canvas").CountAsync());
        string? label = await open.Page.Locator(".plot").Nth(2).GetAttributeAsync("aria-label");
        Assert.Matches("^Answer ratio over the last hour. Now: answered 7[0-9]%$", label);
        // Something is drawn: not all of the canvas has one colour.
        Assert.True(
            await open.Page.EvaluateAsync<int>(
                "(c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size)(document.querySelector('canvas'))"
            ) > 5
        );
    }

    [Fact]
    public async Task A_contact_is_removed_after_the_question()
    {
        await using FakeServer server = await FakeServer.StartAsync([]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/registrations");
        await open.SeeAsync("tbody tr");
        await open.Page.FillAsync(".view input[type=search]", "bob");
        await open.UntilAsync("document.querySelectorAll('tbody tr').length === 1");
        await open.Page.Locator("tbody button").First.ClickAsync();
        await open.Page.Locator("dialog button.danger").ClickAsync();
        await open.UntilAsync("!document.querySelector('dialog')");
        string change = Assert.Single(server.Changes);
        Assert.StartsWith("DELETE /api/v1/registrations/sip:bob@office.example?contact=sip", change, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_shows_what_is_wrong()
    {
        await using FakeServer server = await FakeServer.StartAsync([]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/health");
        await open.SeeAsync("text=the store of registrations is away");
        await open.SeeAsync("tr:has-text('registrations') >> text=away");
        await open.SeeAsync("text=wss:192.0.2.1:8443");
        await open.Page.FillAsync(".view input[type=search]", "inuse");
        await open.UntilAsync("document.querySelectorAll('.counters dt').length === 1");
    }

    [Fact]
    public async Task The_choice_of_colours_is_kept()
    {
        await using FakeServer server = await FakeServer.StartAsync([]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url);
        await open.SeeAsync("text=There is no call now");
        string light = await GroundAsync(open);
        await open.Page.Keyboard.PressAsync("t");
        await open.Page.Keyboard.PressAsync("t");
        string dark = await GroundAsync(open);
        Assert.NotEqual(light, dark);
        await open.Page.ReloadAsync();
        await open.SeeAsync("text=There is no call now");
        Assert.Equal(dark, await GroundAsync(open));
    }

    [Fact]
    public async Task An_address_of_no_view_and_a_call_that_is_not_there_are_said()
    {
        await using FakeServer server = await FakeServer.StartAsync([]);
        await using OpenPage open = await OpenPage.AtAsync(chromium.Browser, server.Url, "#/nothing");
        await open.SeeAsync("text=There is no such view");
        await open.Page.GotoAsync(new Uri(server.Url, "/#/calls/9.9").ToString());
        await open.SeeAsync("text=Call not found");
    }

    private static Task<string> GroundAsync(OpenPage open) =>
        open.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
