using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Search;

public class SearchTests
{
    [Fact]
    public void Dialogs_are_found_by_value_profile_uri_call_id_and_state()
    {
        using CallBench bench = Bench();
        ScriptedCall first = bench.Call(),
            second = bench.Call("carol");
        bench.Dave.OnInvite = static ringing => ringing.Ring();
        bench.Call("dave");
        bench.Run(2);
        Dialog bob = bench.All[0],
            carol = bench.All[1],
            dave = bench.All[2];
        bob.Values.Set("tenant", "acme");
        carol.Values.Set("tenant", "globex");
        bob.Profiles.Set("caller", "alice");
        carol.Profiles.Set("caller", "alice");
        dave.Profiles.Set("caller", "eve");

        Assert.Equal([bob], Found(bench, new DialogQuery { ValueName = "tenant", Value = "acme" }));
        Assert.Equal(Sorted(bob, carol), Found(bench, new DialogQuery { ValueName = "tenant" }));
        Assert.Equal(Sorted(bob, carol), Found(bench, new DialogQuery { Profile = "caller", ProfileValue = "alice" }));
        Assert.Equal(Sorted(bob, carol, dave), Found(bench, new DialogQuery { Profile = "caller" }));
        Assert.Equal(
            [carol],
            Found(
                bench,
                new DialogQuery
                {
                    Profile = "caller",
                    ProfileValue = "alice",
                    Value = "globex",
                    ValueName = "tenant",
                }
            )
        );
        Assert.Equal([carol], Found(bench, new DialogQuery { ToUri = "SIP:carol@10.0.0.1" }));
        Assert.Equal([carol], Found(bench, new DialogQuery { ToUri = "sip:%63arol@10.0.0.1" }));
        Assert.Equal(3, Found(bench, new DialogQuery { FromUri = bob.FromUri }).Count);
        Assert.Equal([bob], Found(bench, new DialogQuery { Uri = bob.ToUri }));
        Assert.Equal([bob], Found(bench, new DialogQuery { CallId = first.CallId }));
        Assert.Empty(Found(bench, new DialogQuery { CallId = first.CallId, ToUri = carol.ToUri }));
        Assert.Equal([dave], Found(bench, new DialogQuery { State = DialogState.Early }));
        second.Bye();
        bench.Run(1);
        Assert.Equal([bob], Found(bench, new DialogQuery { ValueName = "tenant" }));
        Assert.Equal(Sorted(bob, carol), Found(bench, new DialogQuery { ValueName = "tenant", IncludeDeleted = true }));
        Assert.Equal([carol], Found(bench, new DialogQuery { State = DialogState.Deleted }));
        Assert.Equal([carol], Found(bench, new DialogQuery { CallId = second.CallId, IncludeDeleted = true }));
    }

    [Fact]
    public void Pages_show_every_dialog_once_while_calls_come_and_go()
    {
        using CallBench bench = Bench();
        var calls = Enumerable.Range(0, 40).Select(_ => bench.Call()).ToList();
        bench.Run(2);
        var stay = bench.All.Take(30).ToHashSet();
        var seen = new List<Dialog>();
        DialogPage page = bench.Dialogs.SearchPage(new DialogQuery(), 7);
        while (true)
        {
            Assert.True(page.Dialogs.Count <= 7);
            seen.AddRange(page.Dialogs);
            if (page.Next is null)
                break;
            calls.FirstOrDefault(call => call.IsUp && !stay.Any(dialog => dialog.CallId == call.CallId))?.Bye();
            bench.Call();
            bench.Run(2);
            page = bench.Dialogs.SearchPage(new DialogQuery(), 7, page.Next);
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Superset(stay, seen.ToHashSet());
    }

    [Fact]
    public void Pages_of_a_profile_go_in_the_same_order()
    {
        using CallBench bench = Bench();
        for (int i = 0; i < 9; i++)
            bench.Call();
        bench.Run(2);
        foreach (Dialog dialog in bench.All.Take(5))
            dialog.Profiles.Set("caller", "x");
        var query = new DialogQuery { Profile = "caller" };
        DialogPage first = bench.Dialogs.SearchPage(query, 3),
            second = bench.Dialogs.SearchPage(query, 3, first.Next);

        Assert.Equal(3, first.Dialogs.Count);
        Assert.Equal(2, second.Dialogs.Count);
        Assert.Null(second.Next);
        Assert.Equal(Sorted([.. bench.All.Take(5)]), [.. first.Dialogs, .. second.Dialogs]);
        Assert.Null(bench.Dialogs.SearchPage(query, 5).Next);
        Assert.Equal(Sorted([.. bench.All]), bench.Dialogs.SearchPage(new DialogQuery(), 9).Dialogs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(4096)]
    public void A_page_after_an_id_that_no_dialog_can_have_is_empty(int hashSize)
    {
        using var bench = new DialogBench(options => options.HashSize = hashSize);
        bench.New();
        Assert.Empty(bench.Module.SearchPage(new DialogQuery(), 5, new DialogId(uint.MaxValue, uint.MaxValue)).Dialogs);
        Assert.Single(bench.Module.SearchPage(new DialogQuery(), 5, new DialogId(0, 0)).Dialogs);
    }

    [Fact]
    public void A_query_that_cannot_be_is_refused_at_once()
    {
        using CallBench bench = Bench();
        IDialogApi api = bench.Dialogs;
        Assert.Throws<ArgumentException>(() => api.Search(new DialogQuery { Profile = "none" }));
        Assert.Throws<ArgumentException>(() => api.Search(new DialogQuery { ProfileValue = "x" }));
        Assert.Throws<ArgumentException>(() => api.Search(new DialogQuery { Value = "x" }));
        Assert.Throws<ArgumentException>(() => api.Search(new DialogQuery { FromUri = "not a uri" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => api.SearchPage(new DialogQuery(), 0));
        Assert.Throws<ArgumentNullException>(() => api.Search(null!));
    }

    [Fact]
    public void Another_dialog_is_the_current_one_while_its_scope_lasts()
    {
        using CallBench bench = Bench();
        bench.Call();
        bench.Call("carol");
        bench.Run(2);
        Dialog bob = bench.All[0],
            carol = bench.All[1];
        var seen = new List<Dialog?>();
        bench.OnCallback = (dialog, type, _) =>
        {
            if (type != DialogCallbackTypes.RequestWithin)
                return;
            seen.Add(bench.Dialogs.Current);
            using (DialogScope other = bench.Dialogs.Load(carol.CallId))
            {
                seen.Add(bench.Dialogs.Current);
                Assert.Same(carol, other.Dialog);
                using (bench.Dialogs.Load(bob.Id))
                    seen.Add(bench.Dialogs.Current);
                seen.Add(bench.Dialogs.Current);
                using DialogScope none = bench.Dialogs.Load("nobody");
                Assert.Null(none.Dialog);
                seen.Add(bench.Dialogs.Current);
            }

            using (bench.Dialogs.Load(carol.Id.ToString()))
                seen.Add(bench.Dialogs.Current);
            seen.Add(bench.Dialogs.Current);
        };
        bench.Alice.Calls[0].SendRequest("INFO");
        bench.Run(1);

        Assert.Equal([bob, carol, bob, carol, carol, carol, bob], seen);
    }

    private static CallBench Bench() => new(static options => options.ProfilesWithValue.Add("caller"));

    private static List<Dialog> Found(CallBench bench, DialogQuery query) => [.. bench.Dialogs.Search(query)];

    private static List<Dialog> Sorted(params Dialog[] dialogs) => [.. dialogs.OrderBy(d => d.Id)];
}
