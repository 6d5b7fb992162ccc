using System.Globalization;
using System.Net;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>The stream of server-sent events.</summary>
public class EventStreamTests
{
    [Fact]
    public async Task A_call_comes_as_events_in_order_with_its_record()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.AddCallRecords());
        using EventStreamReader stream = await EventStreamReader.OpenAsync(proxy);
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.MediaType);
        Assert.True(stream.Response.Headers.CacheControl?.NoStore);
        ScriptedCall call = proxy.Call();
        StreamedEvent started = await stream.NextAsync(static e => e.Kind == "call.started");
        StreamedEvent answered = await stream.NextAsync(static e => e.Kind == "call.answered");
        Dialog dialog = proxy.Dialogs.Dialogs().Single();
        Assert.Equal(dialog.Id.ToString(), started.Data.GetProperty("dialog").GetProperty("id").GetString());
        Assert.Equal("unconfirmed", started.Data.GetProperty("dialog").GetProperty("state").GetString());
        Assert.Equal(dialog.CallId, answered.Data.GetProperty("dialog").GetProperty("callId").GetString());
        call.Bye();
        StreamedEvent ended = await stream.NextAsync(static e => e.Kind == "call.ended");
        JsonElement record = ended.Data.GetProperty("record");
        Assert.Equal(
            ("answered", 200, "caller"),
            (Text(record, "disposition"), record.GetProperty("code").GetInt32(), Text(record, "ended_by"))
        );
        Assert.Equal("ended", ended.Data.GetProperty("dialog").GetProperty("state").GetString());
        Assert.True(started.Id < answered.Id && answered.Id < ended.Id);
    }

    [Fact]
    public async Task A_call_that_fails_ends_with_its_status_though_no_record_of_it_is_kept()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder =>
            builder.AddCallRecords(static options => options.MissedCalls = false)
        );
        using EventStreamReader stream = await EventStreamReader.OpenAsync(proxy, "?kinds=call.ended");
        proxy.Bob.OnInvite = static call => call.Reject(486);
        proxy.Call();
        StreamedEvent ended = await stream.NextAsync();
        Assert.Equal("call.ended", ended.Kind);
        JsonElement record = ended.Data.GetProperty("record");
        Assert.Equal(("busy", 486), (Text(record, "disposition"), record.GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Of_each_dialog_there_is_one_event_in_250_ms_with_where_it_stands()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventStreamReader stream = await EventStreamReader.OpenAsync(proxy, "?kinds=dialog");
        await stream.DrainAsync(0.5);
        // On a network without delay all of it is within a few milliseconds.
        ScriptedCall call = proxy.Call();
        proxy.Clock.RunFor(TimeSpan.FromMilliseconds(20));
        await Task.Delay(200);
        List<StreamedEvent> events = await stream.DrainAsync();
        StreamedEvent created = Assert.Single(events);
        Assert.Equal(("dialog", "created"), (created.Kind, created.Text("change")));
        JsonElement summary = created.Data.GetProperty("dialog");
        Assert.Equal("confirmed", Text(summary, "state"));
        Assert.Equal("sip:alice@10.0.1.1", Text(summary, "from"));
        Assert.Equal(
            ("10.0.1.1:5060", "10.0.2.1:5060", "udp:10.0.0.1:5060"),
            (Text(summary, "caller"), Text(summary, "callee"), Text(summary, "listener"))
        );
        Assert.EndsWith("Z", Text(summary, "created"), StringComparison.Ordinal);
        Dialog dialog = proxy.Dialogs.Dialogs().Single();
        dialog.Profiles.Set("caller", "alice");
        StreamedEvent updated = await stream.NextAsync();
        Assert.Equal("updated", updated.Text("change"));
        Assert.Equal("alice", Text(updated.Data.GetProperty("dialog").GetProperty("profiles")[0], "value"));
        call.Bye();
        StreamedEvent ended = await stream.NextAsync(static e => e.Text("change") == "ended");
        Assert.Equal("ended", Text(ended.Data.GetProperty("dialog"), "state"));
    }

    [Fact]
    public async Task Who_comes_back_goes_on_where_it_was()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        string last;
        using (EventStreamReader stream = await EventStreamReader.OpenAsync(proxy, "?kinds=call.started"))
        {
            proxy.Call();
            await stream.NextAsync();
            last = stream.LastId;
        }

        proxy.Call();
        await Task.Delay(100);
        proxy.Run(1);
        using EventStreamReader again = await EventStreamReader.OpenAsync(proxy, "?kinds=call.started", last);
        StreamedEvent missed = await again.NextAsync();
        Assert.Equal("call.started", missed.Kind);
        Assert.True(missed.Id > long.Parse(last, CultureInfo.InvariantCulture));
        using EventStreamReader byQuery = await EventStreamReader.OpenAsync(proxy, $"?kinds=call.started&lastEventId={last}");
        Assert.Equal(missed.Id, (await byQuery.NextAsync()).Id);
    }

    [Theory]
    [InlineData("1")] // of a former life
    [InlineData("9000000000000000")] // of another server
    public async Task Who_comes_back_with_an_id_that_is_not_covered_is_told_to_read_anew(string id)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventStreamReader stream = await EventStreamReader.OpenAsync(proxy, "", id);
        Assert.Equal("reset", (await stream.NextAsync()).Kind);
        proxy.Call();
        Assert.Equal("call.started", (await stream.NextAsync(static e => e.Kind != "dialog")).Kind);
    }

    [Fact]
    public async Task What_happened_while_nobody_read_for_long_is_a_reset()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        string last;
        using (EventStreamReader stream = await EventStreamReader.OpenAsync(proxy))
        {
            proxy.Call();
            await stream.NextAsync();
            last = stream.LastId;
        }

        for (int i = 0; i < 140; i++)
        {
            proxy.Run(1);
            await Task.Delay(2);
        }

        // Nobody listens any more: nothing is made.
        Assert.False(proxy.Hub.IsWanted(EventKinds.All));
        using EventStreamReader again = await EventStreamReader.OpenAsync(proxy, "", last);
        Assert.Equal("reset", (await again.NextAsync()).Kind);
    }

    [Fact]
    public async Task A_reader_that_is_behind_by_more_than_the_history_is_reset_and_goes_on()
    {
        var history = new EventHistory(4, 100);
        long after = 100;
        for (int i = 0; i < 6; i++)
            history.Add([(EventKinds.Ban, "ban", "{}"u8.ToArray())]);
        var frames = new List<byte[]>();
        Assert.False(history.Read(ref after, EventKinds.All, 1000, frames, out _));
        Assert.Equal((106, 0), (after, frames.Count));
        Assert.False(history.Covers(101));
        Assert.True(history.Covers(102));
        history.Add([(EventKinds.Node, "node", "{}"u8.ToArray()), (EventKinds.Ban, "ban", "{}"u8.ToArray())]);
        Assert.True(history.Read(ref after, EventKinds.Ban, 1000, frames, out Task? added));
        Assert.Equal("id: 108\nevent: ban\ndata: {}\n\n", System.Text.Encoding.ASCII.GetString(Assert.Single(frames)));
        Assert.Equal(108, after);
        Assert.False(added.IsCompleted);
        history.Add([(EventKinds.None, "gap", "{}"u8.ToArray())]);
        await added;
        frames.Clear();
        Assert.True(history.Read(ref after, EventKinds.Ban, 1000, frames, out _));
        Assert.Single(frames); // a gap is everybody's
    }

    [Fact]
    public void The_history_keeps_16_MB_at_most()
    {
        var history = new EventHistory(1000, 0);
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 40; i++)
            history.Add([(EventKinds.Ban, "ban", large)]);
        Assert.True(history.Covers(40 - 15));
        Assert.False(history.Covers(40 - 17));
    }

    [Fact]
    public async Task A_quiet_stream_has_a_heartbeat_and_ends_with_the_server()
    {
        ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventStreamReader stream = await EventStreamReader.OpenAsync(proxy);
        for (int i = 0; i < 100 && stream.Heartbeats < 3; i++)
        {
            proxy.Run(15);
            await Task.Delay(20);
        }

        Assert.True(stream.Heartbeats >= 3);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await proxy.DisposeAsync();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
        for (int i = 0; i < 500 && !stream.IsOver; i++)
            await Task.Delay(10);
        Assert.True(stream.IsOver);
    }

    [Theory]
    [InlineData("?kinds=dialog,rings", null, 400, "There is no kind \"rings\"")]
    [InlineData("", "last", 400, "Last-Event-ID")]
    public async Task What_cannot_be_is_refused(string query, string? id, int status, string detail)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventStreamReader stream = await EventStreamReader.OpenAsync(proxy, query, id);
        Assert.Equal(status, (int)stream.Response.StatusCode);
        Assert.Equal("application/problem+json", stream.Response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(await stream.Response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith(detail, Text(problem, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_are_so_many_readers_and_no_more()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(management: static options => options.Events.MaxStreams = 1);
        using (EventStreamReader one = await EventStreamReader.OpenAsync(proxy))
        {
            using EventStreamReader other = await EventStreamReader.OpenAsync(proxy);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, other.Response.StatusCode);
        }

        for (int i = 0; i < 200; i++)
        {
            using EventStreamReader again = await EventStreamReader.OpenAsync(proxy);
            if (again.Response.IsSuccessStatusCode)
                return;
            await Task.Delay(20);
        }

        Assert.Fail("The place of the reader that left is not free.");
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
