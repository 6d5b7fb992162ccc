using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Termination;

public class TerminationTests
{
    private const string Proxy = "10.0.0.1",
        AliceHost = "10.0.1.1",
        BobHost = "10.0.2.1";

    [Fact]
    public void A_confirmed_call_gets_a_BYE_both_ways_and_ends_once()
    {
        using CallBench bench = Up(out ScriptedCall call);
        Assert.True(bench.Dialogs.Terminate(bench.Dialog.Id.Entry, bench.Dialog.Id.Id, "no credit"));
        Assert.True(bench.Dialog.Terminate("another reason")); // not over yet; nothing more happens
        bench.Run(100);

        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, bench.Bob.Calls[0].End));
        Assert.Equal((1, 1), Byes(bench));
        Assert.Equal("Terminated, Destroy", bench.Story);
        Assert.Equal("no credit", bench.Dialog.TerminationReason);
        Assert.Empty(bench.Alice.Anomalies);
        Assert.Empty(bench.Bob.Anomalies);
        Assert.Equal(0, bench.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void Each_BYE_is_a_request_of_the_other_party_with_the_headers_given_and_no_contact()
    {
        using var bench = new CallBench(options => options.ExtraHeaderLines = "X-Node: one\r\n");
        bench.Call();
        bench.Run(1);
        bench.Dialog.Terminate("x", "Reason: SIP;cause=200\r\n");
        bench.Run(1);
        RecordedMessage toBob = bench.Recorder.Find("BYE", to: BobHost).Single(),
            toAlice = bench.Recorder.Find("BYE", to: AliceHost).Single();
        RecordedMessage invite = bench.Recorder.Find("INVITE", to: BobHost).First(),
            answer = bench.Recorder.Find("200 INVITE", to: AliceHost).First();
        Assert.Equal(invite.Header("From"), toBob.Header("From"));
        Assert.Equal(answer.Header("To"), toBob.Header("To"));
        Assert.Equal(toBob.Header("To"), toAlice.Header("From"));
        Assert.Equal(toBob.Header("From"), toAlice.Header("To"));
        Assert.Equal(bench.Dialog.Callee!.Contact, Text(toBob.Message!.RequestUri));
        Assert.Equal(bench.Dialog.Caller.Contact, Text(toAlice.Message!.RequestUri));
        Assert.Equal(invite.Message!.CSeqNumber + 1, toBob.Message.CSeqNumber);
        foreach (RecordedMessage bye in new[] { toBob, toAlice })
        {
            Assert.Equal("one", bye.Header("X-Node"));
            Assert.Equal("SIP;cause=200", bye.Header("Reason"));
            Assert.Null(bye.Header("Contact"));
        }
    }

    [Theory]
    [InlineData("X: y")]
    [InlineData("Route: <sip:x>\r\n")]
    [InlineData("\r\nBYE sip:x SIP/2.0\r\n")]
    public void Malformed_header_lines_are_refused_and_end_nothing(string lines)
    {
        using CallBench bench = Up(out _);
        Assert.Equal("headerLines", Assert.Throws<ArgumentException>(() => bench.Dialog.Terminate("x", lines)).ParamName);
        Assert.Throws<ArgumentException>(() => new CallBench(options => options.ExtraHeaderLines = lines));
        bench.Run(10);
        Assert.Null(bench.Dialog.TerminationReason);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Theory]
    [InlineData(";lr")]
    [InlineData("")]
    public void The_route_set_is_followed_loose_or_strict(string lr)
    {
        using var bench = new CallBench();
        bench.Network.AddHost("10.0.9.1");
        bench.Network.AddHost("10.0.9.2");
        bench.Alice.OnSending = m =>
        {
            if (m.Method == "INVITE")
                m.Add("Record-Route", $"<sip:10.0.9.1{lr}>, <sip:10.0.9.2;lr>");
        };
        bench.Call();
        bench.Run(1);
        bench.Dialog.Terminate();
        bench.Run(33); // nobody at the routes brings the ACK
        RecordedMessage bye = bench.Recorder.Find("BYE", from: Proxy).First(m => m.To != BobHost);
        Assert.Equal("10.0.9.1", bye.To);
        string contact = bench.Dialog.Caller.Contact;
        Assert.Equal(lr.Length > 0 ? contact : "sip:10.0.9.1", Text(bye.Message!.RequestUri));
        string[] routes = lr.Length > 0 ? ["sip:10.0.9.1;lr", "sip:10.0.9.2;lr"] : ["sip:10.0.9.2;lr", contact];
        var sent = new List<string>();
        foreach (NameAddrView route in bye.Message.Routes)
            sent.Add(Text(route.UriText));
        Assert.Equal(routes, sent);
    }

    [Fact]
    public void Over_TCP_the_callers_BYE_takes_its_connection()
    {
        using var bench = new CallBench();
        bench.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        bench.Alice.OnSending = static m =>
        {
            if (m.Method == "INVITE")
                m["Contact"] = "<sip:alice@192.168.7.7;transport=tcp>";
        }; // not to be reached from here
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Dialog.Terminate();
        bench.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Fact]
    public void Towards_a_caller_whose_ACK_is_missing_the_BYE_waits_for_it()
    {
        using var bench = new CallBench();
        bool lose = true;
        bench.Network.Interceptor = packet => lose && packet.Label == "ACK" ? PacketFate.Drop : PacketFate.Pass;
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Assert.Equal(DialogState.ConfirmedNoAck, bench.Dialog.State);
        bench.Dialog.Terminate("now");
        bench.Run(2);
        Assert.Equal((0, 1), Byes(bench));
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        call.SendRequest("INFO"); // of a dialog that is over, and no ACK
        bench.Run(1);
        Assert.Equal((0, 1), Byes(bench));
        lose = false;
        bench.Alice.SendRaw(Ack(bench), "sip:10.0.0.1:5060");
        bench.Run(1);
        Assert.Equal((1, 1), Byes(bench));
        bench.Run(100);
        Assert.Equal((1, 1), Byes(bench));
        Assert.Equal(1, bench.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_an_ACK_the_callers_BYE_goes_when_the_INVITEs_transaction_is_over()
    {
        using var bench = new CallBench();
        bench.Network.Interceptor = static packet => packet.Label == "ACK" ? PacketFate.Drop : PacketFate.Pass;
        bench.Call();
        bench.Run(1);
        bench.Dialog.Terminate("now");
        bench.Run(30);
        Assert.Equal((0, 1), Byes(bench));
        bench.Run(2);
        Assert.Equal((1, 1), Byes(bench));
    }

    [Fact]
    public void A_call_that_the_caller_hangs_up_meanwhile_gets_no_held_BYE()
    {
        using var bench = new CallBench();
        bench.Network.Interceptor = static packet => packet.Label == "ACK" ? PacketFate.Drop : PacketFate.Pass;
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Dialog.Terminate("now");
        call.Bye();
        bench.Run(100);
        Assert.Equal((0, 1), Byes(bench, own: true));
    }

    [Fact]
    public void An_early_call_that_is_answered_while_its_CANCEL_is_on_the_way_gets_BYEs()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.IgnoresCancel = true;
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Assert.True(bench.Dialog.Terminate("no credit", "X-Why: money\r\n"));
        bench.Run(100);
        Assert.True(bench.Bob.Calls[0].IsCancelReceived);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal((1, 1), Byes(bench));
        Assert.All(bench.Recorder.Find("BYE", from: Proxy), static m => Assert.Equal("money", m.Header("X-Why")));
        Assert.Equal("no credit", bench.Dialog.TerminationReason);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Empty(bench.Alice.Anomalies);
    }

    [Fact]
    public void Nothing_is_ended_that_is_not_there()
    {
        using CallBench bench = Up(out ScriptedCall call);
        Assert.False(bench.Dialogs.Terminate(bench.Dialog.Id.Entry, bench.Dialog.Id.Id + 1));
        Assert.False(bench.Dialogs.TerminateByDid("no.did"));
        Assert.False(bench.Dialogs.TerminateByCallId("nobody"));
        call.Bye();
        bench.Run(1);
        Assert.False(bench.Dialogs.TerminateByCallId(call.CallId, "late"));
        Assert.Equal("Downstream BYE", bench.Dialog.TerminationReason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_call_is_ended_by_its_ids(int by)
    {
        using CallBench bench = Up(out ScriptedCall call);
        Assert.True(
            by switch
            {
                0 => bench.Dialogs.TerminateByDid(bench.Dialog.Id.ToString(), "x"),
                1 => bench.Dialogs.TerminateByCallId(call.CallId, "x"),
                _ => bench.Dialogs.Terminate(bench.Dialog.Id.Entry, bench.Dialog.Id.Id, "x"),
            }
        );
        bench.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_ends_a_call_leaves_at_once_from_a_thread_without_a_receive_loop(bool isAnswered)
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Ring();
            if (isAnswered)
                call.Answer();
        };
        bench.Call();
        bench.Run(1);
        Parley.Testing.SimulatedTransport proxy = bench.Network.Hosts.First(static h => h.Name == "10.0.0.1");
        proxy.Flush();
        bench.Recorder.Clear();
        Assert.True(bench.Dialog.Terminate());
        Assert.Equal(0, proxy.Unflushed);
        bench.Run(0.1);
        Assert.NotEmpty(bench.Recorder.Find(isAnswered ? "BYE" : "CANCEL"));
    }

    [Theory]
    [InlineData("Created", 487)]
    [InlineData("Early", 487)]
    [InlineData("Confirmed", 200)]
    [InlineData("RequestWithin", 200)]
    public void A_handler_ends_the_call_from_within_its_callback(string when, int status)
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        bench.OnCallback = (dialog, type, _) =>
        {
            if (type.ToString() == when)
                Assert.True(dialog.Terminate("from " + when));
        };
        ScriptedCall call = bench.Call();
        bench.Run(100);
        Assert.Equal(status, call.Status);
        Assert.True(call.IsOver);
        Assert.All(bench.Bob.Calls, static c => Assert.True(c.IsOver));
        Assert.Equal("from " + when, bench.Dialog.TerminationReason);
        Assert.Equal(
            1,
            bench.Events.Count(static e =>
                e.StartsWith("Terminated", StringComparison.Ordinal) || e.StartsWith("Failed", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public void A_call_is_ended_in_the_main_route_before_it_is_relayed()
    {
        CallBench? made = null;
        using CallBench bench = made = new(route: Route);
        bench.Bob.OnInvite = static call => call.Ring();
        ScriptedCall call = bench.Call();
        bench.Run(100);
        Assert.Equal(487, call.Status);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal("at once", bench.Dialog.TerminationReason);

        async ValueTask Route(SipContext context)
        {
            context.CreateDialog();
            context.RecordRoute();
            Assert.True(context.Dialog!.Terminate("at once"));
            await Task.Yield();
            await made!.Forward(context);
        }
    }

    [Fact]
    public async Task A_call_is_ended_by_many_threads_once()
    {
        using CallBench bench = Up(out _);
        bool[] ended = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => bench.Dialog.Terminate("x"))));
        Assert.All(ended, Assert.True);
        bench.Run(100);
        Assert.Equal((1, 1), Byes(bench));
        Assert.Equal("Terminated, Destroy", bench.Story);
    }

    [Fact]
    public void With_bye_on_timeout_the_BYEs_go_when_the_lifetime_is_over()
    {
        using var bench = new CallBench(options => options.DefaultTimeout = TimeSpan.FromSeconds(20), DialogFlags.ByeOnTimeout);
        ScriptedCall call = bench.Call();
        bench.Run(19);
        Assert.Equal((0, 0), Byes(bench));
        bench.Run(2);
        Assert.Equal((1, 1), Byes(bench));
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal("Lifetime Timeout", bench.Dialog.TerminationReason);
    }

    [Fact]
    public void Ending_all_of_a_profile_gives_each_its_own_result()
    {
        using var bench = new CallBench(static options => options.ProfilesWithValue.Add("caller"));
        bench.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("caller", "alice");
        };
        ScriptedCall[] calls = [bench.Call(), bench.Call("carol"), bench.Call("dave")];
        bench.Run(1);
        IReadOnlyList<DialogEnding> endings = bench.Dialogs.FindProfile("caller")!.EndAll("alice", "all of them");
        Assert.Equal(3, endings.Count);
        Assert.All(endings, static e => Assert.True(e.Ended && e.Failure is null));
        bench.Run(1);
        Assert.All(calls, static c => Assert.Equal(CallEnd.RemoteBye, c.End));
        Assert.Equal(0, bench.Dialogs.FindProfile("caller")!.Size());
        Assert.All(bench.All, static d => Assert.Equal("all of them", d.TerminationReason));
    }

    private static CallBench Up(out ScriptedCall call)
    {
        var bench = new CallBench();
        call = bench.Call();
        bench.Run(1);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Events.Clear();
        return bench;
    }

    /// <summary>Different BYEs that left the proxy to the caller and the callee.</summary>
    private static (int ToCaller, int ToCallee) Byes(CallBench bench, bool own = false)
    {
        int Count(string to) =>
            bench
                .Recorder.Find("BYE", Proxy, to)
                .Where(m => !own || m.Text.Split("\r\nVia:").Length == 2)
                .DistinctBy(static m => m.Header("Via"))
                .Count();
        return (Count(AliceHost), Count(BobHost));
    }

    private static string Ack(CallBench bench) => bench.Recorder.Find("ACK", from: AliceHost).First().Text;

    private static string Text(ReadOnlySpan<byte> text) => System.Text.Encoding.ASCII.GetString(text);
}
