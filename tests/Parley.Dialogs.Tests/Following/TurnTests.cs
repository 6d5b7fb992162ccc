using Xunit;

namespace Parley.Dialogs.Tests.Relay;

/// <summary>Callbacks of one dialog run one at a time and in the order of its steps, whatever threads they come from, and never under its lock.</summary>
public class TurnTests
{
    [Fact]
    public async Task Callbacks_of_one_dialog_never_overlap_nor_get_lost()
    {
        using var fixture = new DialogFixture();
        Dialog dialog = fixture.New();
        int inside = 0,
            overlaps = 0,
            ran = 0;
        bool lockHeld = false;
        dialog.On(
            DialogCallbackTypes.RequestWithin | DialogCallbackTypes.Terminated,
            (d, _, _) =>
            {
                if (Interlocked.Increment(ref inside) != 1)
                    Interlocked.Increment(ref overlaps);
                lockHeld |= d.Lock.IsHeldByCurrentThread;
                ran++;
                Interlocked.Decrement(ref inside);
            }
        );
        dialog.Raise(DialogEvent.Success);
        dialog.Raise(DialogEvent.Ack);
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(
                        () =>
                        {
                            for (int i = 0; i < 5_000; i++)
                                dialog.Raise(DialogEvent.Request);
                        },
                        TestContext.Current.CancellationToken
                    )
                )
        );
        dialog.Raise(DialogEvent.ByeAnswered);

        Assert.Equal(0, overlaps);
        Assert.Equal(1 + 20_000 + 1, ran);
        Assert.False(lockHeld);
    }

    [Fact]
    public void What_a_handler_causes_runs_after_it()
    {
        using var fixture = new DialogFixture();
        Dialog dialog = fixture.New();
        var story = new List<string>();
        dialog.On(
            DialogCallbackTypes.Confirmed | DialogCallbackTypes.RequestWithin | DialogCallbackTypes.Terminated,
            (d, type, _) =>
            {
                story.Add($"{type} begins in {d.State}");
                if (type == DialogCallbackTypes.Confirmed)
                    d.Raise(DialogEvent.Ack);
                if (type == DialogCallbackTypes.RequestWithin)
                    d.Raise(DialogEvent.ByeAnswered);
                story.Add($"{type} ends");
            }
        );
        dialog.Raise(DialogEvent.Success);

        Assert.Equal(
            [
                "Confirmed begins in ConfirmedNoAck",
                "Confirmed ends",
                "RequestWithin begins in Confirmed",
                "RequestWithin ends",
                "Terminated begins in Deleted",
                "Terminated ends",
            ],
            story
        );
    }

    [Fact]
    public async Task An_end_raced_by_many_threads_is_one_end()
    {
        for (int round = 0; round < 50; round++)
        {
            using var fixture = new DialogFixture();
            Dialog dialog = fixture.New();
            int ends = 0;
            dialog.On(
                DialogCallbackTypes.Terminated | DialogCallbackTypes.Expired | DialogCallbackTypes.Failed,
                (_, _, _) => Interlocked.Increment(ref ends)
            );
            dialog.Raise(DialogEvent.Success);
            dialog.Raise(DialogEvent.Ack);
            await Task.WhenAll(
                Task.Run(() => dialog.Raise(DialogEvent.ByeAnswered), TestContext.Current.CancellationToken),
                Task.Run(() => dialog.Raise(DialogEvent.LifetimeOver), TestContext.Current.CancellationToken),
                Task.Run(() => dialog.Terminate("x"), TestContext.Current.CancellationToken)
            );

            Assert.Equal(1, ends);
            Assert.Equal(0, fixture.Module.Statistics.ActiveDialogs);
        }
    }

    [Fact]
    public async Task TerminateAsync_completes_when_the_dialog_is_over()
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        Dialog dialog = fixture.Dialog;
        Task<bool> ended = dialog.TerminateAsync("enough").AsTask();
        Assert.False(ended.IsCompleted);
        fixture.Run(1);

        Assert.True(await ended);
        Assert.Equal("enough", dialog.TerminationReason);
        Assert.False(await dialog.TerminateAsync());
    }
}
