using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class ProfileTests
{
    [Fact]
    public void A_dialog_is_in_one_profile_with_several_values_and_once_with_each()
    {
        var run = new ProfileRun(2);
        Assert.Equal(DialogProfileResult.Added, run.Set(0, "alice"));
        Assert.Equal(DialogProfileResult.Member, run.Set(0, "alice"));
        Assert.Equal(DialogProfileResult.Added, run.Set(0, "bob"));
        Assert.Equal(DialogProfileResult.Added, run.Set(1, "alice"));
        Assert.Equal(DialogProfileResult.Added, run.Set(1, run.Active));
        Assert.Equal(3, run.Caller.Size());
        Assert.Equal(2, run.Caller.Size("alice"));
        Assert.Equal(1, run.Caller.Size("bob"));
        Assert.Equal(0, run.Caller.Size("carol"));
        Assert.Equal(1, run.Active.Size());
        Assert.Equal(["alice 2", "bob 1"], run.Caller.Values().Select(value => $"{value.Text} {value.Count}").Order());
        Assert.Equal([ProfileRun.Id(1), ProfileRun.Id(0)], run.Caller.DialogIds("alice"u8));
        Assert.True(run.IsIn(1, run.Active));
        Assert.True(run.IsIn(0, run.Caller, "bob"));
        Assert.False(run.IsIn(1, run.Caller, "bob"));
        Assert.False(run.IsIn(0, run.Active));
    }

    [Fact]
    public void The_dialogs_of_another_table_count_against_its_limits_without_a_change_in_it()
    {
        var running = new ProfileRun(3);
        running.Caller.Limit = 2;
        running.Set(0, "alice");
        var trial = new ProfileRun(3);
        trial.Table.CountAlso(running.Table);
        Assert.Equal(2, trial.Caller.Limit);
        Assert.Equal(DialogProfileResult.Added, trial.Set(0, "alice"));
        Assert.Equal(DialogProfileResult.LimitReached, trial.Set(1, "alice"));
        Assert.Equal(DialogProfileResult.Added, trial.Set(1, "bob"));
        running.Set(1, "alice");
        running.Set(2, "alice", limit: 5);
        Assert.Equal(DialogProfileResult.LimitReached, trial.Set(2, "alice"));
        Assert.Equal(DialogProfileResult.LimitReached, trial.Set(2, "alice", limit: 4));
        Assert.Equal(DialogProfileResult.Added, trial.Set(2, "alice", limit: 5));
        Assert.Equal(3, running.Caller.Size("alice"));
    }

    [Fact]
    public void An_empty_value_is_a_value()
    {
        var run = new ProfileRun(1);
        Assert.Equal(DialogProfileResult.Added, run.Set(0, ""));
        Assert.Equal(1, run.Caller.Size(""));
        Assert.Equal("caller#|", run.Text(0));
    }

    [Fact]
    public void A_value_for_a_profile_without_values_is_refused()
    {
        var run = new ProfileRun(1);
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => run.Set(0, run.Active, "x")).ParamName);
    }

    [Fact]
    public void Leaving_takes_it_out_of_everything_once_and_for_good()
    {
        var run = new ProfileRun(2);
        run.Set(0, "alice");
        run.Set(0, "bob");
        run.Set(0, run.Active);
        run.Set(1, "alice");
        run.Leave(0);
        run.Leave(0);
        Assert.Equal(1, run.Caller.Size());
        Assert.Equal(0, run.Active.Size());
        Assert.Equal(DialogProfileResult.Over, run.Set(0, "alice"));
        Assert.False(run.Unset(0, "alice"));
        Assert.Equal("", run.Memberships(0));
        run.Table.Reopen(ref run.Chains[0], ProfileRun.Id(0));
        Assert.Equal(DialogProfileResult.Added, run.Set(0, "alice"));
        Assert.Equal(2, run.Caller.Size("alice"));
    }

    [Fact]
    public void The_limit_refuses_the_one_too_many_of_a_value()
    {
        var run = new ProfileRun(5);
        run.Caller.Limit = 2;
        Assert.Equal(DialogProfileResult.Added, run.Set(0, "alice"));
        Assert.Equal(DialogProfileResult.Added, run.Set(1, "alice"));
        Assert.Equal(DialogProfileResult.LimitReached, run.Set(2, "alice"));
        Assert.Equal(DialogProfileResult.Member, run.Set(1, "alice"));
        Assert.Equal(DialogProfileResult.Added, run.Set(2, "bob"));
        Assert.Equal(DialogProfileResult.LimitReached, run.Set(3, "bob", limit: 1));
        Assert.Equal(DialogProfileResult.LimitReached, run.Set(3, "new", limit: 0));
        Assert.Equal(DialogProfileResult.Added, run.Set(3, "alice", isReplicated: true)); // another node has it already
        run.Leave(0);
        Assert.Equal(DialogProfileResult.LimitReached, run.Set(4, "alice"));
        run.Leave(1);
        Assert.Equal(DialogProfileResult.Added, run.Set(4, "alice"));
        Assert.Equal("limit", Assert.Throws<ArgumentOutOfRangeException>(() => run.Set(0, "x", limit: -1)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Caller.Limit = -1);
        run.Caller.Limit = null;
        Assert.Null(run.Caller.Limit);
    }

    [Fact]
    public async Task Simultaneous_calls_cannot_both_take_the_last_place()
    {
        for (int round = 0; round < 500; round++)
        {
            var run = new ProfileRun(4);
            using var start = new Barrier(4);
            DialogProfileResult[] results = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(dialog =>
                        Task.Run(() =>
                        {
                            start.SignalAndWait();
                            return run.Set(dialog, "alice", limit: 2);
                        })
                    )
            );
            Assert.Equal(2, results.Count(result => result == DialogProfileResult.Added));
            Assert.Equal(2, results.Count(result => result == DialogProfileResult.LimitReached));
            Assert.Equal(2, run.Caller.Size("alice"));
        }
    }

    [Fact]
    public void Row_48_a_replica_counts_in_the_size_but_not_as_ones_own_and_sizes_never_fall_below_zero()
    {
        var run = new ProfileRun(3);
        run.Set(0, "alice");
        run.Set(1, "alice", isReplicated: true);
        Assert.Equal((2, 1), (run.Caller.Size("alice"), run.Caller.OwnSize("alice"u8)));
        run.Leave(1);
        run.Leave(1); // both nodes may try at a timeout
        Assert.False(run.Unset(1, "alice"));
        Assert.Equal((1, 1), (run.Caller.Size(), run.Caller.OwnSize()));
        run.Set(2, "alice", isReplicated: true);
        Assert.Equal(DialogProfileResult.Member, run.Set(2, "alice", isReplicated: false)); // this node took it over
        Assert.Equal((2, 2), (run.Caller.Size(), run.Caller.OwnSize()));
        run.Leave(0);
        run.Leave(2);
        Assert.Equal((0, 0), (run.Caller.Size(), run.Caller.OwnSize()));
        Assert.Empty(run.Caller.Values());
    }

    [Fact]
    public void Row_50_a_restart_counts_every_membership_once()
    {
        var run = new ProfileRun(1);
        run.Set(0, "ali|ce#1\\");
        run.Set(0, run.Table.Find("gateway")!, "gw1");
        run.Set(0, run.Active);
        string text = run.Text(0);
        Assert.Equal(@"active#|gateway/s#gw1|caller#ali\|ce\#1\\|", text);

        var again = new ProfileRun(1);
        byte[] column = System.Text.Encoding.UTF8.GetBytes(text + "gone#x|active#value|");
        Assert.Equal(2, again.Table.ReadText(ref again.Chains[0], ProfileRun.Id(0), column, isReplicated: false));
        Assert.Equal(2, again.Table.ReadText(ref again.Chains[0], ProfileRun.Id(0), column, isReplicated: false));
        Assert.Equal(run.ToString(), again.ToString());
    }

    [Fact]
    public void Behaves_as_a_set_of_triples() =>
        Steps.Sample(steps =>
        {
            var run = new ProfileRun(4);
            var model = new HashSet<(int, string, string)>();
            var over = new HashSet<int>();
            foreach ((int kind, int dialog, int value) in steps)
            {
                DialogProfile profile = value == 5 ? run.Active : run.Caller;
                string text = value == 5 ? "" : $"v{value}";
                switch (kind)
                {
                    case 0 or 1 or 2:
                        DialogProfileResult expected =
                            over.Contains(dialog) ? DialogProfileResult.Over
                            : model.Add((dialog, profile.Name, text)) ? DialogProfileResult.Added
                            : DialogProfileResult.Member;
                        if (run.Set(dialog, profile, text) != expected)
                            return false;
                        break;
                    case 3:
                        if (run.Unset(dialog, profile, text) != model.Remove((dialog, profile.Name, text)))
                            return false;
                        break;
                    default:
                        run.Leave(dialog);
                        over.Add(dialog);
                        model.RemoveWhere(triple => triple.Item1 == dialog);
                        break;
                }

                if (
                    run.Caller.Size() != model.Count(triple => triple.Item2 == "caller")
                    || run.Active.Size() != model.Count(triple => triple.Item2 == "active")
                    || run.Caller.Size("v1") != model.Count(triple => triple.Item3 == "v1")
                    || run.IsIn(dialog, profile, text) != model.Contains((dialog, profile.Name, text))
                )
                    return false;
            }

            return Enumerable
                .Range(0, 4)
                .All(dialog =>
                    run.Memberships(dialog)
                    == string.Join(
                        ' ',
                        model.Where(triple => triple.Item1 == dialog).Select(triple => $"{triple.Item2}={triple.Item3}").Order()
                    )
                );
        });

    [Fact]
    public void Threads_leave_what_some_order_of_their_steps_leaves() =>
        Gen
            .Int.Select(_ => new ProfileRun(2))
            .SampleParallel(
                Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2])
                    .Operation<ProfileRun>(at => $"set {at}", (run, at) => run.Set(at.Item1, $"v{at.Item2}")),
                Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2])
                    .Operation<ProfileRun>(at => $"limited {at}", (run, at) => run.Set(at.Item1, $"v{at.Item2}", limit: 1)),
                Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2])
                    .Operation<ProfileRun>(at => $"unset {at}", (run, at) => run.Unset(at.Item1, $"v{at.Item2}")),
                Gen.Int[0, 1].Operation<ProfileRun>(dialog => $"leave {dialog}", (run, dialog) => run.Leave(dialog)),
                equal: (one, two) => one.ToString() == two.ToString()
            );

    [Fact]
    public async Task Row_49_sizes_are_true_at_every_instant()
    {
        // Each thread moves its dialogs from one value to another, adding before removing: of each dialog there is always one or two.
        const int Threads = 3,
            PerThread = 8;
        var run = new ProfileRun(Threads * PerThread);
        for (int dialog = 0; dialog < Threads * PerThread; dialog++)
            run.Set(dialog, "v0");
        using var stop = new CancellationTokenSource();
        Task[] movers =
        [
            .. Enumerable
                .Range(0, Threads)
                .Select(thread =>
                    Task.Run(() =>
                    {
                        for (int i = 1; !stop.IsCancellationRequested; i++)
                        {
                            int dialog = (thread * PerThread) + (i / 5 % PerThread);
                            run.Set(dialog, $"v{i % 5}");
                            run.Unset(dialog, $"v{(i + 4) % 5}");
                            run.Set(dialog, "v0");
                        }
                    })
                ),
        ];
        for (int i = 0; i < 20_000; i++)
            Assert.InRange(run.Caller.Size(), Threads * PerThread, Threads * PerThread * 5);
        await stop.CancelAsync();
        await Task.WhenAll(movers);
        Assert.Equal(run.Caller.DialogIds().Count, run.Caller.Size());
        Assert.Equal(run.Caller.Values().Sum(value => value.Count), run.Caller.Size());
        for (int dialog = 0; dialog < Threads * PerThread; dialog++)
            run.Leave(dialog);
        Assert.Equal(0, run.Caller.Size());
    }

    [Fact]
    public async Task A_dialog_that_ends_while_others_set_it_is_in_nothing_afterwards()
    {
        for (int round = 0; round < 300; round++)
        {
            var run = new ProfileRun(1);
            using var start = new Barrier(3);
            await Task.WhenAll(
                Task.Run(() =>
                {
                    start.SignalAndWait();
                    for (int i = 0; i < 10; i++)
                        run.Set(0, $"v{i}");
                }),
                Task.Run(() =>
                {
                    start.SignalAndWait();
                    for (int i = 9; i >= 0; i--)
                        run.Set(0, $"v{i}");
                }),
                Task.Run(() =>
                {
                    start.SignalAndWait();
                    run.Leave(0);
                })
            );
            Assert.Equal(0, run.Caller.Size());
            Assert.Equal("", run.Memberships(0));
        }
    }

    [Fact]
    public void Many_values_are_found_again_after_growth_and_their_places_used_again()
    {
        const int Count = 5_000;
        var run = new ProfileRun(Count);
        for (int round = 0; round < 2; round++)
        {
            for (int dialog = 0; dialog < Count; dialog++)
                Assert.Equal(DialogProfileResult.Added, run.Set(dialog, $"caller{dialog}"));
            for (int dialog = 0; dialog < Count; dialog++)
                Assert.Equal(1, run.Caller.Size($"caller{dialog}"));
            Assert.Equal(Count, run.Caller.Values().Count);
            for (int dialog = 0; dialog < Count; dialog++)
                Assert.True(run.Unset(dialog, $"caller{dialog}"));
        }
    }

    [Fact]
    public void Entering_and_leaving_allocate_nothing_once_the_value_is_there()
    {
        var run = new ProfileRun(3);
        byte[] value = "alice"u8.ToArray();
        run.Set(2, "alice");
        Run(run, value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Run(run, value);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Run(ProfileRun run, byte[] value)
        {
            for (int dialog = 0; dialog < 2; dialog++)
            {
                run.Table.Set(ref run.Chains[dialog], ProfileRun.Id(dialog), run.Caller, value, isReplicated: false, limit: 10);
                run.Table.Set(ref run.Chains[dialog], ProfileRun.Id(dialog), run.Active, default, isReplicated: false, limit: null);
                run.Table.Leave(ref run.Chains[dialog], ProfileRun.Id(dialog));
                run.Table.Reopen(ref run.Chains[dialog], ProfileRun.Id(dialog));
            }

            _ = run.Caller.Size(value) + run.Caller.Size();
        }
    }

    [Fact]
    public void A_membership_costs_tens_of_bytes()
    {
        const int Count = 20_000;
        var run = new ProfileRun(Count);
        byte[] value = "alice"u8.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int dialog = 0; dialog < Count; dialog++)
            run.Table.Set(ref run.Chains[dialog], ProfileRun.Id(dialog), run.Caller, value, isReplicated: false, limit: null);
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        Assert.InRange(each, 1, 48);
    }

    private static Gen<(int, int, int)[]> Steps => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 5]).Array[0, 40];
}
