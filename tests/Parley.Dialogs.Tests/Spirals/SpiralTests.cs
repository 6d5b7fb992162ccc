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
        using CallBench bench = Bench(policy);
        ScriptedCall call = bench.Call("loop");
        bench.Run(2);
        Assert.True(call.IsUp);
        Assert.Equal(dialogs, bench.All.Count);
        Assert.Equal(dialogs, bench.Dialogs.Statistics.ActiveDialogs);
        Assert.Equal(dialogs, bench.Dialogs.FindProfile("calls")!.Size());
        call.SendRequest("INFO");
        bench.Run(1);
        Assert.Equal(dialogs, bench.Events.Count(e => e == "RequestWithin INFO >"));
        bench.Bob.Calls[0].SendRequest("MESSAGE");
        bench.Run(1);
        Assert.Equal(dialogs, bench.Events.Count(e => e == "RequestWithin MESSAGE <"));
        Assert.All(_verdicts, verdict => Assert.Equal("Valid", verdict));
        bench.Bob.Calls[0].Bye();
        bench.Run(60);

        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal(dialogs, bench.Events.Count(e => e == "Confirmed 200 <"));
        Assert.Equal(dialogs, bench.Events.Count(e => e == "Terminated BYE <"));
        Assert.Equal(dialogs, bench.Events.Count(e => e == "Destroy"));
        Assert.Equal(0, bench.Dialogs.FindProfile("calls")!.Size());
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.Empty(bench.Alice.Anomalies);
        Assert.Empty(bench.Bob.Anomalies);
    }

    [Theory]
    [InlineData(DialogSpiralPolicy.NewDialog, 2)]
    [InlineData(DialogSpiralPolicy.ReuseDialog, 1)]
    public void Catalogue_06_a_spiral_that_is_challenged_leaves_nothing_and_the_next_try_is_a_call_of_its_own(
        DialogSpiralPolicy policy,
        int dialogs
    )
    {
        using CallBench bench = Bench(policy);
        bench.Bob.OnInvite = static ringing => ringing.Reject(407);
        bench.Call("loop");
        bench.Run(2);
        Assert.Equal(dialogs, bench.Events.Count(e => e == "Failed 407 <"));
        Assert.Equal(dialogs, bench.Dialogs.Statistics.FailedDialogs);
        bench.Run(60);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(dialogs, bench.Events.Count(e => e == "Destroy"));

        bench.Bob.OnInvite = null;
        ScriptedCall again = bench.Call("loop");
        bench.Run(2);
        Assert.True(again.IsUp);
        Assert.Equal(dialogs * 2, bench.All.Count);
        Assert.Equal(dialogs, bench.Dialogs.Statistics.ActiveDialogs);
    }

    [Fact]
    public void A_cancelled_spiral_is_one_failed_dialog()
    {
        using CallBench bench = Bench(DialogSpiralPolicy.ReuseDialog);
        bench.Bob.OnInvite = static ringing => ringing.Ring();
        ScriptedCall call = bench.Call("loop");
        bench.Run(1);
        call.Cancel();
        bench.Run(2);

        Assert.Equal(1, bench.Dialogs.Statistics.FailedDialogs);
        Assert.Equal("Cancelled", bench.Dialog.TerminationReason);
        Assert.Equal(0, bench.Dialogs.FindProfile("calls")!.Size());
    }

    [Fact]
    public void A_request_that_came_before_its_leg_was_known_counts_on_its_second_way()
    {
        using CallBench bench = Bench(DialogSpiralPolicy.ReuseDialog);
        bench.Network.Interceptor = static packet =>
            packet.Is("180 INVITE") && packet.From == packet.To ? PacketFate.HoldBack : PacketFate.Pass;
        bench.Bob.OnInvite = static ringing =>
        {
            ringing.Ring();
            // To the proxy while the 180 goes from the proxy to itself, which it does for 51 ms.
            ringing.After(TimeSpan.FromMilliseconds(50.5), static c => c.SendRequest("INFO"));
            ringing.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        bench.Call("loop");
        bench.Run(2);
        _ = bench.Dialog.SendSequentialAsync("MESSAGE", toCaller: true);
        bench.Run(1);

        uint info = bench.Recorder.Find("INFO", to: "10.0.1.1").Single().Message!.CSeqNumber;
        Assert.Equal(info + 1, bench.Recorder.Find("MESSAGE", to: "10.0.1.1").Single().Message!.CSeqNumber);
        Assert.Empty(bench.Alice.Anomalies);
    }

    [Fact]
    public void A_request_that_came_before_its_leg_was_known_is_not_taken_for_the_other_dialogs_of_its_call()
    {
        using CallBench bench = Bench(DialogSpiralPolicy.NewDialog);
        bench.Network.Interceptor = static packet =>
            packet.Is("180 INVITE") && packet.From == packet.To ? PacketFate.HoldBack : PacketFate.Pass;
        bench.Bob.OnInvite = static ringing =>
        {
            ringing.Ring();
            // While the 180 goes from the proxy to itself: the dialog of the second passage knows Bob's tag, that of the first does not.
            ringing.After(TimeSpan.FromMilliseconds(10), static c => c.SendRequest("INFO"));
            ringing.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        bench.Call("loop");
        bench.Run(2);

        Assert.Single(bench.Recorder.Find("INFO", to: "10.0.1.1"));
        Assert.Single(bench.Events, "RequestWithin INFO <");
        Assert.Equal("10.0.2.1", bench.All[1].Callee!.Flow.Remote.ToIPEndPoint().Address.ToString());
    }

    [Fact]
    public void An_invite_that_did_not_pass_here_is_no_spiral_whatever_its_call_id()
    {
        using CallBench bench = Bench(DialogSpiralPolicy.ReuseDialog);
        bench.Bob.OnInvite = static ringing => ringing.Ring();
        bench.Carol.OnInvite = static ringing => ringing.Ring();
        bench.Alice.OnSending = static message =>
        {
            if (message is not { IsRequest: true, Method: "INVITE" })
                return;
            message.Set("Call-ID", "same").Set("From", "<sip:alice@10.0.1.1>;tag=same").Set("CSeq", "1 INVITE");
        };
        bench.Call();
        bench.Call("carol");
        bench.Run(1);

        Assert.Equal(2, bench.All.Count);
    }

    /// <summary>RFC 3261 8.2.2.2: a fork or a retry upstream. Both copies are relayed, each is a dialog, and the end refuses one.</summary>
    [Theory]
    [InlineData(DialogSpiralPolicy.NewDialog)]
    [InlineData(DialogSpiralPolicy.ReuseDialog)]
    public void Two_copies_of_one_INVITE_are_two_dialogs_of_which_one_is_answered(DialogSpiralPolicy policy)
    {
        using CallBench bench = Bench(policy);
        bench.Alice.OnSending = Same;
        ScriptedCall one = bench.Call(),
            two = bench.Call();
        bench.Run(2);
        Assert.Equal(2, bench.All.Count);
        Assert.Equal(
            ["Confirmed 200 <", "Failed 482 <"],
            bench
                .Events.Where(e => e.StartsWith("Confirmed", StringComparison.Ordinal) || e.StartsWith("Failed", StringComparison.Ordinal))
                .Order()
        );
        Assert.Equal(1, bench.Dialogs.Statistics.ActiveDialogs);
        Assert.Equal(1, bench.Dialogs.FindProfile("calls")!.Size());

        ScriptedCall up = one.IsUp ? one : two;
        up.SendRequest("INFO");
        bench.Run(1);
        Assert.Single(bench.Events, "RequestWithin INFO >");
        bench.Bob.Calls[0].Bye();
        bench.Run(300);
        Assert.Single(bench.Events, "Terminated BYE <");
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(0, bench.Dialogs.FindProfile("calls")!.Size());
    }

    [Fact]
    public void Copies_that_pass_twice_each_keep_to_the_dialog_of_their_own_first_passage()
    {
        using CallBench bench = Bench(DialogSpiralPolicy.ReuseDialog);
        bench.Alice.OnSending = Same;
        bench.Bob.OnInvite = static ringing => ringing.Ring();
        bench.Call("loop");
        bench.Call("loop");
        bench.Run(1);
        Assert.Equal(2, bench.All.Count);
        var ids = new List<string>();
        foreach (RecordedMessage invite in bench.Recorder.Find("INVITE", to: "10.0.2.1"))
        {
            string[] dids = [.. System.Text.RegularExpressions.Regex.Matches(invite.Text, ";did=([^;>]+)").Select(m => m.Groups[1].Value)];
            Assert.Equal(2, dids.Length);
            ids.Add(Assert.Single(dids.Distinct()));
        }

        Assert.Equal(bench.All.Select(d => d.Id.ToString()).Order(), ids.Distinct().Order());
    }

    private static void Same(OutgoingMessage message)
    {
        if (message is not { IsRequest: true, Method: "INVITE" or "INFO" })
            return;
        message.Set("Call-ID", "same").Set("From", "<sip:alice@10.0.1.1>;tag=same");
        if (message.Method == "INVITE")
            message.Set("CSeq", "1 INVITE");
    }

    private CallBench Bench(DialogSpiralPolicy policy)
    {
        CallBench? self = null;
        var bench = new CallBench(
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
        self = bench;
        return bench;
    }
}
