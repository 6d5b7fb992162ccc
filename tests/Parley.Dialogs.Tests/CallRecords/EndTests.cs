using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.CallRecordTests;

/// <summary>Every way in which a call may end, and its whole record. Each hop takes a millisecond: the INVITE is here at 1, a ring after a second at 1003.</summary>
public sealed class EndTests
{
    private const string Bob = "udp:10.0.2.1:5060 sip:bob@10.0.2.1:5060",
        Carol = "udp:10.0.2.2:5060 sip:carol@10.0.2.2:5060";

    [Fact]
    public void Everything_that_is_known_of_a_call_is_in_its_record()
    {
        using var fixture = new CallRecordFixture(options =>
        {
            options.Node = "one";
            options.Values.Add("account");
            options.Values.Add("missing");
            options.Values.Add("rate");
        });
        CallFixture calls = fixture.Calls;
        calls.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
            {
                dialog.Values.Set("rate", 12);
                dialog.Values.Set("other", "not asked for");
            }

            if (type == DialogCallbackTypes.Terminated)
                dialog.Values.Set("account", "4711 ü");
        };
        Answering(calls);
        ScriptedCall call = calls.Call();
        calls.Run(10);
        call.Bye();
        calls.Run(1);

        CallRecord record = Assert.Single(fixture.Ended);
        Dialog dialog = calls.Dialog;
        Assert.Equal(dialog.Id, record.DialogId);
        Assert.Equal(dialog.CreatedAt, record.Start);
        Assert.Equal(dialog.StartTime, record.Answer);
        Assert.Equal($"{dialog.Id}@{dialog.CreatedAt.ToUnixTimeMilliseconds()}", record.Key);
        Assert.Equal((dialog.CallId, 0, "one"), (record.CallId, record.Number, record.Node));
        Assert.Equal((dialog.FromUri, dialog.FromTag), (record.FromUri, record.FromTag));
        Assert.Equal((dialog.ToUri, dialog.ToTag), (record.ToUri, record.ToTag));
        Assert.NotEqual("", record.ToTag);
        Assert.Equal(("sip:bob@10.0.0.1", "udp:10.0.1.1:5060"), (record.RequestUri, record.Source));
        Assert.Equal([new("account", "4711 ü"), new("rate", "12")], record.Values);
        Assert.Equal(
            (1002, 3000, 5998),
            (record.SetupTime.TotalMilliseconds, record.RingTime.TotalMilliseconds, record.Duration.TotalMilliseconds)
        );
        Check(fixture, "1 1003 4003 10001", $"Answered 200 \"Downstream BYE\" by Caller at {Bob}");
    }

    [Fact]
    public void A_BYE_of_the_caller()
    {
        using CallRecordFixture fixture = Up(out ScriptedCall call);
        call.Bye();
        Check(fixture, "1 1003 4003 10001", $"Answered 200 \"Downstream BYE\" by Caller at {Bob}");
    }

    [Fact]
    public void A_BYE_of_the_callee()
    {
        using CallRecordFixture fixture = Up(out _);
        fixture.Calls.Bob.Calls[0].Bye();
        Check(fixture, "1 1003 4003 10001", $"Answered 200 \"Upstream BYE\" by Callee at {Bob}");
    }

    [Fact]
    public void A_BYE_that_nobody_answers_counts_from_its_arrival()
    {
        using CallRecordFixture fixture = Up(out ScriptedCall call);
        fixture.Calls.Bob.OnRequest = static request => request.Hold();
        call.Bye();
        Check(fixture, "1 1003 4003 10001", $"Answered 200 \"Downstream BYE\" by Caller at {Bob}");
    }

    [Fact]
    public void A_BYE_that_is_refused_and_ended_by_the_proxys_own_counts_from_its_arrival()
    {
        using CallRecordFixture fixture = Up(out ScriptedCall call);
        int byes = 0;
        fixture.Calls.Bob.OnRequest = request =>
        {
            if (request.Method == "BYE" && byes++ == 0)
                request.Respond(420);
        };
        call.Bye();
        Check(fixture, "1 1003 4003 10001", $"Answered 200 \"Downstream BYE\" by Caller at {Bob}");
    }

    [Fact]
    public void Crossed_BYEs_are_one_end_from_the_first_on()
    {
        using CallRecordFixture fixture = Up(out ScriptedCall call);
        call.Bye();
        fixture.Calls.Bob.Calls[0].Bye();
        CallRecord record = Check(fixture, "1 1003 4003 10001");
        Assert.Contains(record.EndedBy, new[] { CallEndedBy.Caller, CallEndedBy.Callee });
    }

    [Fact]
    public void A_BYE_before_the_ACK()
    {
        using var fixture = new CallRecordFixture();
        fixture.Calls.Network.Interceptor = static packet => packet.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        Answering(fixture.Calls);
        fixture.Calls.Call();
        fixture.Calls.Run(10);
        fixture.Calls.Bob.Calls[0].Bye(); // it waits for the ACK as long as RFC 3261 15 asks for: 64*T1 from its 200
        Check(fixture, "1 1003 4003 36003", $"Answered 200 \"Upstream BYE\" by Callee at {Bob}");
    }

    [Fact]
    public void A_CANCEL()
    {
        using var fixture = new CallRecordFixture();
        Answering(fixture.Calls);
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(2);
        call.Cancel();
        Check(fixture, "1 1003 - 2003", $"Cancelled 487 \"Cancelled\" by Caller at {Bob}");
    }

    [Fact]
    public void A_CANCEL_that_a_200_crosses_is_an_answered_call()
    {
        using var fixture = new CallRecordFixture();
        fixture.Calls.Bob.OnInvite = static call => call.AnswerAfter(TimeSpan.FromSeconds(1));
        ScriptedCall call = fixture.Calls.Call();
        call.CancelAfter(TimeSpan.FromSeconds(1.0015));
        CallRecord record = Check(fixture);
        Assert.Equal(CallDisposition.Answered, record.Disposition);
    }

    [Theory]
    [InlineData(486, CallDisposition.Busy, "Busy Here")]
    [InlineData(600, CallDisposition.Busy, "Busy Everywhere")]
    [InlineData(603, CallDisposition.Declined, "Decline")]
    [InlineData(607, CallDisposition.Declined, "Unwanted")]
    [InlineData(608, CallDisposition.Declined, "Rejected")]
    [InlineData(480, CallDisposition.NoAnswer, "Temporarily Unavailable")]
    [InlineData(408, CallDisposition.NoAnswer, "Request Timeout")]
    [InlineData(487, CallDisposition.Failed, "Request Terminated")]
    [InlineData(404, CallDisposition.Failed, "Not Found")]
    [InlineData(302, CallDisposition.Failed, "Moved Temporarily")]
    [InlineData(500, CallDisposition.Failed, "Server Internal Error")]
    public void A_refusal_of_the_callee(int status, CallDisposition disposition, string phrase)
    {
        using var fixture = new CallRecordFixture();
        fixture.Calls.Bob.OnInvite = call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(2), status);
        };
        fixture.Calls.Call();
        CallRecord record = Check(fixture, "1 3 - 2003", $"{disposition} {status} \"{phrase}\" by Callee at {Bob}");
        Assert.Equal("", record.ToTag);
    }

    [Fact]
    public void A_callee_that_does_not_ring_and_refuses_has_no_ring_time()
    {
        using var fixture = new CallRecordFixture();
        fixture.Calls.Bob.OnInvite = static call => call.Reject();
        fixture.Calls.Call();
        CallRecord record = Check(fixture, "1 - - 3", $"Busy 486 \"Busy Here\" by Callee at {Bob}");
        Assert.Equal((2, 0, 0), (record.SetupTime.TotalMilliseconds, record.RingTime.TotalMilliseconds, record.Duration.TotalMilliseconds));
    }

    [Fact]
    public void A_refusal_of_the_proxys_own_after_CreateDialog()
    {
        using var fixture = new CallRecordFixture(route: static context =>
        {
            context.CreateDialog();
            context.Reply(403);
            return ValueTask.CompletedTask;
        });
        fixture.Calls.Call();
        Check(fixture, "1 - - 1", "Failed 403 \"Forbidden\" by Proxy at - -");
    }

    [Fact]
    public void No_target_answers_at_all()
    {
        using var fixture = new CallRecordFixture();
        fixture.Calls.Network.Interceptor = static packet => packet.To?.Name == "10.0.2.1" ? PacketFate.Drop : PacketFate.Pass;
        fixture.Calls.Call();
        Check(fixture, "1 - - 32010", $"NoAnswer 408 \"Request Timeout\" by Timeout at {Bob}");
    }

    [Fact]
    public void The_early_timeout()
    {
        using var fixture = new CallRecordFixture(dialogs: static options => options.EarlyTimeout = TimeSpan.FromSeconds(20));
        fixture.Calls.Bob.OnInvite = static call => call.Ring();
        fixture.Calls.Call();
        Check(fixture, "1 3 - 20050", $"NoAnswer 408 \"No Answer\" by Timeout at {Bob}");
    }

    [Fact]
    public void Terminate_before_the_answer()
    {
        using var fixture = new CallRecordFixture();
        fixture.Calls.Bob.OnInvite = static call => call.Ring();
        fixture.Calls.Call();
        fixture.Calls.Run(5);
        fixture.Calls.Dialog.Terminate("fraud");
        Check(fixture, "1 3 - 5002", $"Failed 487 \"fraud\" by Proxy at {Bob}");
    }

    [Fact]
    public void Terminate_of_a_call_that_is_up_counts_from_then()
    {
        using CallRecordFixture fixture = Up(out _);
        fixture.Calls.Bob.OnRequest = static request => request.Hold();
        fixture.Calls.Alice.OnRequest = static request => request.Hold();
        fixture.Calls.Dialog.Terminate("no credit");
        Check(fixture, "1 1003 4003 10000", $"Answered 200 \"no credit\" by Proxy at {Bob}");
    }

    [Theory]
    [InlineData(DialogFlags.None)]
    [InlineData(DialogFlags.ByeOnTimeout)]
    public void The_lifetime(DialogFlags flags)
    {
        using var fixture = new CallRecordFixture(
            flags: flags,
            dialogs: static options => options.DefaultTimeout = TimeSpan.FromSeconds(30)
        );
        Answering(fixture.Calls);
        fixture.Calls.Call();
        CallRecord record = Check(fixture, null, $"Answered 200 \"Lifetime Timeout\" by Timeout at {Bob}");
        Assert.InRange(record.Duration, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30.1));
    }

    [Fact]
    public void No_ACK()
    {
        using var fixture = new CallRecordFixture(dialogs: static options => options.NoAckTimeout = TimeSpan.FromSeconds(20));
        fixture.Calls.Network.Interceptor = static packet => packet.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        Answering(fixture.Calls);
        fixture.Calls.Call();
        CallRecord record = Check(fixture, null, $"Answered 200 \"No ACK\" by Timeout at {Bob}");
        Assert.InRange(record.Duration, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20.1));
    }

    [Fact]
    public void Pings_that_fail()
    {
        using CallRecordFixture fixture = Up(out _, DialogFlags.OptionsPingCallee);
        fixture.Calls.Run(100);
        fixture.Calls.Bob.OnRequest = static request => request.Hold();
        fixture.Calls.Run(200);
        Check(fixture, null, $"Answered 200 \"Ping Timeout\" by Proxy at {Bob}");
    }

    [Fact]
    public void A_fork_has_the_target_that_answered()
    {
        using var fixture = new CallRecordFixture();
        fixture.Calls.Bob.OnInvite = static call => call.Ring();
        fixture.Calls.Carol.OnInvite = static call => call.AnswerAfter(TimeSpan.FromSeconds(2));
        ScriptedCall call = fixture.Calls.Call("bob-carol");
        fixture.Calls.Run(5);
        call.Bye();
        Check(fixture, "1 3 2003 5001", $"Answered 200 \"Downstream BYE\" by Caller at {Carol}");
    }

    [Fact]
    public void Serial_forking_has_the_first_ring_and_the_target_that_answered()
    {
        using var fixture = new CallRecordFixture(route: static async context =>
        {
            if (context.IsInDialog)
            {
                await context.RelayInDialogAsync();
                return;
            }

            context.CreateDialog();
            context.RecordRoute();
            context.AddTarget(Sip.SipUri.Parse("sip:bob@10.0.2.1:5060"));
            context.AddTarget(Sip.SipUri.Parse("sip:carol@10.0.2.2:5060"), q: 500);
            await context.RelayAsync();
        });
        fixture.Calls.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Calls.Carol.OnInvite = static call => call.AnswerAfter(TimeSpan.FromSeconds(2));
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(10);
        call.Bye();
        Check(fixture, "1 3 4005 10001", $"Answered 200 \"Downstream BYE\" by Caller at {Carol}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_late_200_gets_the_answered_call_its_record_and_takes_nothing_from_the_failure(bool missedCalls)
    {
        CallRecordFixture? fixture = null;
        fixture = new CallRecordFixture(
            options => options.MissedCalls = missedCalls,
            route: async context =>
            {
                if (context.IsInDialog)
                {
                    await context.RelayInDialogAsync();
                    return;
                }

                context.CreateDialog();
                context.RecordRoute();
                await fixture!.Calls.Forward(context);
                await Task.Delay(TimeSpan.FromSeconds(1), fixture.Calls.Clock);
                context.Reply(480);
            }
        );
        using (fixture)
        {
            fixture.Calls.Bob.OnInvite = static call =>
            {
                call.Ring();
                call.IgnoresCancel = true;
                call.AnswerAfter(TimeSpan.FromSeconds(3));
            };
            fixture.Calls.Call();
            fixture.Calls.Run(100); // alice, which has its 480, acknowledges the 200 and hangs up

            CallRecord answered = fixture.Ended[^1];
            Assert.Equal($"Answered 200 \"Downstream BYE\" by Caller at {Bob}", CallRecordFixture.Outcome(answered));
            Assert.Equal(missedCalls ? 2 : 1, fixture.Ended.Count);
            Assert.Equal(missedCalls ? "3003 - 3003 3005" : "1 3 3003 3005", fixture.Times(answered));
            if (!missedCalls)
                return;
            Assert.Equal("1 3 - 1001", fixture.Times(fixture.Ended[0]));
            Assert.Equal($"NoAnswer 480 \"Temporarily Unavailable\" by Proxy at {Bob}", CallRecordFixture.Outcome(fixture.Ended[0]));
            Assert.NotEqual(fixture.Ended[0].Key, answered.Key);
        }
    }

    [Fact]
    public void Without_MissedCalls_only_answered_calls_have_records()
    {
        using var fixture = new CallRecordFixture(static options => options.MissedCalls = false);
        fixture.Calls.Bob.OnInvite = static call => call.Reject();
        fixture.Calls.Call();
        fixture.Calls.Run(100);
        Assert.Empty(fixture.Ended);
    }

    private static CallRecordFixture Up(out ScriptedCall call, DialogFlags flags = DialogFlags.None)
    {
        var fixture = new CallRecordFixture(flags: flags);
        Answering(fixture.Calls);
        call = fixture.Calls.Call();
        fixture.Calls.Run(10);
        return fixture;
    }

    private static CallRecord Check(CallRecordFixture fixture, string? times = null, string? outcome = null)
    {
        fixture.Calls.Run(200);
        CallRecord record = Assert.Single(fixture.Ended);
        if (times is not null)
            Assert.Equal(times, fixture.Times(record));
        if (outcome is not null)
            Assert.Equal(outcome, CallRecordFixture.Outcome(record));
        return record;
    }

    private static void Answering(CallFixture calls) =>
        calls.Bob.OnInvite = static call =>
        {
            call.RingAfter(TimeSpan.FromSeconds(1));
            call.AnswerAfter(TimeSpan.FromSeconds(4));
        };
}
