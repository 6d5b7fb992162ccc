using System.Net;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Dialogs over the API: what is listed, what is found, what is shown of one.</summary>
public class ApiDialogTests
{
    [Fact]
    public async Task A_call_is_listed_with_all_that_the_document_promises()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.OnDialog = static dialog => dialog.Profiles.Set("caller", "alice");
        ScriptedCall call = proxy.Call();
        proxy.Run(2);
        ApiDialogList list = await proxy.Api.DialogsAsync();
        Assert.Equal(1, list.Total);
        Assert.Null(list.Next);
        ApiDialog dialog = Assert.Single(list.Items);
        Dialog own = Assert.Single(proxy.Dialogs.Dialogs());
        Assert.Equal(own.Id.ToString(), dialog.Id);
        Assert.Equal(own.CallId, dialog.CallId);
        Assert.Equal("confirmed", dialog.State);
        Assert.Equal(own.FromUri, dialog.From);
        Assert.Equal("sip:bob@10.0.0.1", dialog.To);
        Assert.Equal(own.FromTag, dialog.FromTag);
        Assert.Equal(own.ToTag, dialog.ToTag);
        Assert.Equal("10.0.1.1:5060", dialog.Caller);
        Assert.Equal("10.0.2.1:5060", dialog.Callee);
        Assert.Equal("udp:10.0.0.1:5060", dialog.Listener);
        Assert.Equal(own.CreatedAt, dialog.Created);
        Assert.Equal(own.StartTime, dialog.Answered);
        Assert.InRange(dialog.DurationMs!.Value, 1, 2000);
        Assert.Equal(new ApiMembership("caller", "alice"), Assert.Single(dialog.Profiles));
        Assert.Empty(dialog.Abnormal);
        Assert.Equal(Environment.MachineName, dialog.Node);
        call.Bye();
    }

    [Fact]
    public async Task Very_many_are_listed_briefly_and_those_on_a_screen_by_their_ids()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog[] calls = [proxy.Answered(), proxy.Answered("carol"), proxy.Answered()];
        (_, string text, _) = await proxy.Api.SendAsync("GET", "/api/v1/dialogs?brief=true", accept: "application/x-ndjson");
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        JsonElement brief = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(
            ["id", "state", "from", "to", "created", "answered", "abnormal"],
            brief.EnumerateObject().Select(static member => member.Name)
        );
        ApiDialogList named = await proxy.Api.DialogsAsync($"?ids={calls[2].Id},{calls[0].Id},f00.1");
        Assert.Equal([$"{calls[2].Id}", $"{calls[0].Id}"], named.Items.Select(static dialog => dialog.Id));
        Assert.Empty((await proxy.Api.DialogsAsync($"?ids={calls[1].Id}&q=bob")).Items);
        await proxy.Api.SendAsync("DELETE", $"/api/v1/dialogs/{calls[1].Id}");
        proxy.Run(2);
        Assert.Empty((await proxy.Api.DialogsAsync($"?ids={calls[1].Id}")).Items);
        Assert.Single((await proxy.Api.DialogsAsync($"?ids={calls[1].Id}&state=ended")).Items);
        string tooMany = string.Join(',', Enumerable.Repeat("1.1", 1001));
        foreach (string wrong in new[] { "x", $"{calls[0].Id},", tooMany })
            Assert.StartsWith(
                "400 The parameter ids ",
                await proxy.Api.ProblemAsync("GET", $"/api/v1/dialogs?ids={wrong}"),
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task Times_are_UTC_with_milliseconds()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Answered();
        JsonElement dialog = (await proxy.Api.GetAsync("/api/v1/dialogs")).GetProperty("items")[0];
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", dialog.GetProperty("created").GetString());
    }

    [Fact]
    public async Task A_call_that_rings_and_one_that_is_over_have_what_there_is_of_them()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Ring();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        ApiDialog ringing = Assert.Single((await proxy.Api.DialogsAsync()).Items);
        Assert.Equal("early", ringing.State);
        Assert.Null(ringing.Answered);
        Assert.NotNull(ringing.DurationMs);
        Assert.Empty((await proxy.Api.DialogsAsync("?state=confirmed")).Items);
        Assert.Equal(1, (await proxy.Api.DialogsAsync("?state=confirmed")).Total);
        call.Cancel();
        proxy.Run(1);
        Assert.Empty((await proxy.Api.DialogsAsync()).Items);
        ApiDialog over = Assert.Single((await proxy.Api.DialogsAsync("?state=ended,confirmed")).Items);
        Assert.Equal("ended", over.State);
        Assert.Null(over.DurationMs);
    }

    [Fact]
    public async Task One_dialog_is_shown_with_legs_values_flags_and_timers()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(dialogs: static o => o.KeepSessionDescriptions = true);
        Dialog dialog = proxy.Answered();
        dialog.Values.Set("trunk", "gw1");
        dialog.Values.Set("tries", 3);
        dialog.UserFlags.TestAndSet("recorded");
        dialog.Timeout = TimeSpan.FromSeconds(100);
        ApiDialogDetail detail = await proxy.Api.GetAsync($"/api/v1/dialogs/{dialog.Id}", ApiJson.Default.ApiDialogDetail);
        Assert.Equal(["caller", "callee"], detail.Legs.Select(static leg => leg.Role));
        Assert.Equal([dialog.FromTag, dialog.ToTag], detail.Legs.Select(static leg => leg.Tag));
        Assert.Equal("10.0.1.1:5060", detail.Legs[0].Flow);
        Assert.Equal("udp:10.0.0.1:5060", detail.Legs[1].Socket);
        Assert.Equal(dialog.Callee!.Contact, detail.Legs[1].Contact);
        Assert.Equal("gw1", detail.Values["trunk"].GetString());
        Assert.Equal(3, detail.Values["tries"].GetInt32());
        Assert.Equal(["recorded"], detail.Flags);
        ApiTimer lifetime = Assert.Single(detail.Timers, static timer => timer.Name == "lifetime");
        Assert.Equal(proxy.Clock.GetUtcNow() + TimeSpan.FromSeconds(100), lifetime.Due, TimeSpan.FromSeconds(1));
        Assert.Equal(100_000, detail.LifetimeMs);
        Assert.Equal(lifetime.Due, detail.Expires!.Value, TimeSpan.FromSeconds(1));

        // By Call-ID too, which may hold a slash.
        string escaped = Uri.EscapeDataString(dialog.CallId);
        Assert.Equal(dialog.Id.ToString(), (await proxy.Api.GetAsync($"/api/v1/dialogs/{escaped}", ApiJson.Default.ApiDialogDetail)).Id);
        Assert.Equal("404 There is no such dialog.", await proxy.Api.ProblemAsync("GET", "/api/v1/dialogs/1.1"));
    }

    [Theory]
    [InlineData("uri=sip:bob@10.0.0.1", 1)]
    [InlineData("uri=sip:bob@10.0.0.2", 0)]
    [InlineData("number=030%201234", 1)]
    [InlineData("number=%2B49301234", 1)]
    [InlineData("number=0049301234", 1)]
    [InlineData("number=1234", 1)]
    [InlineData("number=9", 0)]
    [InlineData("ip=10.0.1.1", 2)]
    [InlineData("ip=10.0.2.1:5060", 1)]
    [InlineData("ip=10.0.2.1:5061", 0)]
    [InlineData("listener=udp:10.0.0.1:5060", 2)]
    [InlineData("listener=tcp:10.0.0.1:5060", 0)]
    [InlineData("profile=caller", 1)]
    [InlineData("profile=caller=alice", 1)]
    [InlineData("profile=caller=bob", 0)]
    [InlineData("var=trunk", 1)]
    [InlineData("var=trunk=gw1", 1)]
    [InlineData("var=trunk=gw2", 0)]
    [InlineData("olderThan=0.5", 2)]
    [InlineData("olderThan=60", 0)]
    [InlineData("youngerThan=60", 2)]
    [InlineData("youngerThan=0.5", 0)]
    [InlineData("abnormal=true", 0)]
    [InlineData("abnormal=false", 2)]
    [InlineData("node=nowhere", 0)]
    [InlineData("state=confirmed&ip=10.0.2.1", 1)]
    [InlineData("q=BOB", 1)]
    [InlineData("q=alice", 2)]
    [InlineData("q=301234", 1)]
    [InlineData("q=(30)%201234", 1)]
    [InlineData("q=10.0.2.2", 1)]
    [InlineData("q=10.0.2.2:5060", 1)]
    [InlineData("q=caller=alice", 1)]
    [InlineData("q=caller=", 1)]
    [InlineData("q=all=", 0)]
    [InlineData("q=trunk=gw1", 1)]
    [InlineData("q=sip:bob@10.0.0.1", 1)]
    [InlineData("q=alice%2010.0.2.2", 1)]
    [InlineData("q=nobody", 0)]
    public async Task Filters_and_the_search_box_find_what_they_say(string query, int count)
    {
        await using ManagedProxy proxy = await TwoCallsAsync();
        Assert.Equal(count, (await proxy.Api.DialogsAsync("?" + query)).Items.Count);
    }

    [Fact]
    public async Task Tags_Call_IDs_and_ids_are_found_whole_and_in_part()
    {
        await using ManagedProxy proxy = await TwoCallsAsync();
        foreach (Dialog dialog in proxy.Dialogs.Dialogs())
        {
            foreach (
                string query in new[]
                {
                    $"tag={dialog.FromTag}",
                    $"tag={dialog.ToTag}",
                    $"callId={Uri.EscapeDataString(dialog.CallId)}",
                    $"q={Uri.EscapeDataString(dialog.CallId)}",
                    $"q={dialog.CallId[2..^2]}",
                    $"q={dialog.Id}",
                    $"q={dialog.ToTag.ToUpperInvariant()}",
                }
            )
                Assert.Equal(dialog.Id.ToString(), Assert.Single((await proxy.Api.DialogsAsync("?" + query)).Items).Id);
        }
    }

    [Theory]
    [InlineData("limit=0", "The parameter limit is a whole number from 1 to 1000.")]
    [InlineData("limit=many", "The parameter limit is a whole number from 1 to 1000.")]
    [InlineData("cursor=here", "The parameter cursor is the next of a page before.")]
    [InlineData("state=up", "The parameter state has unconfirmed, early, confirmedNoAck, confirmed and ended, with commas between.")]
    [InlineData("ip=here", "The parameter ip is an address, with or without port, as 192.0.2.1 or [2001:db8::1]:5060.")]
    [InlineData("abnormal=yes", "The parameter abnormal is true or false.")]
    [InlineData("olderThan=old", "The parameter olderThan is a number of seconds.")]
    [InlineData("profile=nothing", "There is no profile nothing.")]
    [InlineData("profile=all=x", "A profile value needs a profile with values.")]
    [InlineData("uri=bob", "DialogQuery.Uri is no URI: bob")]
    [InlineData("number=bob", "DialogQuery.Number has no digits: bob")]
    [InlineData("tag=a&tag=b", "The parameter tag is there 2 times.")]
    [InlineData("q=1 2 3 4 5 6 7 8 9", "The parameter q has at most 8 words.")]
    public async Task What_cannot_be_sought_is_said(string query, string detail)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal("400 " + detail, await proxy.Api.ProblemAsync("GET", "/api/v1/dialogs?" + query));
    }

    [Fact]
    public async Task Pages_hold_while_dialogs_come_and_go()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        var standing = new HashSet<string>();
        for (int i = 0; i < 40; i++)
            standing.Add(proxy.Answered().Id.ToString());
        var seen = new List<string>();
        string cursor = "";
        do
        {
            ApiDialogList page = await proxy.Api.DialogsAsync($"?limit=7{cursor}");
            Assert.InRange(page.Items.Count, 1, 7);
            seen.AddRange(page.Items.Select(static dialog => dialog.Id));
            cursor = page.Next is null ? "" : $"&cursor={page.Next}";
            // One comes, and the last that was shown goes: the cursor stands on a dialog that is no more.
            proxy.Answered();
            Dialog gone = proxy.Dialogs.FindByDid(page.Items[^1].Id)!;
            gone.Terminate();
            proxy.Run(60);
        } while (cursor.Length > 0);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Subset(seen.ToHashSet(), standing);
    }

    [Fact]
    public async Task All_that_fit_are_streamed_as_lines()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        for (int i = 0; i < 150; i++)
            proxy.Answered(i % 3 == 0 ? "carol" : "bob");
        (HttpStatusCode status, string text, HttpResponseMessage response) = await proxy.Api.SendAsync(
            "GET",
            "/api/v1/dialogs?q=carol&limit=1",
            accept: "application/x-ndjson"
        );
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(50, lines.Length);
        Assert.All(
            lines,
            static line => Assert.Equal("sip:carol@10.0.0.1", JsonSerializer.Deserialize(line, ApiJson.Default.ApiDialog)!.To)
        );
    }

    [Fact]
    public async Task Rows_are_brief_and_dialogs_are_found_by_many_ids()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog first = proxy.Answered(),
            second = proxy.Answered();
        proxy.Answered();
        (_, string text, _) = await proxy.Api.SendAsync("GET", "/api/v1/dialogs?brief=true", accept: "application/x-ndjson");
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.All(
            lines,
            static line =>
                Assert.Equal(
                    ["id", "state", "from", "to", "created", "answered", "abnormal"],
                    JsonDocument.Parse(line).RootElement.EnumerateObject().Select(static p => p.Name)
                )
        );
        ApiDialogList list = await proxy.Api.DialogsAsync($"?ids={second.Id},{first.Id},{first.Id},1.1");
        Assert.Equal(
            new[] { first.Id, second.Id }.Order().Select(static id => id.ToString()),
            list.Items.Select(static dialog => dialog.Id)
        );
        first.Terminate();
        proxy.Run(1);
        Assert.Equal(second.Id.ToString(), Assert.Single((await proxy.Api.DialogsAsync($"?ids={second.Id},{first.Id}")).Items).Id);
        Assert.Equal(2, (await proxy.Api.DialogsAsync($"?ids={second.Id},{first.Id}&state=confirmed,ended")).Items.Count);
        Assert.StartsWith(
            "400 The parameter ids has ids",
            await proxy.Api.ProblemAsync("GET", "/api/v1/dialogs?ids=x"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Names_that_are_no_text_are_shown_all_the_same()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        dialog.Values.Set("odd\"\n"u8, new byte[] { 0xff, 0x00, 0x41 });
        ApiDialogDetail detail = await proxy.Api.GetAsync($"/api/v1/dialogs/{dialog.Id}", ApiJson.Default.ApiDialogDetail);
        Assert.Equal("\ufffd\0A", Assert.Single(detail.Values).Value.GetString());
    }

    private static async Task<ManagedProxy> TwoCallsAsync()
    {
        ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog first = proxy.Answered();
        first.Profiles.Set("caller", "alice");
        first.Values.Set("trunk", "gw1");
        proxy.Alice.Invite("sip:+49(30)1234@10.0.0.1");
        proxy.Run(1);
        return proxy;
    }
}
