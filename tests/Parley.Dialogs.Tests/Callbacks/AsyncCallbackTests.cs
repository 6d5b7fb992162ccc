using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests;

public sealed class AsyncCallbackTests
{
    private const DialogCallbackTypes Types =
        DialogCallbackTypes.Early
        | DialogCallbackTypes.Confirmed
        | DialogCallbackTypes.RequestWithin
        | DialogCallbackTypes.Terminated
        | DialogCallbackTypes.Destroy;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handlers_that_await_run_in_order_one_at_a_time_and_no_call_waits_for_them()
    {
        using var fixture = new CallFixture();
        var gate = new TaskCompletionSource();
        var seen = new List<string>();
        int inside = 0;
        bool overlapped = false;
        OnCreated(
            fixture,
            dialog =>
            {
                async ValueTask Handle(Dialog d, DialogNotification notification)
                {
                    overlapped |= Interlocked.Increment(ref inside) != 1;
                    await gate.Task;
                    await Task.Yield();
                    lock (seen)
                        seen.Add($"{notification.Parameter} {notification.Type} {notification.Direction} {Method(notification)}");
                    Interlocked.Decrement(ref inside);
                }

                Assert.True(dialog.OnAsync(Types, Handle, "first"));
                Assert.True(dialog.OnAsync(DialogCallbackTypes.Confirmed, Handle, "second"));
            }
        );
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.SendRequest("INFO");
        fixture.Run(1);
        call.Bye();
        fixture.Run(60);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State); // the whole call, while the first handler waits
        Assert.Empty(seen);
        gate.SetResult();
        await fixture.Dialog.Module.AsyncCallbacks.WhenIdleAsync(Cancellation);

        Assert.False(overlapped);
        Assert.Equal(
            [
                "first Early Upstream 180",
                "second Confirmed Upstream 200",
                "first Confirmed Upstream 200",
                "first RequestWithin Downstream Ack",
                "first RequestWithin Downstream Info",
                "first Terminated Downstream Bye",
                "first Destroy None -",
            ],
            seen
        );
    }

    [Fact]
    public async Task What_a_handler_throws_is_logged_and_the_next_runs()
    {
        using var fixture = new CallFixture();
        var seen = new List<DialogCallbackTypes>();
        OnCreated(
            fixture,
            dialog =>
                dialog.OnAsync(
                    Types,
                    async (d, notification) =>
                    {
                        if (notification.Type == DialogCallbackTypes.Early)
                            throw new InvalidOperationException("at once");
                        await Task.Yield();
                        if (notification.Type == DialogCallbackTypes.Confirmed)
                            throw new InvalidOperationException("later");
                        lock (seen)
                            seen.Add(notification.Type);
                    }
                )
        );
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.Bye();
        fixture.Run(60);
        await fixture.Dialog.Module.AsyncCallbacks.WhenIdleAsync(Cancellation);

        Assert.Equal([DialogCallbackTypes.RequestWithin, DialogCallbackTypes.Terminated, DialogCallbackTypes.Destroy], seen);
        Assert.Equal(2, fixture.Log.Lines.Count(static entry => entry.Contains("handler of dialog", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_handler_that_hangs_costs_256_moments_and_is_logged_once()
    {
        using var fixture = new CallFixture();
        var gate = new TaskCompletionSource();
        int handled = 0;
        OnCreated(
            fixture,
            dialog =>
                dialog.OnAsync(
                    DialogCallbackTypes.RequestWithin,
                    async (d, notification) =>
                    {
                        await gate.Task;
                        Interlocked.Increment(ref handled);
                    }
                )
        );
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        for (int i = 0; i < AsyncCallbackQueue.MaxWaiting + 50; i++)
        {
            call.SendRequest("INFO");
            fixture.Run(0.1);
        }

        // The ACK and the INFOs: the first waits inside its handler or in the queue, whichever the pool has come to.
        long dropped = fixture.Dialogs.Statistics.DroppedNotifications;
        Assert.InRange(dropped, 50, 51);
        gate.SetResult();
        await fixture.Dialog.Module.AsyncCallbacks.WhenIdleAsync(Cancellation);

        Assert.Equal(AsyncCallbackQueue.MaxWaiting + 51 - dropped, handled);
        Assert.Single(fixture.Log.Lines, static entry => entry.Contains("moments waiting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_application_stops_when_the_handlers_are_done()
    {
        using var fixture = new CallFixture();
        var gate = new TaskCompletionSource();
        bool isDone = false;
        OnCreated(
            fixture,
            dialog =>
                dialog.OnAsync(
                    DialogCallbackTypes.Confirmed,
                    async (d, notification) =>
                    {
                        await gate.Task;
                        isDone = true;
                    }
                )
        );
        fixture.Call();
        fixture.Run(1);
        Task stop = fixture.Proxy.StopAsync(Cancellation);
        await Task.Delay(50, Cancellation);
        Assert.False(stop.IsCompleted);
        gate.SetResult();
        await stop;

        Assert.True(isDone);
    }

    [Theory]
    [InlineData(DialogCallbackTypes.None)]
    [InlineData(DialogCallbackTypes.Created)]
    [InlineData(DialogCallbackTypes.Loaded)]
    [InlineData(DialogCallbackTypes.ManagementContext)]
    [InlineData(DialogCallbackTypes.WriteValues | DialogCallbackTypes.Early)]
    public void Types_that_cannot_wait_are_refused(DialogCallbackTypes types)
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);

        Assert.Throws<ArgumentException>(nameof(types), () => fixture.Dialog.OnAsync(types, static (_, _) => default));
    }

    [Fact]
    public void A_dialog_that_is_over_takes_no_handler()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.Bye();
        fixture.Run(1);

        Assert.False(fixture.Dialog.OnAsync(Types, static (_, _) => default));
    }

    private static void OnCreated(CallFixture fixture, Action<Dialog> register) =>
        fixture.Dialogs.Register(null, DialogCallbackTypes.Created, (dialog, _, _) => register(dialog));

    private static string Method(DialogNotification notification) =>
        notification.Message is not { } message ? "-"
        : message.IsRequest ? message.Method.ToString()
        : message.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
