using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Search;

public class SearchTests
{
    [Fact]
    public void Dialogs_are_found_by_value_profile_uri_call_id_and_state()
    {
        using CallFixture fixture = Fixture();
        ScriptedCall first = fixture.Call(),
            second = fixture.Call("carol");
        fixture.Dave.OnInvite = static ringing => ringing.Ring();
        fixture.Call("dave");
        fixture.Run(2);
        Dialog bob = fixture.All[0],
            carol = fixture.All[1],
            dave = fixture.All[2];
        bob.Values.Set("tenant", "acme");
        carol.Values.Set("tenant", "globex");
        bob.Profiles.Set("caller", "alice");
        carol.Profiles.Set("caller", "alice");
        dave.Profiles.Set("caller", "eve");

        Assert.Equal([bob], Found(fixture, new DialogQuery { ValueName = "tenant", Value = "acme" }));
        Assert.Equal(Sorted(bob, carol), Found(fixture, new DialogQuery { ValueName = "tenant" }));
        Assert.Equal(Sorted(bob, carol), Found(fixture, new DialogQuery { Profile = "caller", ProfileValue = "alice" }));
        Assert.Equal(Sorted(bob, carol, dave), Found(fixture, new DialogQuery { Profile = "caller" }));
        Assert.Equal(
            [carol],
            Found(
                fixture,
                new DialogQuery
                {
                    Profile = "caller",
                    ProfileValue = "alice",
                    Value = "globex",
                    ValueName = "tenant",
                }
            )
        );
        Assert.Equal([carol], Found(fixture, new DialogQuery { ToUri = "SIP:carol@10.0.0.1" }));
        Assert.Equal([carol], Found(fixture, new DialogQuery { ToUri = "sip:%63arol@10.0.0.1" }));
        Assert.Equal(3, Found(fixture, new DialogQuery { FromUri = bob.FromUri }).Count);
        Assert.Equal([bob], Found(fixture, new DialogQuery { Uri = bob.ToUri }));
        Assert.Equal([bob], Found(fixture, new DialogQuery { CallId = first.CallId }));
        Assert.Empty(Found(fixture, new DialogQuery { CallId = first.CallId, ToUri = carol.ToUri }));
        Assert.Equal([dave], Found(fixture, new DialogQuery { State = DialogState.Early }));
        second.Bye();
        fixture.Run(1);
        Assert.Equal([bob], Found(fixture, new DialogQuery { ValueName = "tenant" }));
        Assert.Equal(Sorted(bob, carol), Found(fixture, new DialogQuery { ValueName = "tenant", IncludeDeleted = true }));
        Assert.Equal([carol], Found(fixture, new DialogQuery { State = DialogState.Deleted }));
        Assert.Equal([carol], Found(fixture, new DialogQuery { CallId = second.CallId, IncludeDeleted = true }));
    }

    [Fact]
    public void Pages_show_every_dialog_once_while_calls_come_and_go()
    {
        using CallFixture fixture = Fixture();
        var calls = Enumerable.Range(0, 40).Select(_ => fixture.Call()).ToList();
        fixture.Run(2);
        var stay = fixture.All.Take(30).ToHashSet();
        var seen = new List<Dialog>();
        DialogPage page = fixture.Dialogs.SearchPage(new DialogQuery(), 7);
        while (true)
        {
            Assert.True(page.Dialogs.Count <= 7);
            seen.AddRange(page.Dialogs);
            if (page.Next is null)
                break;
            calls.FirstOrDefault(call => call.IsUp && !stay.Any(dialog => dialog.CallId == call.CallId))?.Bye();
            fixture.Call();
            fixture.Run(2);
            page = fixture.Dialogs.SearchPage(new DialogQuery(), 7, page.Next);
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Superset(stay, seen.ToHashSet());
    }

    [Fact]
    public void Pages_of_a_profile_go_in_the_same_order()
    {
        using CallFixture fixture = Fixture();
        for (int i = 0; i < 9; i++)
            fixture.Call();
        fixture.Run(2);
        foreach (Dialog dialog in fixture.All.Take(5))
            dialog.Profiles.Set("caller", "x");
        var query = new DialogQuery { Profile = "caller" };
        DialogPage first = fixture.Dialogs.SearchPage(query, 3),
            second = fixture.Dialogs.SearchPage(query, 3, first.Next);

        Assert.Equal(3, first.Dialogs.Count);
        Assert.Equal(2, second.Dialogs.Count);
        Assert.Null(second.Next);
        Assert.Equal(Sorted([.. fixture.All.Take(5)]), [.. first.Dialogs, .. second.Dialogs]);
        Assert.Null(fixture.Dialogs.SearchPage(query, 5).Next);
        Assert.Equal(Sorted([.. fixture.All]), fixture.Dialogs.SearchPage(new DialogQuery(), 9).Dialogs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(4096)]
    public void A_page_after_an_id_that_no_dialog_can_have_is_empty(int hashSize)
    {
        using var fixture = new DialogFixture(options => options.HashSize = hashSize);
        fixture.New();
        Assert.Empty(fixture.Module.SearchPage(new DialogQuery(), 5, new DialogId(uint.MaxValue, uint.MaxValue)).Dialogs);
        Assert.Single(fixture.Module.SearchPage(new DialogQuery(), 5, new DialogId(0, 0)).Dialogs);
    }

    [Fact]
    public void A_query_that_cannot_be_is_refused_at_once()
    {
        using CallFixture fixture = Fixture();
        IDialogApi api = fixture.Dialogs;
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
        using CallFixture fixture = Fixture();
        fixture.Call();
        fixture.Call("carol");
        fixture.Run(2);
        Dialog bob = fixture.All[0],
            carol = fixture.All[1];
        var seen = new List<Dialog?>();
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type != DialogCallbackTypes.RequestWithin)
                return;
            seen.Add(fixture.Dialogs.Current);
            using (DialogScope other = fixture.Dialogs.Load(carol.CallId))
            {
                seen.Add(fixture.Dialogs.Current);
                Assert.Same(carol, other.Dialog);
                using (fixture.Dialogs.Load(bob.Id))
                    seen.Add(fixture.Dialogs.Current);
                seen.Add(fixture.Dialogs.Current);
                using DialogScope none = fixture.Dialogs.Load("nobody");
                Assert.Null(none.Dialog);
                seen.Add(fixture.Dialogs.Current);
            }

            using (fixture.Dialogs.Load(carol.Id.ToString()))
                seen.Add(fixture.Dialogs.Current);
            seen.Add(fixture.Dialogs.Current);
        };
        fixture.Alice.Calls[0].SendRequest("INFO");
        fixture.Run(1);

        Assert.Equal([bob, carol, bob, carol, carol, carol, bob], seen);
    }

    private static CallFixture Fixture() => new(static options => options.ProfilesWithValue.Add("caller"));

    private static List<Dialog> Found(CallFixture fixture, DialogQuery query) => [.. fixture.Dialogs.Search(query)];

    private static List<Dialog> Sorted(params Dialog[] dialogs) => [.. dialogs.OrderBy(d => d.Id)];
}
