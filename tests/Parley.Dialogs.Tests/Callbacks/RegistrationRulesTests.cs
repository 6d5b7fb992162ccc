using System.Runtime.CompilerServices;
using Xunit;

namespace Parley.Dialogs.Tests;

public class RegistrationRulesTests
{
    private readonly DialogCallbacks _callbacks = new(null, new CallbackList());

    [Theory]
    [InlineData(DialogCallbackTypes.None)]
    [InlineData((DialogCallbackTypes)(1 << 15))]
    [InlineData(DialogCallbackTypes.Loaded | DialogCallbackTypes.Created)]
    [InlineData(DialogCallbackTypes.Loaded | DialogCallbackTypes.Saved)]
    [InlineData(DialogCallbackTypes.Created | DialogCallbackTypes.Early)]
    public void Types_that_do_not_go_together_are_refused(DialogCallbackTypes types) =>
        Assert.Equal("types", Assert.Throws<ArgumentException>(() => Register(null, types)).ParamName);

    [Theory]
    [InlineData(DialogCallbackTypes.Loaded)]
    [InlineData(DialogCallbackTypes.Created)]
    public void A_global_type_with_a_dialog_is_refused(DialogCallbackTypes type) =>
        Assert.Equal("dialog", Assert.Throws<ArgumentException>(() => Register(NewDialog(), type)).ParamName);

    [Fact]
    public void Every_other_type_without_a_dialog_is_refused()
    {
        for (int bit = 2; bit < 15; bit++)
            Assert.Equal("dialog", Assert.Throws<ArgumentException>(() => Register(null, (DialogCallbackTypes)(1 << bit))).ParamName);
    }

    [Fact]
    public void A_handler_is_needed() =>
        Assert.Equal(
            "callback",
            Assert.Throws<ArgumentNullException>(() => _callbacks.Register(null, DialogCallbackTypes.Created, null!, null, null)).ParamName
        );

    [Fact]
    public void Created_handlers_run_for_every_dialog_with_it_as_the_current_one()
    {
        CurrentDialog.Set(null); // what another test left on this thread
        var seen = new List<Dialog?>();
        Assert.False(_callbacks.HasGlobal(DialogCallbackTypes.Created));
        Assert.True(
            _callbacks.Register(
                null,
                DialogCallbackTypes.Created,
                (dialog, _, _) =>
                {
                    seen.Add(dialog);
                    seen.Add(Current());
                },
                null,
                null
            )
        );
        Assert.True(_callbacks.HasGlobal(DialogCallbackTypes.Created));
        Dialog one = NewDialog(),
            two = NewDialog();
        _callbacks.Run(one, DialogCallbackTypes.Created, new DialogCallbackArguments(DialogDirection.Downstream));
        _callbacks.Run(two, DialogCallbackTypes.Created, new DialogCallbackArguments(DialogDirection.Downstream));
        Assert.Equal([one, one, two, two], seen);
        Assert.Null(Current());
    }

    [Fact]
    public void Loaded_runs_at_once_for_each_dialog_that_exists_and_then_once_per_load()
    {
        Dialog old = NewDialog(),
            fresh = NewDialog();
        _callbacks.Existing = () => [old];
        var seen = new List<Dialog>();
        Assert.True(_callbacks.Register(null, DialogCallbackTypes.Loaded, (dialog, _, _) => seen.Add(dialog), null, null));
        Assert.Equal([old], seen);
        Assert.True(_callbacks.Load(fresh, _ => true));
        Assert.False(_callbacks.Load(fresh, _ => false));
        Assert.Equal([old, fresh], seen);
    }

    [Fact]
    public async Task A_loaded_handler_sees_each_dialog_once_whenever_it_registers()
    {
        for (int round = 0; round < 100; round++)
        {
            var callbacks = new DialogCallbacks(null, new CallbackList());
            var table = new List<Dialog>();
            callbacks.Existing = () => table; // read and written under the loading lock only
            var counts = new System.Runtime.CompilerServices.ConditionalWeakTable<Dialog, int[]>();
            Dialog[] all = [.. Enumerable.Range(0, 40).Select(_ => NewDialog())];
            foreach (Dialog dialog in all)
                counts.Add(dialog, new int[3]);
            Task load = Task.Run(() =>
            {
                foreach (Dialog dialog in all)
                {
                    callbacks.Load(
                        dialog,
                        d =>
                        {
                            table.Add(d);
                            return true;
                        }
                    );
                }
            });
            Task[] register =
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select(n =>
                        Task.Run(() =>
                            callbacks.Register(
                                null,
                                DialogCallbackTypes.Loaded,
                                (dialog, _, _) => Interlocked.Increment(ref counts.GetOrCreateValue(dialog)[n]),
                                null,
                                null
                            )
                        )
                    ),
            ];
            await Task.WhenAll([load, .. register]);
            Assert.All(all, dialog => Assert.Equal([1, 1, 1], counts.GetOrCreateValue(dialog)));
        }
    }

    [Fact]
    public void After_the_shutdown_created_is_refused_and_everything_is_freed()
    {
        int freed = 0;
        Assert.True(_callbacks.Register(null, DialogCallbackTypes.Created, (_, _, _) => { }, null, _ => freed++));
        Assert.True(_callbacks.Register(null, DialogCallbackTypes.Loaded, (_, _, _) => { }, null, _ => freed++));
        _callbacks.Shutdown();
        _callbacks.Shutdown();
        Assert.Equal(2, freed);
        Assert.False(Register(null, DialogCallbackTypes.Created));
        Assert.False(Register(null, DialogCallbackTypes.Loaded));
    }

    private static Dialog? Current()
    {
        Dialog? current = CurrentDialog.Set(null);
        CurrentDialog.Set(current);
        return current;
    }

    private static Dialog NewDialog() => (Dialog)RuntimeHelpers.GetUninitializedObject(typeof(Dialog));

    private bool Register(Dialog? dialog, DialogCallbackTypes types) => _callbacks.Register(dialog, types, (_, _, _) => { }, null, null);
}
