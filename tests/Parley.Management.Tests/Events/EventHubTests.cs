using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs;
using Parley.Registrar;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Events in code: what comes, in which order, and what a slow receiver loses.</summary>
public class EventHubTests
{
    [Fact]
    public async Task A_call_is_started_answered_and_ended()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventSubscription calls = proxy.Hub.Subscribe(EventKinds.Calls);
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.Bye();
        proxy.Run(1);
        CallLifeEvent[] events = [.. (await TakeAsync(calls, 3)).Cast<CallLifeEvent>()];
        Assert.Equal(["call.started", "call.answered", "call.ended"], events.Select(static e => e.Name));
        Dialog dialog = events[0].Dialog!;
        Assert.All(events, e => Assert.Equal((dialog.CallId, dialog.Id), (e.CallId, e.DialogId)));
        Assert.Null(events[1].Record);
        // Without call records: what the dialog knows.
        Assert.Equal((CallDisposition.Answered, "Downstream BYE"), (events[2].Record!.Disposition, events[2].Record!.Reason));
        Assert.True(events[0].Number < events[1].Number && events[1].Number < events[2].Number);
    }

    [Fact]
    public async Task State_changes_come_one_by_one_with_both_states()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventSubscription dialogs = proxy.Hub.Subscribe(EventKinds.Dialog);
        proxy.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.Answer();
        };
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.Bye();
        proxy.Run(1);
        var states = new List<string>();
        await foreach (ParleyEvent one in dialogs)
        {
            var change = (DialogChangedEvent)one;
            if (change.Change == DialogChangeKind.Updated)
                continue;
            states.Add($"{change.Change} {change.OldState}>{change.NewState}");
            if (change.Change == DialogChangeKind.Deleted)
                break;
        }

        Assert.Equal(
            [
                "Created Unconfirmed>Unconfirmed",
                "StateChanged Unconfirmed>Early",
                "StateChanged Early>ConfirmedNoAck",
                "StateChanged ConfirmedNoAck>Confirmed",
                "StateChanged Confirmed>Deleted",
                "Deleted Confirmed>Deleted",
            ],
            states
        );
    }

    [Fact]
    public async Task A_limit_that_refuses_a_call_is_an_event()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventSubscription limits = proxy.Hub.Subscribe(EventKinds.LimitHit);
        proxy.OnDialog = static dialog => dialog.Profiles.TrySet("caller", "alice", 1);
        proxy.Answered();
        Dialog refused = proxy.Answered();
        var hit = (LimitHitEvent)(await TakeAsync(limits, 1))[0];
        Assert.Equal(("caller", "alice", 1, refused.CallId), (hit.Profile, hit.Value, hit.Limit, hit.CallId));
        Assert.Equal($$"""{"profile":"caller","value":"alice","limit":1,"id":"{{refused.Id}}","callId":"{{refused.CallId}}"}""", Json(hit));
    }

    [Fact]
    public async Task A_party_that_answers_no_pings_is_an_event_before_the_call_ends()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(dialogs: static options => options.PingOnlyKnownToAnswer = false);
        using EventSubscription events = proxy.Hub.Subscribe(EventKinds.PingFailed | EventKinds.CallEnded);
        proxy.Flags = DialogFlags.OptionsPingCallee;
        Dialog dialog = proxy.Answered();
        proxy.Network.Cut(proxy.Network.Hosts[0], proxy.Network.Hosts[2]);
        proxy.Run(300);
        List<ParleyEvent> both = await TakeAsync(events, 2);
        var failed = (PingFailedEvent)both[0];
        Assert.Equal((false, "no answer", dialog.CallId), (failed.IsCaller, failed.Reason, failed.CallId));
        Assert.Equal("call.ended", both[1].Name);
    }

    [Fact]
    public async Task Registrations_are_events_only_while_somebody_wants_them()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddRegistrar());
        LocationTable table = proxy.Application.Services.GetRequiredService<LocationTable>();
        var address = AddressOfRecord.Parse("sip:bob@example.com");
        var json = new List<string>();
        using (EventSubscription registrations = proxy.Hub.Subscribe(EventKinds.Registration))
        {
            table.Bind(address, SipUri.Parse("sip:bob@10.0.2.1"), TimeSpan.FromSeconds(60));
            table.Unbind(address, SipUri.Parse("sip:bob@10.0.2.1"));
            json.AddRange((await TakeAsync(registrations, 2)).Select(Json));
        }

        Assert.StartsWith("""{"change":"added","aor":"bob@example.com","contact":"sip:bob@10.0.2.1",""", json[0], StringComparison.Ordinal);
        Assert.StartsWith("""{"change":"removed",""", json[1], StringComparison.Ordinal);
        Assert.False(proxy.Hub.IsWanted(EventKinds.All));
    }

    [Fact]
    public async Task Refused_credentials_are_an_event_and_a_challenge_is_none()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventSubscription failures = proxy.Hub.Subscribe(EventKinds.AuthenticationFailed);
        proxy.RefuseWith = 403;
        proxy.Alice.Invite("sip:bob@10.0.0.1");
        proxy.Run(1);
        proxy.Alice.Invite(
            "sip:bob@10.0.0.1",
            static invite => invite.Add("Proxy-Authorization", "Digest username=\"alice\", realm=\"x\", response=\"0\"")
        );
        proxy.Run(1);
        var failed = (AuthenticationFailedEvent)(await TakeAsync(failures, 1))[0];
        Assert.Equal(("10.0.1.1:5060", "alice", "INVITE", 403), (failed.Source, failed.User, failed.Target, failed.Status));
        Assert.DoesNotContain("response", Json(failed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_and_back_is_two_events()
    {
        var store = new FailingStore();
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: builder =>
            builder.AddDialogStore(store, static options => options.Mode = DialogStoreMode.Realtime)
        );
        using EventSubscription events = proxy.Hub.Subscribe(EventKinds.Store);
        store.Fails = true;
        proxy.Call();
        StoreEvent away = await RunUntilAsync<StoreEvent>(proxy, events);
        Assert.Equal(("dialogs", StoreChange.Unavailable), (away.Store, away.Change));
        store.Fails = false;
        StoreEvent back = await RunUntilAsync<StoreEvent>(proxy, events);
        Assert.Equal(StoreChange.Available, back.Change);
        Assert.StartsWith("""{"store":"dialogs","change":"available",""", Json(back), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_receiver_loses_events_gets_a_gap_and_holds_nobody_up()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventSubscription slow = proxy.Hub.Subscribe(EventKinds.Ban, capacity: 3);
        using EventSubscription quick = proxy.Hub.Subscribe(EventKinds.Ban);
        for (int i = 0; i < 10; i++)
            proxy.Hub.Publish(new BanEvent($"192.0.2.{i}", "test", null));
        await TakeAsync(quick, 10);
        Assert.Equal(7, slow.Dropped);
        await TakeAsync(slow, 3);
        proxy.Hub.Publish(new BanEvent("192.0.2.99", "test", null));
        List<ParleyEvent> rest = await TakeAsync(slow, 2);
        Assert.Equal(7, ((GapEvent)rest[0]).Dropped);
        Assert.Equal("192.0.2.99", ((BanEvent)rest[1]).Source);
        Assert.Equal(0, quick.Dropped);
    }

    [Fact]
    public async Task A_subscription_ends_when_it_is_disposed()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        EventSubscription events = proxy.Hub.Subscribe(EventKinds.Node);
        Assert.True(proxy.Hub.IsWanted(EventKinds.Node));
        Task<int> reading = CountAsync(events);
        proxy.Hub.Publish(new NodeEvent("other", "joined"));
        events.Dispose();
        events.Dispose();
        Assert.True(await reading <= 1);
        Assert.False(proxy.Hub.IsWanted(EventKinds.Node));
        Assert.Throws<ArgumentException>(() => proxy.Hub.Subscribe(EventKinds.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => proxy.Hub.Subscribe(EventKinds.All, 0));
    }

    [Fact]
    public async Task An_event_is_published_once()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using EventSubscription events = proxy.Hub.Subscribe(EventKinds.Ban);
        var ban = new BanEvent("192.0.2.1", "test", proxy.Clock.GetUtcNow());
        proxy.Hub.Publish(ban);
        Assert.Throws<ArgumentException>(() => proxy.Hub.Publish(ban));
        Assert.StartsWith("""{"change":"banned","source":"192.0.2.1","reason":"test","until":"20""", Json(ban), StringComparison.Ordinal);
    }

    private static string Json(ParleyEvent one) => System.Text.Encoding.UTF8.GetString(one.FormatData());

    private static async Task<int> CountAsync(EventSubscription events)
    {
        int count = 0;
        await foreach (ParleyEvent _ in events)
            count++;
        return count;
    }

    private static async Task<T> RunUntilAsync<T>(ManagedProxy proxy, EventSubscription events)
    {
        Task<List<ParleyEvent>> next = TakeAsync(events, 1);
        for (int i = 0; i < 1000 && !next.IsCompleted; i++)
        {
            proxy.Run(0.5);
            await Task.Delay(5);
        }

        return (T)(object)(await next)[0];
    }

    private static async Task<List<ParleyEvent>> TakeAsync(EventSubscription events, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var taken = new List<ParleyEvent>();
        await foreach (ParleyEvent one in events.WithCancellation(limit.Token))
        {
            taken.Add(one);
            if (taken.Count == count)
                break;
        }

        return taken;
    }

    private sealed class FailingStore : IDialogStore
    {
        private readonly MemoryDialogStore _store = new();

        public bool Fails { get; set; }

        public IAsyncEnumerable<DialogRecord> LoadAsync(CancellationToken cancellation) => _store.LoadAsync(cancellation);

        public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation) =>
            Fails ? throw new IOException("away") : _store.WriteAsync(batch, cancellation);

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) =>
            _store.ReplaceAsync(all, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
