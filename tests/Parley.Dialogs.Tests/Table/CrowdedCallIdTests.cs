using System.Text;
using CsCheck;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Table;

/// <summary>A sender may give as many calls as he likes one Call-ID: no look-up costs more for it.</summary>
public class CrowdedCallIdTests
{
    private const int Many = 40_000;

    [Fact]
    public void Of_40_000_dialogs_with_one_call_id_a_request_is_compared_with_those_of_its_tags_alone()
    {
        using var fixture = new DialogFixture();
        for (int i = 0; i < Many; i++)
            fixture.New("x", $"t{i}");

        Assert.Empty(Alike(fixture, "x", "none of them"));
        for (int i = 0; i < Many; i += 997)
            Assert.Equal([$"t{i}"], Alike(fixture, "x", $"t{i}").Select(static dialog => dialog.FromTag));
    }

    [Fact]
    public void One_that_goes_on_is_found_at_once_behind_40_000_that_are_over()
    {
        using var fixture = new DialogFixture();
        Dialog live = fixture.New("x", "live");
        for (int i = 0; i < Many; i++)
            fixture.New("x", $"t{i}").Raise(DialogEvent.Failure);

        Assert.Same(live, fixture.Module.FindByCallId("x"));
        Assert.True(live.IsCrowded);
        Assert.Equal((0, 0), (live.CallIdLinks.Older, live.CallIdLinks.Younger)); // the only one of its chain: nothing was walked through
    }

    [Fact]
    public void Where_all_are_over_the_youngest_is_found()
    {
        using var fixture = new DialogFixture();
        Dialog[] all = [.. Enumerable.Range(0, 50).Select(i => fixture.New("x", $"t{i}"))];
        foreach (Dialog dialog in all.Reverse())
            dialog.Raise(DialogEvent.Failure);
        Assert.Same(all[^1], fixture.Module.FindByCallId("x"));
    }

    [Fact]
    public void A_dialog_that_a_late_2xx_revives_is_found_before_those_that_are_over()
    {
        using var fixture = new DialogFixture();
        Dialog revived = fixture.New("x", "a");
        for (int i = 0; i < 5; i++)
            fixture.New("x", $"t{i}").Raise(DialogEvent.Failure);
        revived.Raise(DialogEvent.Failure);
        Assert.NotSame(revived, fixture.Module.FindByCallId("x"));
        revived.Raise(DialogEvent.Success);
        Assert.Equal(DialogState.ConfirmedNoAck, revived.State);
        Assert.Same(revived, fixture.Module.FindByCallId("x"));
    }

    [Fact]
    public void Requests_of_calls_with_one_call_id_find_their_dialogs()
    {
        // Without did in the Routes: by Call-ID and tags.
        using var fixture = new CallFixture(static options => options.MatchMode = DialogMatchMode.DidNone);
        ScriptedCall[] calls =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(_ => fixture.Alice.Invite("sip:bob@10.0.0.1", static invite => invite.Set("Call-ID", "crowded"))),
        ];
        fixture.Run(2);
        Assert.Equal(8, fixture.All.Count(static dialog => dialog is { CallId: "crowded", State: DialogState.Confirmed }));
        var matched = new List<Dialog>();
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.RequestWithin)
                matched.Add(dialog);
        };
        foreach (ScriptedCall call in calls)
            call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(calls.Select(static call => call.LocalTag).Order(), matched.Select(static dialog => dialog.FromTag).Order());
    }

    [Fact]
    public void Of_dialogs_with_one_call_id_and_caller_tag_the_youngest_80_are_looked_at()
    {
        using var fixture = new DialogFixture();
        Dialog[] all = [.. Enumerable.Range(0, 500).Select(_ => fixture.New("x", "same"))];
        Assert.Equal(all.Reverse().Take(DialogStripe.MostAlike), Alike(fixture, "x", "same"));
        Assert.All(all, dialog => Assert.Same(dialog, fixture.Module.Find(dialog.Id)));
    }

    [Fact]
    public void However_dialogs_come_end_revive_and_go_every_one_is_found_and_nothing_stays() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 9], Gen.Int[0, 99])
            .Array[0, 200]
            .Sample(
                steps =>
                {
                    using var fixture = new DialogFixture(static options => options.HashSize = 1);
                    var model = new List<Dialog>(); // youngest first
                    foreach ((int call, int tag, int what, int which) in steps)
                    {
                        if (what < 5 || model.Count == 0)
                        {
                            model.Insert(0, fixture.New($"call{call}", $"tag{tag}"));
                        }
                        else
                        {
                            Dialog one = model[which % model.Count];
                            if (what < 8)
                                one.Raise(DialogEvent.Failure);
                            else if (what == 8)
                                one.Raise(DialogEvent.Success);
                            else if (one.State == DialogState.Deleted && one.Raise(DialogEvent.DelayOver) is var _)
                                model.Remove(one);
                        }

                        string callId = $"call{call}";
                        Dialog[] own = [.. model.Where(dialog => dialog.CallId == callId)];
                        Dialog? found = fixture.Module.FindByCallId(callId);
                        Assert.Equal(own.Length > 0, found is not null);
                        Assert.Equal(
                            own.Any(static dialog => dialog.State != DialogState.Deleted),
                            found is not null && found.State != DialogState.Deleted
                        );
                        Assert.Equal(
                            own.Select(static dialog => dialog.Id).Order(),
                            fixture.Module.Table.FindAllByCallId(Encoding.ASCII.GetBytes(callId)).Select(static dialog => dialog.Id).Order()
                        );
                        for (int t = 0; t < 3; t++)
                            Assert.Equal(
                                own.Where(dialog => dialog.FromTag == $"tag{t}"),
                                Alike(fixture, callId, $"tag{t}").Where(dialog => dialog.FromTag == $"tag{t}")
                            );
                    }

                    Assert.Equal(model.Count, fixture.Module.Table.Slots.Taken);
                    foreach (Dialog dialog in model)
                    {
                        dialog.Raise(DialogEvent.Failure);
                        if (dialog.State != DialogState.Deleted)
                            dialog.Raise(DialogEvent.ByeAnswered);
                        dialog.Raise(DialogEvent.DelayOver);
                    }

                    Assert.Equal(0, fixture.Module.Table.Slots.Taken);
                    Assert.Null(fixture.Module.FindByCallId("call0"));
                },
                iter: 300
            );

    /// <summary>The dialogs that a request with this tag is compared with.</summary>
    private static List<Dialog> Alike(DialogFixture fixture, string callId, string tag)
    {
        DialogTable table = fixture.Module.Table;
        byte[] bytes = Encoding.ASCII.GetBytes(callId);
        DialogStripe stripe = table.StripeOf(CoreHash.Compute(bytes, table.HashSize));
        var found = new List<Dialog>();
        lock (stripe.Lock)
        {
            int left = DialogStripe.MostAlike;
            for (
                Dialog? dialog = stripe.FirstAlike(table.HashOf(bytes), Encoding.ASCII.GetBytes(tag));
                dialog is not null && left > 0;
                dialog = stripe.NextAlike(dialog), left--
            )
                found.Add(dialog);
        }

        return found;
    }
}
