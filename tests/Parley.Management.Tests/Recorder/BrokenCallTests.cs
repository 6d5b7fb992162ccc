using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests.Recorder;

/// <summary>Calls that went wrong, each in its way: the line and the marks say how.</summary>
public class BrokenCallTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_call_like_all_others_has_no_mark()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        ScriptedCall call = proxy.Call();
        proxy.Run(5);
        Explained(proxy, call, "Answered by 10.0.2.1:5060 after 2.0 s and under way.");
        Assert.Null(proxy.Recorded(call.CallId).Ended);
        proxy.Run(57);
        call.Bye();
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, "Answered by 10.0.2.1:5060 after 2.0 s, lasted 60 s, ended by the caller: BYE.");
        Assert.NotNull(recorded.Ended);
        Assert.Equal(200, recorded.Status);
        Assert.Equal(["10.0.1.1:5060", "parley", "10.0.2.1:5060"], recorded.Participants);
        Assert.Equal(proxy.Dialogs.Dialogs(includeDeleted: true).Single().Id.ToString(), recorded.DialogId);
        Assert.Equal(
            ["INVITE", "INVITE", "180", "180", "200", "200", "ACK", "ACK", "BYE", "BYE", "200", "200"],
            recorded
                .Entries.OfType<RecordedMessage>()
                .Where(static m => m.Status != 100)
                .Select(static m => m.Status?.ToString() ?? m.Method)
        );
        Assert.Contains(
            recorded.Entries.OfType<RecordedStep>(),
            static s =>
                s.Step == "match"
                && s.Text.StartsWith("BYE ", StringComparison.Ordinal)
                && s.Text.EndsWith("its Route carried the id", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(486, "Busy: 10.0.2.1:5060 answered 486 Busy Here.", "")]
    [InlineData(603, "Declined: 10.0.2.1:5060 answered 603 Decline.", "")]
    [InlineData(404, "No such user: 10.0.2.1:5060 answered 404 Not Found.", "")]
    [InlineData(480, "Not available: 10.0.2.1:5060 answered 480 Temporarily Unavailable.", "")]
    [InlineData(488, "The session description was refused: 10.0.2.1:5060 answered 488 Not Acceptable Here.", "notAcceptable")]
    public async Task Refused_by_the_callee(int status, string line, string mark)
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = call => call.Reject(status);
        ScriptedCall call = proxy.Call();
        proxy.Run(2);
        Assert.Equal(status, Explained(proxy, call, line, mark).Status);
    }

    [Fact]
    public async Task No_response_at_all()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Network.Cut(proxy.Network.Hosts[0], proxy.Network.Hosts[2]);
        ScriptedCall call = proxy.Call();
        proxy.Run(40);
        Explained(
            proxy,
            call,
            "Failed: 10.0.2.1:5060 gave no response at all within 32 s; the caller got 408 Request Timeout.",
            CallMarks.NoResponse
        );
    }

    [Fact]
    public async Task It_rings_and_nobody_answers()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.RingLimit = proxy.Alice.RingLimit = TimeSpan.FromHours(1);
        proxy.Bob.OnInvite = static call => call.Ring();
        ScriptedCall call = proxy.Call();
        proxy.Run(400);
        RecordedCall recorded = Explained(proxy, call, null);
        Assert.StartsWith("Not answered: it rang at 10.0.2.1:5060 for 18", recorded.Line, StringComparison.Ordinal);
        Assert.Equal(408, recorded.Status);
    }

    [Fact]
    public async Task Given_up_by_the_caller()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Ring();
        ScriptedCall call = proxy.Call();
        call.CancelAfter(TimeSpan.FromSeconds(5));
        proxy.Run(10);
        Explained(proxy, call, "Given up by the caller after 5.0 s (it rang at 10.0.2.1:5060).");
    }

    [Fact]
    public async Task The_answer_crosses_the_CANCEL()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(3));
        };
        ScriptedCall call = proxy.Call();
        call.CancelAfter(TimeSpan.FromSeconds(2));
        proxy.Run(20);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.LateAnswer);
        Assert.StartsWith("Answered by 10.0.2.1:5060 after 3.0 s", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_CANCEL_after_the_answer()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Answer();
        string? invite = null;
        proxy.Alice.OnSending = message =>
        {
            if (message is { IsRequest: true, Method: "INVITE" })
                invite = System.Text.Encoding.UTF8.GetString(message.ToBytes());
        };
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        string cancel = string.Join(
            "\r\n",
            invite!
                .Replace("INVITE", "CANCEL", StringComparison.Ordinal)
                .Split("\r\n")
                .TakeWhile(static line => line.Length > 0)
                .Where(static line => !line.StartsWith("Content-", StringComparison.Ordinal))
        );
        proxy.Alice.SendRaw(cancel + "\r\nContent-Length: 0\r\n\r\n", "sip:10.0.0.1");
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.LateCancel);
        Assert.StartsWith("Answered by", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_is_never_acknowledged()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Network.Interceptor = static packet => packet.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(200);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.NoAck);
        Assert.StartsWith("Answered by 10.0.2.1:5060", recorded.Line, StringComparison.Ordinal);
        Assert.Contains("the answer was never acknowledged", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_sides_hang_up()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        ScriptedCall? callee = null;
        proxy.Bob.OnInvite = call =>
        {
            callee = call;
            call.Answer();
        };
        ScriptedCall call = proxy.Call();
        proxy.Run(5);
        call.Bye();
        callee!.Bye();
        proxy.Run(5);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.DoubleBye);
        Assert.Contains("ended by the ", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_BYE_has_no_answer()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(5);
        proxy.Network.Cut(proxy.Network.Hosts[0], proxy.Network.Hosts[2]);
        call.Bye();
        proxy.Run(50);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.ByeUnanswered, CallMarks.NoResponse);
        Assert.Contains("ended by the caller", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lifetime_is_over()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync(dialogs: static o => o.DefaultTimeout = TimeSpan.FromSeconds(60));
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(90);
        Explained(
            proxy,
            call,
            "Answered by 10.0.2.1:5060 after 0.0 s, lasted 60 s, ended by Parley: its lifetime is over.",
            CallMarks.LifetimeOver
        );
    }

    [Fact]
    public async Task An_administrator_ends_it()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(30);
        Assert.True(proxy.Dialogs.TerminateByCallId(call.CallId, "MI Termination"));
        proxy.Run(1);
        Explained(proxy, call, "Answered by 10.0.2.1:5060 after 0.0 s, lasted 30 s, ended by Parley: an administrator ended it.");
    }

    [Fact]
    public async Task A_limit_refuses_it()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync(dialogs: static o => o.ProfilesWithValue.Add("caller"));
        proxy.Dialogs.FindProfile("caller")!.Limit = 1;
        proxy.Bob.OnInvite = static call => call.Answer();
        proxy.Refuses = static (context, dialog) =>
        {
            if (dialog!.Profiles.Set("caller", "alice"))
                return false;
            context.Reply(503);
            return true;
        };
        proxy.Call();
        proxy.Run(1);
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Explained(proxy, call, "Refused by Parley with 503 Service Unavailable: the limit 1 of caller=alice is reached.", CallMarks.Limit);
    }

    [Fact]
    public async Task An_unknown_user()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Refuses = static (context, _) =>
        {
            context.Cause = "nobody has registered as this user";
            context.Reply(404, "No such user");
            return true;
        };
        ScriptedCall call = proxy.Call("dave");
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, "Refused by Parley with 404 No such user: nobody has registered as this user.");
        RecordedStep step = Assert.Single(recorded.Entries.OfType<RecordedStep>(), static s => s.Step == "reply");
        Assert.Equal("RFC 3261 21.4.5", step.Rfc);
    }

    [Fact]
    public async Task A_wrong_password()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call =>
            call.Reject(407, static reply => reply.Set("Proxy-Authenticate", "Digest realm=\"bob\", nonce=\"1\""));
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        for (int attempt = 2; attempt < 5; attempt++)
        {
            string cseq = $"{attempt} INVITE";
            proxy.Call(alter: message =>
                message
                    .Set("Call-ID", call.CallId)
                    .Set("From", $"<sip:alice@10.0.1.1>;tag={call.LocalTag}")
                    .Set("CSeq", cseq)
                    .Set(
                        "Proxy-Authorization",
                        "Digest username=\"alice\", realm=\"bob\", nonce=\"1\", uri=\"sip:bob\", response=\"5ec4e7\""
                    )
            );
            proxy.Run(1);
        }

        RecordedCall recorded = Explained(
            proxy,
            call,
            "Refused: 10.0.2.1:5060 did not accept the caller's password (407 Proxy Authentication Required, 3 attempts).",
            CallMarks.BadPassword
        );
        Assert.DoesNotContain(recorded.Entries.OfType<RecordedMessage>(), static m => m.Text.Contains("5ec4e7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_CSeq_below_the_last_one()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.SendRequest("INFO", static message => message.Set("CSeq", "50 INFO"));
        proxy.Run(1);
        call.SendRequest("INFO", static message => message.Set("CSeq", "7 INFO"));
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.WrongCSeq);
        Assert.Contains(
            recorded.Entries.OfType<RecordedStep>(),
            static s =>
                s is { Step: "reply", Rfc: "RFC 3261 12.2.2", Text: "Parley answers 500: its CSeq is below the last one of its sender" }
        );
    }

    [Fact]
    public async Task A_BYE_without_the_dialogs_id()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.SendRequest("BYE", static message => message.Set("Route", "<sip:10.0.0.1;lr>"));
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.FallbackMatching);
        Assert.Contains("ended by the caller", recorded.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<sip:bob@0.0.0.0>")]
    [InlineData("<mailto:bob@example.com>")]
    [InlineData(null)]
    public async Task A_Contact_that_cannot_be_called(string? contact)
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = call =>
            call.Answer(alter: reply =>
            {
                reply.Remove("Contact");
                if (contact is not null)
                    reply.Add("Contact", contact);
            });
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Assert.Contains(CallMarks.UnroutableContact, Explained(proxy, call, null).Abnormal);
    }

    [Fact]
    public async Task Both_sides_change_the_session()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Answer();
        proxy.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(491);
        };
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.ReInvite();
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.Glare);
        Assert.Equal(200, recorded.Status); // of the call, not of the re-INVITE
        Assert.Null(recorded.Ended);
    }

    [Fact]
    public async Task The_next_target_answers()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Carol.OnInvite = static call => call.Reject(503);
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call("carol-bob");
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.Failover);
        Assert.StartsWith("Answered by 10.0.2.1:5060", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_targets_are_out_of_service()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Carol.OnInvite = static call => call.Reject(503);
        proxy.Bob.OnInvite = static call => call.Reject(503);
        ScriptedCall call = proxy.Call("carol-bob");
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.Failover);
        Assert.StartsWith("Out of service: 10.0.2.", recorded.Line, StringComparison.Ordinal);
        Assert.Contains("the caller got 500", recorded.Line, StringComparison.Ordinal);
        Assert.Contains("(2 targets were tried)", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callee_that_repeats_itself()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call =>
        {
            for (int i = 0; i < 20; i++)
                call.Ring();
        };
        ScriptedCall call = proxy.Call();
        proxy.Run(2);
        RecordedCall recorded = Explained(
            proxy,
            call,
            "Under way: it rings at 10.0.2.1:5060. Abnormal: a message came again and again.",
            CallMarks.RetransmissionStorm
        );
        Assert.Equal(
            19,
            recorded.Entries.OfType<RecordedMessage>().Count(static m => m is { IsInbound: true, Status: 180, IsRetransmission: true })
        );
    }

    [Fact]
    public async Task A_response_that_cannot_be_read()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Ring(alter: static reply => reply.Set("CSeq", "many INVITE"));
        ScriptedCall call = proxy.Call();
        call.CancelAfter(TimeSpan.FromSeconds(50));
        proxy.Run(2);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.Malformed);
        Assert.Contains(
            recorded.Entries.OfType<RecordedStep>(),
            static s => s.Text.StartsWith("The 180 response", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Max_Forwards_is_used_up()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        ScriptedCall call = proxy.Call(alter: static message => message.Set("Max-Forwards", "0"));
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.MaxForwards);
        Assert.StartsWith("Refused by Parley with 483 Too Many Hops: it fails the rule", recorded.Line, StringComparison.Ordinal);
        Assert.Contains(recorded.Entries.OfType<RecordedStep>(), static s => s is { Step: "reply", Rfc: "RFC 3261 16.3 step 3" });
    }

    [Fact]
    public async Task A_BYE_of_no_call()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Alice.SendRequest(
            "BYE",
            "sip:bob@10.0.0.1",
            static message => message.Set("To", "<sip:bob@10.0.0.1>;tag=x").Set("Call-ID", "stray")
        );
        proxy.Run(1);
        RecordedCall recorded = proxy.Recorded("stray");
        output.WriteLine(recorded.Line);
        Assert.StartsWith(
            "BYE: refused by Parley with 481 Call/Transaction Does Not Exist: no call here has",
            recorded.Line,
            StringComparison.Ordinal
        );
        Assert.Equal([CallMarks.Unmatched], recorded.Abnormal);
    }

    [Fact]
    public async Task A_side_that_answers_no_ping()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync(dialogs: static o =>
        {
            o.OptionsPingInterval = TimeSpan.FromSeconds(30);
            o.PingOnlyKnownToAnswer = false;
        });
        proxy.Flags = DialogFlags.OptionsPingCallee | DialogFlags.ByeOnTimeout;
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(5);
        proxy.Network.Cut(proxy.Network.Hosts[0], proxy.Network.Hosts[2]);
        proxy.Run(200);
        RecordedCall recorded = Explained(proxy, call, null);
        Assert.Contains(CallMarks.PingFailed, recorded.Abnormal);
        Assert.Contains("ended by Parley: a side did not answer the pings any more", recorded.Line, StringComparison.Ordinal);
        Assert.Contains(
            recorded.Entries.OfType<RecordedStep>(),
            static s => s is { Step: "ping", Text: "The pings found the callee dead: no answer" }
        );
    }

    [Fact]
    public async Task A_target_that_cannot_be_reached()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.Network.ReportsUnreachable = true;
        ScriptedCall call = proxy.Call("nobody");
        proxy.Run(2);
        RecordedCall recorded = Explained(proxy, call, null, CallMarks.Unreachable);
        Assert.StartsWith("Failed: 10.0.9.9:5060 cannot be reached; the caller got 50", recorded.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_goes_past_the_proxy()
    {
        await using RecordedProxy proxy = await RecordedProxy.StartAsync();
        proxy.IsOnPath = false;
        proxy.Bob.OnInvite = static call => call.Answer();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        RecordedCall recorded = Explained(proxy, call, null);
        Assert.Contains(CallMarks.NoRecordRoute, recorded.Abnormal);
        Assert.Null(recorded.DialogId);
    }

    private RecordedCall Explained(RecordedProxy proxy, ScriptedCall call, string? line, params string[] marks)
    {
        RecordedCall recorded = proxy.Recorded(call.CallId);
        output.WriteLine(recorded.Line);
        foreach (RecordedEntry entry in recorded.Entries)
            output.WriteLine(
                entry is RecordedStep step
                    ? $"  {step.At:ss.fff}  {step.Step}: {step.Text} [{step.Rfc}] {step.Abnormal}"
                    : $"  {entry.At:ss.fff} {((RecordedMessage)entry).From} > {((RecordedMessage)entry).To} {((RecordedMessage)entry).Text.Split("\r\n")[0]}"
            );
        if (line is not null)
        {
            Assert.StartsWith(line.TrimEnd('.'), recorded.Line, StringComparison.Ordinal);
            Assert.Equal(marks.Where(static m => m.Length > 0).Order(), recorded.Abnormal.Order());
        }

        foreach (string mark in marks.Where(static m => m.Length > 0))
            Assert.Contains(mark, recorded.Abnormal);
        RecordedCallSummary summary = Assert.Single(proxy.Calls.Find(new RecordedCallQuery { CallId = call.CallId, AllMethods = true }));
        Assert.Equal(recorded.Line, summary.Line);
        Assert.Equal(recorded.Abnormal, summary.Abnormal);
        Assert.Equal(recorded.Abnormal.Count > 0, proxy.Calls.Abnormal().ContainsKey(call.CallId));
        return recorded;
    }
}
