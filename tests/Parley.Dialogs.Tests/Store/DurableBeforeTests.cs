using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests;

/// <summary>Realtime "before": what makes or ends a call leaves when its row is durable. The store is driven by the test.</summary>
public sealed class DurableBeforeTests : IAsyncDisposable
{
    private readonly MemoryDialogStore _store = new();
    private readonly DialogStoreOptions _options = new();

    [Fact]
    public async Task The_2xx_of_the_INVITE_and_that_of_the_BYE_wait_for_the_row()
    {
        using var fixture = new CallFixture();
        using DialogPersistence kept = Keep(fixture);
        ScriptedCall call = fixture.Call();
        fixture.Run(0.3);
        Assert.Equal(DialogState.ConfirmedNoAck, fixture.Dialog.State);
        Assert.Equal(0, fixture.Recorder.Count("200 INVITE", to: "10.0.1.1"));
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        Assert.Single(_store.Rows);
        fixture.Run(0.3);
        Assert.Equal(1, fixture.Recorder.Count("200 INVITE", to: "10.0.1.1"));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        call.Bye();
        fixture.Run(0.3);
        Assert.Equal(0, fixture.Recorder.Count("200 BYE", to: "10.0.1.1"));
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        Assert.Empty(_store.Rows);
        fixture.Run(0.3);
        Assert.Equal(1, fixture.Recorder.Count("200 BYE", to: "10.0.1.1"));
        Assert.Equal((2, 0), ((int)kept.Statistics.Holds, (int)kept.Statistics.HoldTimeouts));
    }

    [Fact]
    public async Task The_2xx_of_a_BYE_waits_for_the_removal_also_while_another_thread_acts_for_the_dialog()
    {
        using var fixture = new CallFixture();
        using DialogPersistence kept = Keep(fixture);
        ScriptedCall call = fixture.Call();
        fixture.Run(0.3);
        await Flush(kept);
        fixture.Run(0.3);
        await Flush(kept);
        using var isIn = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        fixture.Dialog.On(
            DialogCallbackTypes.ResponseWithin,
            (_, _, _) =>
            {
                isIn.Set();
                goesOn.Wait(TimeSpan.FromSeconds(20));
            }
        );
        Dialog dialog = fixture.Dialog;
        Task other = Task.Run(
            () => dialog.OnReplyWithin(null!, DialogDirection.Upstream, null, null, null),
            TestContext.Current.CancellationToken
        );
        Assert.True(isIn.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        call.Bye();
        fixture.Run(0.3);
        Assert.Equal(DialogState.Deleted, dialog.State);
        await Flush(kept);
        Assert.Single(_store.Rows); // its end is not on the feed yet
        fixture.Run(0.3);
        Assert.Equal(0, fixture.Recorder.Count("200 BYE", to: "10.0.1.1"));
        goesOn.Set();
        await other;
        fixture.Run(0.1);
        Assert.Equal(0, fixture.Recorder.Count("200 BYE", to: "10.0.1.1"));
        await Flush(kept);
        Assert.Empty(_store.Rows);
        fixture.Run(0.3);
        Assert.Equal(1, fixture.Recorder.Count("200 BYE", to: "10.0.1.1"));
        Assert.Equal(0, kept.Statistics.HoldTimeouts);
    }

    [Fact]
    public void No_response_waits_longer_than_MaxHold()
    {
        using var fixture = new CallFixture();
        using DialogPersistence kept = Keep(fixture);
        fixture.Call();
        fixture.Run(1.9);
        Assert.Equal(0, fixture.Recorder.Count("200 INVITE", to: "10.0.1.1"));
        fixture.Run(0.3);
        Assert.Equal(1, fixture.Recorder.Count("200 INVITE", to: "10.0.1.1"));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void Soon_after_holds_nothing()
    {
        _options.Durability = DialogDurability.SoonAfter;
        using var fixture = new CallFixture();
        using DialogPersistence kept = Keep(fixture);
        fixture.Call();
        fixture.Run(0.3);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Equal(0, kept.Statistics.Holds);
    }

    [Theory]
    [InlineData(DialogStoreOutagePolicy.Refuse)]
    [InlineData(DialogStoreOutagePolicy.Degrade)]
    public async Task While_nothing_can_be_made_durable_calls_are_refused_or_go_on_as_the_policy_says(DialogStoreOutagePolicy policy)
    {
        _options.WhenUnavailable = policy;
        var store = new StoreWorld.FailingStore { Failures = 1 };
        using var fixture = new CallFixture();
        using var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners, _options, fixture.Clock);
        fixture.Call();
        fixture.Run(0.3);
        await Assert.ThrowsAsync<IOException>(async () => await kept.FlushAsync(TestContext.Current.CancellationToken));
        fixture.Run(2);
        ScriptedCall second = fixture.Call();
        fixture.Run(0.3);
        if (policy == DialogStoreOutagePolicy.Degrade)
        {
            Assert.Equal(2, fixture.Recorder.Count("200 INVITE", to: "10.0.1.1"));
        }
        else
        {
            Assert.Equal(1, fixture.Recorder.Count("503 INVITE", to: "10.0.1.1"));
            Assert.Contains(
                "Retry-After: 10\r\n",
                fixture.Recorder.Find("503 INVITE", to: "10.0.1.1").First().Text,
                StringComparison.Ordinal
            );
            Assert.Equal(1, kept.Statistics.Refused);
        }

        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        fixture.Call();
        fixture.Run(0.3);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        fixture.Run(0.3);
        Assert.Equal(policy == DialogStoreOutagePolicy.Degrade ? 3 : 2, store.Rows.Count);
        Assert.NotNull(second);
    }

    public ValueTask DisposeAsync() => ((IAsyncDisposable)_store).DisposeAsync();

    private static async Task Flush(DialogPersistence kept)
    {
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }
    }

    private DialogPersistence Keep(CallFixture fixture) =>
        new(fixture.Dialogs, _store, fixture.Proxy.Transport.Listeners, _options, fixture.Clock);
}
