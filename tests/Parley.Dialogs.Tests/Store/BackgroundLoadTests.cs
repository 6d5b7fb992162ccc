using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Dialogs.Tests.FailureCatalogue;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests;

/// <summary>A start with more rows than the network waits for, and a store that is away at the start.</summary>
public sealed class BackgroundLoadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_BYE_of_a_dialog_that_is_not_loaded_yet_finds_it_and_the_load_does_not_double_it(bool endsBeforeItsRow)
    {
        var gated = new GatedStore();
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(5);
        using (var kept = new DialogPersistence(fixture.Dialogs, gated, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        gated.Gate = new TaskCompletionSource();
        using Node node = Node.Restart(
            fixture,
            route: static async context => await context.RelayInDialogAsync(),
            adapt: builder => builder.AddDialogStore(gated, static options => options.LoadFirst = 0)
        );
        var persistence = node.Proxy.Services.GetRequiredService<DialogPersistence>();
        Assert.True(persistence.Statistics.IsLoading);
        Assert.Empty(node.All);
        SentRequest info = call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(200, info.Status);
        Dialog dialog = Assert.Single(node.All);
        if (endsBeforeItsRow)
        {
            call.Bye();
            for (int i = 0; i < 20 && persistence.Statistics.QueueDepth > 0 || gated.Rows.Count > 0; i++)
            {
                fixture.Run(0.05);
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            fixture.Run(60); // out of the table
            Assert.Equal(DialogState.Deleted, dialog.State);
        }

        gated.Gate.SetResult();
        for (int i = 0; i < 100 && persistence.Statistics.IsLoading; i++)
        {
            fixture.Run(0.01);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.False(persistence.Statistics.IsLoading);
        Assert.Single(node.All);
        Assert.Equal(endsBeforeItsRow ? 0 : 1, node.Dialogs.Statistics.ActiveDialogs);
        Assert.Equal(1, gated.Finds);
    }

    [Theory]
    [InlineData(DialogStoreMode.Delayed)]
    [InlineData(DialogStoreMode.Shutdown)]
    public async Task A_dialog_that_is_over_before_its_row_comes_does_not_come_back(DialogStoreMode mode)
    {
        (GatedStore gated, CallFixture fixture, Node node, DialogPersistence persistence) = await EndedBeforeItsRowAsync(mode);
        using (fixture)
        using (node)
        {
            fixture.Run(60); // out of the table
            gated.Gate!.SetResult();
            await persistence.LoadCompleted;
            Assert.Equal(0, node.Dialogs.Statistics.ActiveDialogs);
            Assert.Equal((1, 1), (persistence.Statistics.Loaded, persistence.Statistics.PassedOver)); // the look-up, and its row
        }
    }

    /// <summary>The table is emptied after the load: a stop before that leaves the rows that were not read, and none of a call that is over.</summary>
    [Fact]
    public async Task In_shutdown_mode_a_stop_during_the_load_leaves_no_row_of_a_call_that_is_over()
    {
        (GatedStore gated, CallFixture fixture, Node node, _) = await EndedBeforeItsRowAsync(DialogStoreMode.Shutdown);
        using (fixture)
        using (node)
        {
            foreach (IHostedService service in node.Proxy.Services.GetServices<IHostedService>())
                await service.StopAsync(TestContext.Current.CancellationToken);
            Assert.Empty(gated.Rows);
        }
    }

    [Fact]
    public async Task In_shutdown_mode_the_table_is_emptied_after_the_load_however_often_the_store_fails_meanwhile()
    {
        var gated = new GatedStore { Replacements = 2 };
        await gated.WriteAsync(new DialogStoreBatch { Saves = [Orphan("a@x", "udp:10.0.0.1:5060")] }, default);
        using var fixture = new CallFixture();
        using Node node = Node.Restart(
            fixture,
            adapt: builder => builder.AddDialogStore(gated, static options => options.Mode = DialogStoreMode.Shutdown)
        );
        Assert.Single(node.All);
        var persistence = node.Proxy.Services.GetRequiredService<DialogPersistence>();
        for (int i = 0; i < 200 && !persistence.LoadCompleted.IsCompleted; i++)
        {
            fixture.Run(1);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.True(persistence.LoadCompleted.IsCompletedSuccessfully);
        Assert.Empty(gated.Rows);
        Assert.Equal(-1, gated.Replacements);
    }

    [Fact]
    public async Task A_request_with_a_Route_that_proves_nothing_costs_no_look_up_and_one_that_was_not_found_no_second()
    {
        var gated = new GatedStore { Gate = new TaskCompletionSource() };
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(5);
        using Node node = Node.Restart(
            fixture,
            route: static async context => await context.RelayInDialogAsync(),
            adapt: builder => builder.AddDialogStore(gated, static options => options.LoadFirst = 0)
        );
        SentRequest first = call.SendRequest("INFO");
        fixture.Run(1);
        SentRequest second = call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal((481, 481, 1), (first.Status, second.Status, gated.Finds));
        gated.Gate.SetResult();
        await node.Proxy.Services.GetRequiredService<DialogPersistence>().LoadCompleted;
    }

    [Fact]
    public async Task A_command_ends_a_dialog_that_is_not_loaded_yet()
    {
        var gated = new GatedStore();
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(5);
        using (var kept = new DialogPersistence(fixture.Dialogs, gated, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        gated.Gate = new TaskCompletionSource();
        using Node node = Node.Restart(fixture, adapt: builder => builder.AddDialogStore(gated, static options => options.LoadFirst = 0));
        var persistence = node.Proxy.Services.GetRequiredService<DialogPersistence>();
        string callId = fixture.Dialog.CallId;
        Assert.False(node.Dialogs.TerminateByCallId(callId));
        Assert.Equal(1, await persistence.LoadDialogAsync(callId, TestContext.Current.CancellationToken));
        Assert.True(node.Dialogs.TerminateByCallId(callId));
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        gated.Gate.SetResult();
        await persistence.LoadCompleted;
    }

    [Theory]
    [InlineData(DialogStoreOutagePolicy.Degrade, 200)]
    [InlineData(DialogStoreOutagePolicy.Refuse, 503)]
    public async Task With_the_store_away_at_the_start_calls_go_on_or_are_refused_and_dialogs_come_when_it_returns(
        DialogStoreOutagePolicy policy,
        int status
    )
    {
        var gated = new GatedStore();
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(5);
        using (var kept = new DialogPersistence(fixture.Dialogs, gated, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        gated.IsAway = true;
        using Node node = Node.Restart(
            fixture,
            adapt: builder =>
                builder.AddDialogStore(
                    gated,
                    options =>
                    {
                        options.WhenUnavailable = policy;
                        options.Durability = DialogDurability.SoonAfter;
                    }
                )
        );
        Assert.Empty(node.All);
        fixture.Recorder.Clear();
        fixture.Call();
        fixture.Run(1);
        Assert.Equal(1, fixture.Recorder.Count($"{status} INVITE", to: "10.0.1.1"));
        gated.IsAway = false;
        var persistence = node.Proxy.Services.GetRequiredService<DialogPersistence>();
        for (int i = 0; i < 200 && persistence.Statistics.IsLoading; i++)
        {
            fixture.Run(0.1);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, persistence.Statistics.Loaded);
        fixture.Recorder.Clear();
        fixture.Call();
        fixture.Run(1);
        Assert.Equal(1, fixture.Recorder.Count("200 INVITE", to: "10.0.1.1"));
    }

    [Fact]
    public void A_store_that_is_set_up_wrongly_stops_the_start()
    {
        using var fixture = new CallFixture();
        var gated = new GatedStore { IsWrong = true };
        DialogStoreException error = Assert.Throws<DialogStoreException>(() =>
            Node.Restart(fixture, adapt: builder => builder.AddDialogStore(gated))
        );
        Assert.Equal("The table dialog is of version 9.", error.Message);
    }

    [Fact]
    public async Task Sync_rebuilds_the_table_and_restore_brings_rows_that_are_no_dialogs_while_calls_go_on()
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture();
        using var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners);
        fixture.Call();
        fixture.Call();
        fixture.Run(5);
        DialogRecord orphan = Orphan("orphan@x");
        await store.WriteAsync(new DialogStoreBatch { Saves = [orphan] }, default);
        Assert.Equal(1, await kept.RestoreAsync(TestContext.Current.CancellationToken));
        Assert.NotNull(fixture.Dialogs.FindByCallId("orphan@x"));
        Assert.Equal(0, await kept.RestoreAsync(TestContext.Current.CancellationToken));
        await store.WriteAsync(new DialogStoreBatch { Saves = [Orphan("stray@x")], Deletes = [orphan.Id] }, default);
        Assert.Equal(3, await kept.SyncAsync(TestContext.Current.CancellationToken));
        Assert.Equal(fixture.Dialogs.Dialogs().Select(static dialog => dialog.Id).Order(), store.Rows.Select(static row => row.Id).Order());
        fixture.Dialogs.FindByCallId("orphan@x")!.Terminate();
        fixture.Run(5);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        Assert.Equal(2, store.Rows.Count);
    }

    [Fact]
    public async Task Sockets_that_are_listeners_no_more_are_mapped_or_passed_over()
    {
        var store = new MemoryDialogStore();
        await store.WriteAsync(new DialogStoreBatch { Saves = [Orphan("a@x", "udp:192.0.2.1:5060")] }, default);
        using var fixture = new CallFixture();
        Assert.Equal((0, 1), await LoadAsync(static _ => { }));
        Assert.Equal((1, 0), await LoadAsync(static options => options.ListenerMap["udp:192.0.2.1:5060"] = "udp:10.0.0.1:5060"));
        Assert.Equal(
            "udp:10.0.0.1:5060",
            Encoding.ASCII.GetString(SocketText.Of(fixture.Dialogs.FindByCallId("a@x")!.Caller.Flow.Listener))
        );
        using var other = new CallFixture();
        using var kept = new DialogPersistence(
            other.Dialogs,
            store,
            other.Proxy.Transport.Listeners,
            new DialogStoreOptions { AcceptAnySocket = true }
        );
        Assert.Equal((1, 0), await kept.LoadAsync(TestContext.Current.CancellationToken));

        async Task<(int, int)> LoadAsync(Action<DialogStoreOptions> configure)
        {
            var options = new DialogStoreOptions();
            configure(options);
            using var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners, options);
            return await kept.LoadAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<(GatedStore, CallFixture, Node, DialogPersistence)> EndedBeforeItsRowAsync(DialogStoreMode mode)
    {
        var gated = new GatedStore();
        var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(5);
        using (var kept = new DialogPersistence(fixture.Dialogs, gated, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        gated.Gate = new TaskCompletionSource();
        Node node = Node.Restart(
            fixture,
            route: static async context => await context.RelayInDialogAsync(),
            adapt: builder =>
                builder.AddDialogStore(
                    gated,
                    options =>
                    {
                        options.Mode = mode;
                        options.LoadFirst = 0;
                    }
                )
        );
        SentRequest bye = call.SendRequest("BYE");
        fixture.Run(0.5);
        Assert.Equal(200, bye.Status);
        return (gated, fixture, node, node.Proxy.Services.GetRequiredService<DialogPersistence>());
    }

    private static DialogRecord Orphan(string callId, string socket = "")
    {
        byte[] text = Encoding.ASCII.GetBytes(callId);
        return new DialogRecord(
            new DialogId(CoreHash.Compute(text, 4096), 77),
            new DialogRecordTexts
            {
                CallId = text,
                FromTag = "f"u8,
                ToTag = "t"u8,
                CallerSocket = Encoding.ASCII.GetBytes(socket),
            }
        )
        {
            State = DialogState.Confirmed,
        };
    }

    /// <summary>A store in memory whose load waits, or that is away.</summary>
    private sealed class GatedStore : IDialogStore
    {
        private readonly MemoryDialogStore _inner = new();

        public TaskCompletionSource? Gate { get; set; }

        public bool IsAway { get; set; }

        public bool IsWrong { get; set; }

        public int Finds { get; private set; }

        public IReadOnlyList<DialogRecord> Rows => _inner.Rows;

        public ValueTask OpenAsync(CancellationToken cancellation) =>
            IsWrong ? throw new DialogStoreException("The table dialog is of version 9.")
            : IsAway ? throw new IOException("no way to it")
            : ValueTask.CompletedTask;

        public async IAsyncEnumerable<DialogRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            DialogRecord[] rows = [.. _inner.Rows]; // as they were when the load began
            if (Gate is { } gate)
                await gate.Task.WaitAsync(cancellation);
            foreach (DialogRecord row in rows)
                yield return row;
        }

        public ValueTask<IReadOnlyList<DialogRecord>> FindAsync(ReadOnlyMemory<byte> callId, CancellationToken cancellation)
        {
            Finds++;
            return new ValueTask<IReadOnlyList<DialogRecord>>([
                .. _inner.Rows.Where(row => row[DialogColumn.CallId].SequenceEqual(callId.Span)),
            ]);
        }

        public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation) =>
            IsAway ? throw new IOException("no way to it") : _inner.WriteAsync(batch, cancellation);

        /// <summary>So many replacements fail.</summary>
        public int Replacements { get; set; }

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) =>
            Replacements-- > 0 ? throw new IOException("no way to it") : _inner.ReplaceAsync(all, cancellation);
    }
}
