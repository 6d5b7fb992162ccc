using System.Text;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogChangesOfCallsTests
{
    [Fact]
    public void A_call_tells_its_life_and_its_rows()
    {
        using var fixture = new CallFixture(
            options =>
            {
                options.ProfilesWithValue.Add("caller");
                options.ProfilesWithoutValue.Add("active/b");
            },
            DialogFlags.ByeOnTimeout
        );
        using DialogFeedReader reader = fixture.Dialogs.Feed.Subscribe(new DialogFeedOptions { Coalesce = false });
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type != DialogCallbackTypes.Confirmed)
                return;
            dialog.Values.Set("cre#ated", "to|day");
            dialog.Values.Set("n", 42);
            dialog.UserFlags.TestAndSet("billed");
            dialog.Profiles.Set("caller", "alice");
            dialog.Profiles.Set("active");
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(10);
        var changes = new List<DialogChange>();
        while (reader.TryRead(out DialogChange? change))
            changes.Add(change);
        Assert.Equal(DialogChangeKind.Created, changes[0].Kind);
        Assert.Equal(
            [DialogState.Early, DialogState.ConfirmedNoAck, DialogState.Confirmed],
            changes.Where(change => change.Kind == DialogChangeKind.StateChanged).Select(change => change.NewState)
        );

        DialogRecord row = changes[^1].Record!;
        Dialog dialog = fixture.Dialog;
        Assert.Equal(dialog.Id, row.Id);
        Assert.Equal(DialogState.Confirmed, row.State);
        Assert.Equal(dialog.CallId, row.GetText(DialogColumn.CallId));
        Assert.Equal(dialog.FromTag, row.GetText(DialogColumn.FromTag));
        Assert.Equal(dialog.ToTag, row.GetText(DialogColumn.ToTag));
        Assert.Equal(dialog.FromUri, row.GetText(DialogColumn.FromUri));
        Assert.Equal(dialog.ToUri, row.GetText(DialogColumn.ToUri));
        Assert.Equal(dialog.Caller.Contact, row.GetText(DialogColumn.CallerContact));
        Assert.Equal(dialog.Callee!.Contact, row.GetText(DialogColumn.CalleeContact));
        Assert.Equal("udp:10.0.0.1:5060", row.GetText(DialogColumn.CallerSocket));
        Assert.Equal("udp:10.0.0.1:5060", row.GetText(DialogColumn.CalleeSocket));
        Assert.Null(row.GetText(DialogColumn.CallerRouteSet));
        Assert.Equal(@"cre\#ated#to\|day|n#42|", row.GetText(DialogColumn.Values));
        Assert.Equal("active/b#|caller#alice|", row.GetText(DialogColumn.Profiles));
        Assert.Equal(1u, row.UserFlags);
        Assert.Equal((uint)DialogFlags.ByeOnTimeout, row.Flags);
        Assert.Equal(dialog.StartTime!.Value.ToUnixTimeSeconds(), row.StartTime);
        Assert.InRange(row.Timeout - row.StartTime, 43_199, 43_201); // Row 42: the wall clock, not ticks
        Assert.Equal(dialog.Callee.CSeq, row.CalleeCSeq);
        Assert.True(row.FitsTable(out _));

        Assert.Equal(1, fixture.Dialogs.FindProfile("caller")!.Size("alice"));
        Assert.Equal([dialog], fixture.Dialogs.FindProfile("active/b")!.Dialogs());
        call.Bye();
        fixture.Run(100);
        var rest = new List<string>();
        while (reader.TryRead(out DialogChange? change))
            rest.Add($"{change.Kind} {change.NewState}");
        Assert.Equal("StateChanged Deleted", rest.First(text => text.StartsWith("StateChanged", StringComparison.Ordinal)));
        Assert.Equal("Deleted Deleted", rest[^1]);
        Assert.Equal(0, fixture.Dialogs.FindProfile("caller")!.Size());
        Assert.False(dialog.Profiles.Set("active"));
    }

    [Fact]
    public void Values_flags_and_limits_on_a_live_dialog()
    {
        using var fixture = new CallFixture(options => options.ProfilesWithValue.Add("caller"));
        fixture.Call();
        fixture.Call();
        fixture.Run(10);
        Dialog one = fixture.All[0],
            two = fixture.All[1];
        one.Values.Set("a", "1");
        Assert.Equal("1", one.Values["a"]);
        Assert.Equal(3, one.Values.Add("a", 2));
        Assert.True(one.Values.TryGetInteger("a", out long a));
        Assert.Equal(3, a);
        Assert.Null(two.Values["a"]);
        Assert.True(one.Values.Remove("a"));
        Assert.Equal(0, one.Values.Count);

        Assert.False(one.UserFlags.TestAndSet("seen"));
        Assert.True(one.UserFlags.TestAndSet("seen"));
        Assert.False(two.UserFlags.IsSet("seen"));
        Assert.True(one.UserFlags.TestAndReset("seen"));
        Assert.Equal(0u, one.UserFlags.Bits);
        Assert.Throws<ArgumentOutOfRangeException>(() => one.UserFlags.IsSet(32));

        Assert.True(one.Profiles.TrySet("caller", "alice", 1));
        Assert.False(two.Profiles.TrySet("caller", "alice", 1));
        Assert.True(one.Profiles.Contains("caller", "alice"));
        Assert.Equal("profile", Assert.Throws<ArgumentException>(() => one.Profiles.Set("unknown", "x")).ParamName);
        Assert.Equal("alice", Encoding.UTF8.GetString(Assert.Single(one.Profiles.ToList()).Utf8.Span));
        Assert.Equal(
            [(one, true)],
            fixture.Dialogs.FindProfile("caller")!.EndAll("limit sunk").Select(ending => (ending.Dialog, ending.Ended))
        );
        Assert.Equal("limit sunk", one.TerminationReason);
        fixture.Run(1);
        Assert.True(two.Profiles.TrySet("caller", "alice", 1));
    }
}
