using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Spirals;

public class SpiralTests
{
    private readonly List<string> _verdicts = [];

    [Theory]
    [InlineData(DialogSpiralPolicy.NewDialog, 2)]
    [InlineData(DialogSpiralPolicy.ReuseDialog, 1)]
    public void Catalogue_03_a_call_that_passes_twice_counts_as_the_policy_says(DialogSpiralPolicy policy, int dialogs)
    {
        using CallFixture fixture = Fixture(policy);
        ScriptedCall call = fixture.Call("loop");
        fixture.Run(2);
        Assert.True(call.IsUp);
        Assert.Equal(dialogs, fixture.All.Count);
        Assert.Equal(dialogs, fixture.Dialogs.Statistics.ActiveDialogs);
        Assert.Equal(dialogs, fixture.Dialogs.FindProfile("calls")!.Size());
        call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(dialogs, fixture.Events.Count(e => e == "RequestWithin INFO >"));
        fixture.Bob.Calls[0].SendRequest("MESSAGE");
        fixture.Run(1);
        Assert.Equal(dialogs, fixture.Events.Count(e => e == "RequestWithin MESSAGE <"));
        Assert.All(_verdicts, verdict => Assert.Equal("Valid", verdict));
        fixture.Bob.Calls[0].Bye();
        fixture.Run(60);

        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal(dialogs, fixture.Events.Count(e => e == "Confirmed 200 <"));
        Assert.Equal(dialogs, fixture.Events.Count(e => e == "Terminated BYE <"));
        Assert.Equal(dialogs, fixture.Events.Count(e => e == "Destroy"));
        Assert.Equal(0, fixture.Dialogs.FindProfile("calls")!.Size());
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Theory]
    [InlineData(DialogSpiralPolicy.NewDialog, 2)]
    [InlineData(DialogSpiralPolicy.ReuseDialog, 1)]
    public void Catalogue_06_a_spiral_that_is_challenged_leaves_nothing_and_the_next_try_is_a_call_of_its_own(
        DialogSpiralPolicy policy,
        int dialogs
    )
    {
        using CallFixture fixture = Fixture(policy);
        fixture.Bob.OnInvite = static ringing => ringing.Reject(407);
        fixture.Call("loop");
        fixture.Run(2);
        Assert.Equal(dialogs, fixture.Events.Count(e => e == "Failed 407 <"));
        Assert.Equal(dialogs, fixture.Dialogs.Statistics.FailedDialogs);
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(dialogs, fixture.Events.Count(e => e == "Destroy"));

        fixture.Bob.OnInvite = null;
        ScriptedCall again = fixture.Call("loop");
        fixture.Run(2);
        Assert.True(again.IsUp);
        Assert.Equal(dialogs * 2, fixture.All.Count);
        Assert.Equal(dialogs, fixture.Dialogs.Statistics.ActiveDialogs);
    }

    [Fact]
    public void A_cancelled_spiral_is_one_failed_dialog()
    {
        using CallFixture fixture = Fixture(DialogSpiralPolicy.ReuseDialog);
        fixture.Bob.OnInvite = static ringing => ringing.Ring();
        ScriptedCall call = fixture.Call("loop");
        fixture.Run(1);
        call.Cancel();
        fixture.Run(2);

        Assert.Equal(1, fixture.Dialogs.Statistics.FailedDialogs);
        Assert.Equal("Cancelled", fixture.Dialog.TerminationReason);
        Assert.Equal(0, fixture.Dialogs.FindProfile("calls")!.Size());
    }

    [Fact]
    public void A_request_that_came_before_its_leg_was_known_counts_on_its_second_way()
    {
        using CallFixture fixture = Fixture(DialogSpiralPolicy.ReuseDialog);
        fixture.Network.Interceptor = static packet =>
            packet.Is("180 INVITE") && packet.From == packet.To ? PacketFate.HoldBack : PacketFate.Pass;
        fixture.Bob.OnInvite = static ringing =>
        {
            ringing.Ring();
            // To the proxy while the 180 goes from the proxy to itself, which it does for 51 ms.
            ringing.After(TimeSpan.FromMilliseconds(50.5), static c => c.SendRequest("INFO"));
            ringing.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Call("loop");
        fixture.Run(2);
        _ = fixture.Dialog.SendSequentialAsync("MESSAGE", toCaller: true);
        fixture.Run(1);

        uint info = fixture.Recorder.Find("INFO", to: "10.0.1.1").Single().Message!.CSeqNumber;
        Assert.Equal(info + 1, fixture.Recorder.Find("MESSAGE", to: "10.0.1.1").Single().Message!.CSeqNumber);
        Assert.Empty(fixture.Alice.Anomalies);
    }

    [Fact]
    public void A_request_that_came_before_its_leg_was_known_is_not_taken_for_the_other_dialogs_of_its_call()
    {
        using CallFixture fixture = Fixture(DialogSpiralPolicy.NewDialog);
        fixture.Network.Interceptor = static packet =>
            packet.Is("180 INVITE") && packet.From == packet.To ? PacketFate.HoldBack : PacketFate.Pass;
        fixture.Bob.OnInvite = static ringing =>
        {
            ringing.Ring();
            // While the 180 goes from the proxy to itself: the dialog of the second passage knows Bob's tag, that of the first does not.
            ringing.After(TimeSpan.FromMilliseconds(10), static c => c.SendRequest("INFO"));
            ringing.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Call("loop");
        fixture.Run(2);

        Assert.Single(fixture.Recorder.Find("INFO", to: "10.0.1.1"));
        Assert.Single(fixture.Events, "RequestWithin INFO <");
        Assert.Equal("10.0.2.1", fixture.All[1].Callee!.Flow.Remote.ToIPEndPoint().Address.ToString());
    }

    [Fact]
    public void An_invite_that_did_not_pass_here_is_no_spiral_whatever_its_call_id()
    {
        using CallFixture fixture = Fixture(DialogSpiralPolicy.ReuseDialog);
        fixture.Bob.OnInvite = static ringing => ringing.Ring();
        fixture.Carol.OnInvite = static ringing => ringing.Ring();
        fixture.Alice.OnSending = static message =>
        {
            if (message is not { IsRequest: true, Method: "INVITE" })
                return;
            message.Set("Call-ID", "same").Set("From", "<sip:alice@10.0.1.1>;tag=same").Set("CSeq", "1 INVITE");
        };
        fixture.Call();
        fixture.Call("carol");
        fixture.Run(1);

        Assert.Equal(2, fixture.All.Count);
    }

    /// <summary>RFC 3261 8.2.2.2: a fork or a retry upstream. Both copies are relayed, each is a dialog, and the end refuses one.</summary>
    [Theory]
    [InlineData(DialogSpiralPolicy.NewDialog)]
    [InlineData(DialogSpiralPolicy.ReuseDialog)]
    public void Two_copies_of_one_INVITE_are_two_dialogs_of_which_one_is_answered(DialogSpiralPolicy policy)
    {
        using CallFixture fixture = Fixture(policy);
        fixture.Alice.OnSending = Same;
        ScriptedCall one = fixture.Call(),
            two = fixture.Call();
        fixture.Run(2);
        Assert.Equal(2, fixture.All.Count);
        Assert.Equal(
            ["Confirmed 200 <", "Failed 482 <"],
            fixture
                .Events.Where(e => e.StartsWith("Confirmed", StringComparison.Ordinal) || e.StartsWith("Failed", StringComparison.Ordinal))
                .Order()
        );
        Assert.Equal(1, fixture.Dialogs.Statistics.ActiveDialogs);
        Assert.Equal(1, fixture.Dialogs.FindProfile("calls")!.Size());

        ScriptedCall up = one.IsUp ? one : two;
        up.SendRequest("INFO");
        fixture.Run(1);
        Assert.Single(fixture.Events, "RequestWithin INFO >");
        fixture.Bob.Calls[0].Bye();
        fixture.Run(300);
        Assert.Single(fixture.Events, "Terminated BYE <");
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(0, fixture.Dialogs.FindProfile("calls")!.Size());
    }

    [Fact]
    public void Copies_that_pass_twice_each_keep_to_the_dialog_of_their_own_first_passage()
    {
        using CallFixture fixture = Fixture(DialogSpiralPolicy.ReuseDialog);
        fixture.Alice.OnSending = Same;
        fixture.Bob.OnInvite = static ringing => ringing.Ring();
        fixture.Call("loop");
        fixture.Call("loop");
        fixture.Run(1);
        Assert.Equal(2, fixture.All.Count);
        var ids = new List<string>();
        foreach (RecordedMessage invite in fixture.Recorder.Find("INVITE", to: "10.0.2.1"))
        {
            string[] dids = [.. System.Text.RegularExpressions.Regex.Matches(invite.Text, ";did=([^;>]+)").Select(m => m.Groups[1].Value)];
            Assert.Equal(2, dids.Length);
            ids.Add(Assert.Single(dids.Distinct()));
        }

        Assert.Equal(fixture.All.Select(d => d.Id.ToString()).Order(), ids.Distinct().Order());
    }

    private static void Same(OutgoingMessage message)
    {
        if (message is not { IsRequest: true, Method: "INVITE" or "INFO" })
            return;
        message.Set("Call-ID", "same").Set("From", "<sip:alice@10.0.1.1>;tag=same");
        if (message.Method == "INVITE")
            message.Set("CSeq", "1 INVITE");
    }

    private CallFixture Fixture(DialogSpiralPolicy policy)
    {
        CallFixture? self = null;
        var fixture = new CallFixture(
            options =>
            {
                options.Spirals = policy;
                options.ProfilesWithoutValue.Add("calls");
            },
            route: async context =>
            {
                if (context.IsInDialog)
                {
                    if (!context.LooseRoute())
                    {
                        context.Reply(481);
                        return;
                    }

                    _verdicts.Add(context.ValidateDialog().ToString());
                    await context.RelayAsync();
                    return;
                }

                // "loop" goes back to the proxy itself under bob's name.
                Assert.NotNull(context.CreateDialog());
                context.Dialog!.Profiles.Set("calls");
                context.RecordRoute();
                bool loops = SipUriView.TryParse(context.RequestUriText, out SipUriView uri) && uri.UserText == "loop";
                if (loops)
                    context.AddTarget(SipUri.Parse("sip:bob@10.0.0.1"));
                else
                    context.AddTarget(SipUri.Parse(uri.UserText == "carol" ? self!.Carol.Contact : self!.Bob.Contact));
                await context.RelayAsync();
            }
        );
        self = fixture;
        return fixture;
    }
}
