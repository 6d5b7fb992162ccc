using System.Runtime.CompilerServices;
using Xunit;

namespace Parley.Dialogs.Tests;

public sealed class CallbackListTests : IDisposable
{
    private readonly LineLog _log = new();
    private readonly Dialog _dialog = (Dialog)RuntimeHelpers.GetUninitializedObject(typeof(Dialog)); // only handed through

    public void Dispose() => _log.Dispose();

    [Fact]
    public void The_last_registered_runs_first_and_only_for_its_types()
    {
        var list = new CallbackList();
        var ran = new List<string>();
        Add(list, DialogCallbackTypes.Early | DialogCallbackTypes.Confirmed, (_, type, _) => ran.Add($"first {type}"));
        Add(list, DialogCallbackTypes.Confirmed, (_, type, _) => ran.Add($"second {type}"));
        Run(list, DialogCallbackTypes.Early);
        Run(list, DialogCallbackTypes.Confirmed);
        Run(list, DialogCallbackTypes.Terminated);
        Assert.Equal(["first Early", "second Confirmed", "first Confirmed"], ran);
    }

    [Fact]
    public void Has_tells_the_types_asked_for()
    {
        var list = new CallbackList();
        Add(list, DialogCallbackTypes.Early | DialogCallbackTypes.Destroy, (_, _, _) => { });
        Assert.True(list.Has(DialogCallbackTypes.Destroy));
        Assert.False(list.Has(DialogCallbackTypes.Failed));
    }

    [Fact]
    public void A_handler_that_throws_is_logged_with_its_dialog_and_the_others_run()
    {
        var list = new CallbackList();
        int ran = 0;
        Add(list, DialogCallbackTypes.Early, (_, _, _) => ran++);
        Add(list, DialogCallbackTypes.Early, (_, _, _) => throw new InvalidOperationException("no credit"));
        Add(list, DialogCallbackTypes.Early, (_, _, _) => ran++);
        Run(list, DialogCallbackTypes.Early);
        Assert.Equal(2, ran);
        Assert.Equal("Error 4101 A Early handler of dialog 0.0 failed; the call goes on no credit", Assert.Single(_log.Lines));
    }

    [Fact]
    public void A_handler_sees_its_own_parameter_and_may_replace_it()
    {
        var list = new CallbackList();
        var seen = new List<object?>();
        object? freed = null;
        list.Add(new CallbackList.Registration(DialogCallbackTypes.Early, Handler, 1, p => freed = p));
        list.Add(new CallbackList.Registration(DialogCallbackTypes.Early, Handler, 10, null));
        Run(list, DialogCallbackTypes.Early);
        Run(list, DialogCallbackTypes.Early);
        list.Close(_log);
        Assert.Equal([10, 1, 11, 2], seen);
        Assert.Equal(3, freed);

        void Handler(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
        {
            seen.Add(parameters.Parameter);
            parameters.Parameter = (int)parameters.Parameter! + 1;
        }
    }

    [Fact]
    public void The_parameters_hold_nothing_of_an_earlier_callback()
    {
        var list = new CallbackList();
        var data = new object();
        var seen = new List<(object?, DialogDirection, bool)>();
        Add(
            list,
            DialogCallbackTypes.ManagementContext | DialogCallbackTypes.Saved,
            (_, _, p) => seen.Add((p.Data, p.Direction, p.IsActive))
        );
        list.Run(
            _dialog,
            DialogCallbackTypes.ManagementContext,
            new DialogCallbackArguments(DialogDirection.Upstream, Data: data, IsActive: false),
            _log
        );
        Run(list, DialogCallbackTypes.Saved);
        Assert.Equal([(data, DialogDirection.Upstream, false), (null, DialogDirection.None, true)], seen);
    }

    [Fact]
    public void A_handler_may_register_and_cause_another_moment_inside_its_own()
    {
        var list = new CallbackList();
        var ran = new List<string>();
        Add(
            list,
            DialogCallbackTypes.Confirmed,
            (_, _, outer) =>
            {
                ran.Add("confirmed " + outer.Data);
                Add(
                    list,
                    DialogCallbackTypes.Confirmed | DialogCallbackTypes.Terminated,
                    (_, type, inner) => ran.Add($"inner {type} {inner.Data}")
                );
                list.Run(_dialog, DialogCallbackTypes.Terminated, new DialogCallbackArguments(DialogDirection.None, Data: "b"), _log);
                ran.Add("still " + outer.Data);
            }
        );
        list.Run(_dialog, DialogCallbackTypes.Confirmed, new DialogCallbackArguments(DialogDirection.None, Data: "a"), _log);
        Assert.Equal(["confirmed a", "inner Terminated b", "still a"], ran); // the new one waits for the next moment
    }

    [Fact]
    public void Closing_inside_a_handler_frees_after_it_returned()
    {
        var list = new CallbackList();
        var order = new List<string>();
        list.Add(
            new CallbackList.Registration(DialogCallbackTypes.Destroy, (_, _, _) => order.Add("other"), null, _ => order.Add("free other"))
        );
        list.Add(
            new CallbackList.Registration(
                DialogCallbackTypes.Destroy,
                (_, _, _) =>
                {
                    list.Close(_log);
                    order.Add("closed");
                },
                null,
                _ => order.Add("free")
            )
        );
        Run(list, DialogCallbackTypes.Destroy);
        Run(list, DialogCallbackTypes.Destroy); // nothing any more
        Assert.Equal(["closed", "other", "free", "free other"], order);
    }

    [Fact]
    public void A_free_action_that_throws_does_not_stop_the_others()
    {
        var list = new CallbackList();
        bool freed = false;
        list.Add(new CallbackList.Registration(DialogCallbackTypes.Early, (_, _, _) => { }, null, _ => freed = true));
        list.Add(
            new CallbackList.Registration(DialogCallbackTypes.Early, (_, _, _) => { }, null, _ => throw new InvalidOperationException("x"))
        );
        list.Close(_log);
        Assert.True(freed);
        Assert.Equal("Error 4102 The free action of a dialog callback failed x", Assert.Single(_log.Lines));
    }

    [Fact]
    public void After_the_end_nothing_registers_and_nothing_is_freed_twice()
    {
        var list = new CallbackList();
        int freed = 0;
        list.Add(new CallbackList.Registration(DialogCallbackTypes.Early, (_, _, _) => { }, null, _ => freed++));
        list.Close(_log);
        list.Close(_log);
        Assert.False(list.Add(new CallbackList.Registration(DialogCallbackTypes.Early, (_, _, _) => { }, null, _ => freed++)));
        Assert.False(CallbackList.Gone.Add(new CallbackList.Registration(DialogCallbackTypes.Early, (_, _, _) => { }, null, _ => freed++)));
        Assert.Equal(1, freed);
    }

    [Fact]
    public async Task Row_47_every_accepted_registration_is_freed_once_whatever_races()
    {
        for (int round = 0; round < 300; round++)
        {
            var list = new CallbackList();
            int accepted = 0,
                freed = 0,
                running = 0,
                ranAfterFree = 0,
                ran = 0;
            using var start = new Barrier(4);
            Task register() =>
                Task.Run(() =>
                {
                    start.SignalAndWait();
                    for (int i = 0; i < 20; i++)
                    {
                        bool gone = false;
                        DialogCallback handler = (_, _, _) =>
                        {
                            Interlocked.Increment(ref running);
                            if (Volatile.Read(ref gone))
                                Interlocked.Increment(ref ranAfterFree);
                            Interlocked.Increment(ref ran);
                            Interlocked.Decrement(ref running);
                        };
                        Action<object?> free = _ =>
                        {
                            Volatile.Write(ref gone, true);
                            Interlocked.Increment(ref freed);
                        };
                        if (list.Add(new CallbackList.Registration(DialogCallbackTypes.RequestWithin, handler, null, free)))
                            Interlocked.Increment(ref accepted);
                    }
                });
            Task run = Task.Run(() =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 20; i++)
                    Run(list, DialogCallbackTypes.RequestWithin);
            });
            Task close = Task.Run(() =>
            {
                start.SignalAndWait();
                for (int i = 0; i < round % 50; i++)
                    Thread.Yield();
                list.Close(_log);
            });
            await Task.WhenAll(register(), register(), run, close);
            Assert.Equal(accepted, freed);
            Assert.Equal(0, ranAfterFree);
        }
    }

    [Fact]
    public void Running_handlers_allocates_nothing()
    {
        var list = new CallbackList();
        int ran = 0;
        DialogCallback nested = (_, _, _) => ran++;
        Add(list, DialogCallbackTypes.Saved, nested);
        Add(list, DialogCallbackTypes.Early, (_, _, _) => Run(list, DialogCallbackTypes.Saved));
        Run(list, DialogCallbackTypes.Early);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Run(list, DialogCallbackTypes.Early);
            Run(list, DialogCallbackTypes.Failed);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101, ran);
    }

    private static void Add(CallbackList list, DialogCallbackTypes types, DialogCallback handler) =>
        Assert.True(list.Add(new CallbackList.Registration(types, handler, null, null)));

    private void Run(CallbackList list, DialogCallbackTypes type) =>
        list.Run(_dialog, type, new DialogCallbackArguments(DialogDirection.None), _log);
}
