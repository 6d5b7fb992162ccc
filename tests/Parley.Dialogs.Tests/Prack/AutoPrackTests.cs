using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Prack;

public sealed class AutoPrackTests
{
    [Fact]
    public void A_reliable_provisional_response_is_acknowledged_by_the_proxy_and_reaches_the_caller_as_an_ordinary_one()
    {
        using CallFixture fixture = New();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(5));
        };
        fixture.Call();
        fixture.Run(20);

        RecordedMessage ringing = fixture.Recorder.Find("183 INVITE", from: "10.0.2.1").First();
        RecordedMessage prack = Assert.Single(fixture.Recorder.Find("PRACK"));
        Assert.Equal("10.0.2.1", prack.To);
        Assert.Equal($"{ringing.Header("RSeq")} {ringing.Header("CSeq")}", prack.Header("RAck"));
        Assert.Equal(ringing.Message!.CSeqNumber + 1, prack.Message!.CSeqNumber);
        Assert.Equal(fixture.Dialog.ToTag, Encoding.ASCII.GetString(prack.Message.ToTag));
        Assert.Equal(fixture.Dialog.Callee!.Contact, Encoding.ASCII.GetString(prack.Message.RequestUri));

        RecordedMessage forwarded = Assert.Single(fixture.Recorder.Find("183 INVITE", to: "10.0.1.1"));
        Assert.Null(forwarded.Header("RSeq"));
        Assert.Null(forwarded.Header("Require"));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Empty(fixture.Bob.Anomalies);
        Assert.Empty(fixture.Alice.Anomalies);
    }

    [Fact]
    public void Other_required_extensions_stay()
    {
        using CallFixture fixture = New();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true, alter: static r => r.Set("Require", "precondition, 100rel, timer"));
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Call();
        fixture.Run(5);
        RecordedMessage forwarded = Assert.Single(fixture.Recorder.Find("183 INVITE", to: "10.0.1.1"));
        Assert.Equal(["precondition", "timer"], forwarded.Header("Require")!.Split(',', StringSplitOptions.TrimEntries));
        Assert.Single(fixture.Recorder.Find("PRACK"));
    }

    [Fact]
    public void Without_the_flag_everything_goes_end_to_end()
    {
        using var fixture = new CallFixture();
        fixture.Alice.Supports100Rel = true;
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Call();
        fixture.Run(10);
        Assert.NotNull(fixture.Recorder.Find("183 INVITE", to: "10.0.1.1").First().Header("RSeq"));
        Assert.Single(fixture.Recorder.Find("PRACK", from: "10.0.1.1"));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void A_caller_that_requires_reliability_keeps_it_end_to_end()
    {
        using var fixture = new CallFixture(null, DialogFlags.AutoPrack);
        fixture.Alice.Supports100Rel = true;
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Alice.Invite("sip:bob@10.0.0.1", static invite => invite.Add("Require", "100rel"));
        fixture.Run(10);
        Assert.NotNull(fixture.Recorder.Find("183 INVITE", to: "10.0.1.1").First().Header("RSeq"));
        Assert.Single(fixture.Recorder.Find("PRACK", from: "10.0.1.1"));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void An_offer_in_a_reliable_response_is_left_to_the_caller_who_alone_can_answer_it()
    {
        using var fixture = new CallFixture(null, DialogFlags.AutoPrack);
        fixture.Alice.Supports100Rel = true;
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true, alter: r => r.Body = call.Agent.Sdp);
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Alice.Invite("sip:bob@10.0.0.1", static invite => invite.Body = "");
        fixture.Run(10);
        Assert.NotNull(fixture.Recorder.Find("183 INVITE", to: "10.0.1.1").First().Header("RSeq"));
        Assert.Single(fixture.Recorder.Find("PRACK", from: "10.0.1.1"));
    }

    [Fact]
    public void A_response_repeated_is_acknowledged_once_and_not_repeated_to_the_caller()
    {
        using CallFixture fixture = New();
        TimeSpan until = TimeSpan.FromSeconds(4);
        fixture.Network.Interceptor = packet => packet.Is("PRACK") && fixture.Clock.Elapsed < until ? PacketFate.Drop : PacketFate.Pass;
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(12));
        };
        fixture.Call();
        fixture.Run(30);
        Assert.True(fixture.Recorder.Find("183 INVITE", from: "10.0.2.1").Count() > 2);
        Assert.Single(fixture.Recorder.Find("183 INVITE", to: "10.0.1.1"));
        Assert.Single(fixture.Recorder.Find("PRACK").Select(static m => m.CSeq).Distinct());
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Fact]
    public void Each_reliable_response_of_a_leg_gets_its_own_PRACK_in_order()
    {
        using CallFixture fixture = New();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(180, reliable: true);
            call.After(TimeSpan.FromSeconds(1), static c => c.Ring(183, reliable: true));
            call.After(TimeSpan.FromSeconds(2), static c => c.Ring(180, reliable: true));
            call.AnswerAfter(TimeSpan.FromSeconds(4));
        };
        fixture.Call();
        fixture.Run(20);
        RecordedMessage[] pracks = [.. fixture.Recorder.Find("PRACK")];
        Assert.Equal(3, pracks.Length);
        uint first = pracks[0].Message!.CSeqNumber;
        Assert.Equal([first, first + 1, first + 2], pracks.Select(static p => p.Message!.CSeqNumber));
        Assert.Equal(3, fixture.Recorder.Messages.Count(static m => m.To == "10.0.1.1" && m.StatusCode is 180 or 183));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Fact]
    public void A_response_before_its_turn_gets_no_PRACK()
    {
        using CallFixture fixture = New();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(180, reliable: true, alter: static r => r.Set("RSeq", "10"));
            call.Ring(183, tag: call.LocalTag, alter: static r => r.Add("Require", "100rel").Add("RSeq", "12"));
            call.Ring(183, tag: call.LocalTag, alter: static r => r.Add("Require", "100rel").Add("RSeq", "11"));
            call.Ring(183, tag: call.LocalTag, alter: static r => r.Add("Require", "100rel").Add("RSeq", "12"));
        };
        fixture.Call();
        fixture.Run(0.4);
        Assert.Equal(["10", "11", "12"], fixture.Recorder.Find("PRACK").Select(static p => p.Header("RAck")!.Split(' ')[0]).Distinct());
        Assert.Equal(3, fixture.Recorder.Messages.Count(static m => m.To == "10.0.1.1" && m.StatusCode is 180 or 183));
    }

    [Fact]
    public void Every_leg_of_a_fork_has_numbers_of_its_own()
    {
        using CallFixture fixture = New();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, tag: "one", reliable: true, alter: static r => r.Set("RSeq", "7"));
            call.Ring(183, tag: "two", alter: static r => r.Add("Require", "100rel").Add("RSeq", "7"));
        };
        fixture.Carol.OnInvite = static call => call.Ring(183, tag: "one", reliable: true, alter: static r => r.Set("RSeq", "7"));
        fixture.Alice.Invite("sip:bob-carol@10.0.0.1");
        fixture.Run(0.4);
        RecordedMessage[] pracks = [.. fixture.Recorder.Find("PRACK")];
        Assert.Equal(
            ["10.0.2.1 one", "10.0.2.1 two", "10.0.2.2 one"],
            pracks.Select(static p => $"{p.To} {Encoding.ASCII.GetString(p.Message!.ToTag)}").Distinct().Order()
        );
        Assert.All(pracks, static p => Assert.StartsWith("7 ", p.Header("RAck"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Calls_with_reliable_responses_come_up_over_a_bad_network(ulong seed)
    {
        using CallFixture fixture = New(seed);
        fixture.Network.Conditions = LinkConditions.Bad(0.15);
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(180, reliable: true);
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(8));
        };
        for (int i = 0; i < 20; i++)
            fixture.Call();
        fixture.Run(60);
        Assert.Equal(20, fixture.All.Count);
        Assert.All(fixture.All, static d => Assert.Equal(DialogState.Confirmed, d.State));
        Assert.DoesNotContain(fixture.Bob.Anomalies, static a => a.Kind is AnomalyKind.MissingPrack or AnomalyKind.OutOfOrder);
    }

    [Theory]
    [InlineData(null, 32)]
    [InlineData(3, 3)]
    public void A_PRACK_that_nobody_answers_fails_in_time_and_is_told_once(int? timeout, int after)
    {
        using CallFixture fixture = New(configure: options =>
            options.PrackTimeout = timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null
        );
        fixture.Network.Interceptor = static packet => packet.Is("PRACK") ? PacketFate.Drop : PacketFate.Pass;
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(60));
        };
        var failures = new List<string>();
        TimeSpan at = default;
        fixture.Dialogs.OnPrackFailed(
            (dialog, leg, status) =>
            {
                Assert.Same(dialog, fixture.Dialogs.Current);
                at = fixture.Clock.Elapsed;
                failures.Add($"any {leg.Branch} {status}");
            }
        );
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.OnPrackFailed((_, leg, status) => failures.Add($"own {leg.Tag == dialog.ToTag} {status}"));
        };
        fixture.Call();
        fixture.Run(50);
        Assert.Equal(["any 0 408", "own True 408"], failures);
        Assert.InRange(at.TotalSeconds, after, after + 0.5);
        Assert.Empty(fixture.Recorder.Find("CANCEL")); // it is not to be ended: what follows is the callee's choice
    }

    [Fact]
    public void A_PRACK_that_is_refused_is_told_with_its_status_and_a_hook_that_throws_does_no_harm()
    {
        using CallFixture fixture = New();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(5));
        };
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "PRACK")
                request.Respond(481);
        };
        int status = 0;
        fixture.Dialogs.OnPrackFailed(static (_, _, _) => throw new InvalidOperationException("a hook"));
        fixture.Dialogs.OnPrackFailed((_, _, code) => status = code);
        fixture.Call();
        fixture.Run(20);
        Assert.Equal(481, status);
        Assert.Contains(fixture.Log.Lines, static line => line.Contains("A hook on a failed PRACK", StringComparison.Ordinal));
        Assert.Equal(DialogState.Early, fixture.Dialog.State);
    }

    [Fact]
    public void A_call_that_is_to_end_with_its_PRACK_is_cancelled()
    {
        using CallFixture fixture = New(
            flags: DialogFlags.AutoPrack | DialogFlags.EndOnPrackFailure,
            configure: static options => options.PrackTimeout = TimeSpan.FromSeconds(2)
        );
        fixture.Network.Interceptor = static packet => packet.Is("PRACK") ? PacketFate.Drop : PacketFate.Pass;
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(30));
        };
        fixture.Call();
        fixture.Run(10);
        Assert.Single(fixture.Recorder.Find("CANCEL", to: "10.0.2.1").Select(static m => m.CSeq).Distinct());
        Assert.Equal((DialogState.Deleted, "PRACK Failed"), (fixture.Dialog.State, fixture.Dialog.TerminationReason));
        Assert.NotEmpty(fixture.Recorder.Find("487 INVITE", to: "10.0.1.1"));
    }

    [Fact]
    public void A_call_that_was_answered_meanwhile_goes_on_whatever_becomes_of_the_PRACK()
    {
        using CallFixture fixture = New(
            flags: DialogFlags.AutoPrack | DialogFlags.EndOnPrackFailure,
            configure: static options => options.PrackTimeout = TimeSpan.FromSeconds(2)
        );
        fixture.Network.Interceptor = static packet => packet.Is("PRACK") ? PacketFate.Drop : PacketFate.Pass;
        // A callee that does not wait for it.
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, tag: call.LocalTag, alter: static r => r.Add("Require", "100rel").Add("RSeq", "7"));
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Call();
        fixture.Run(10);
        Assert.Single(fixture.Recorder.Find("PRACK").Select(static m => m.CSeq).Distinct());
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Empty(fixture.Recorder.Find("BYE"));
    }

    [Fact]
    public void A_timeout_that_cannot_be_is_refused() =>
        Assert.Contains(
            "PrackTimeout",
            Assert
                .Throws<ArgumentException>(static () => new DialogFixture(static options => options.PrackTimeout = TimeSpan.Zero))
                .Message,
            StringComparison.Ordinal
        );

    /// <summary>A caller that knows nothing of 100rel; the route offers it to the callee in its place.</summary>
    private static CallFixture New(ulong seed = 1, DialogFlags flags = DialogFlags.AutoPrack, Action<DialogOptions>? configure = null)
    {
        CallFixture? fixture = null;
        fixture = new CallFixture(configure, flags, Route, seed);
        return fixture;

        ValueTask Route(SipContext context)
        {
            if (context.Method == SipMethod.Invite && !context.IsInDialog)
                context.Edits.Append(SipHeaderName.Supported, "100rel"u8);
            return fixture!.Route(context);
        }
    }
}
