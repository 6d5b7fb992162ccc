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
        using CallFixture fixture = Up(out ScriptedCall call);
        Assert.True(fixture.Dialogs.Terminate(fixture.Dialog.Id.Entry, fixture.Dialog.Id.Id, "no credit"));
        Assert.True(fixture.Dialog.Terminate("another reason")); // not over yet; nothing more happens
        fixture.Run(100);

        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, fixture.Bob.Calls[0].End));
        Assert.Equal((1, 1), Byes(fixture));
        Assert.Equal("Terminated, Destroy", fixture.Story);
        Assert.Equal("no credit", fixture.Dialog.TerminationReason);
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Empty(fixture.Bob.Anomalies);
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void Each_BYE_is_a_request_of_the_other_party_with_the_headers_given_and_no_contact()
    {
        using var fixture = new CallFixture(options => options.ExtraHeaderLines = "X-Node: one\r\n");
        fixture.Call();
        fixture.Run(1);
        fixture.Dialog.Terminate("x", "Reason: SIP;cause=200\r\n");
        fixture.Run(1);
        RecordedMessage toBob = fixture.Recorder.Find("BYE", to: BobHost).Single(),
            toAlice = fixture.Recorder.Find("BYE", to: AliceHost).Single();
        RecordedMessage invite = fixture.Recorder.Find("INVITE", to: BobHost).First(),
            answer = fixture.Recorder.Find("200 INVITE", to: AliceHost).First();
        Assert.Equal(invite.Header("From"), toBob.Header("From"));
        Assert.Equal(answer.Header("To"), toBob.Header("To"));
        Assert.Equal(toBob.Header("To"), toAlice.Header("From"));
        Assert.Equal(toBob.Header("From"), toAlice.Header("To"));
        Assert.Equal(fixture.Dialog.Callee!.Contact, Text(toBob.Message!.RequestUri));
        Assert.Equal(fixture.Dialog.Caller.Contact, Text(toAlice.Message!.RequestUri));
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
        using CallFixture fixture = Up(out _);
        Assert.Equal("headerLines", Assert.Throws<ArgumentException>(() => fixture.Dialog.Terminate("x", lines)).ParamName);
        Assert.Throws<ArgumentException>(() => new CallFixture(options => options.ExtraHeaderLines = lines));
        fixture.Run(10);
        Assert.Null(fixture.Dialog.TerminationReason);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Theory]
    [InlineData(";lr")]
    [InlineData("")]
    public void The_route_set_is_followed_loose_or_strict(string lr)
    {
        using var fixture = new CallFixture();
        fixture.Network.AddHost("10.0.9.1");
        fixture.Network.AddHost("10.0.9.2");
        fixture.Alice.OnSending = m =>
        {
            if (m.Method == "INVITE")
                m.Add("Record-Route", $"<sip:10.0.9.1{lr}>, <sip:10.0.9.2;lr>");
        };
        fixture.Call();
        fixture.Run(1);
        fixture.Dialog.Terminate();
        fixture.Run(33); // nobody at the routes brings the ACK
        RecordedMessage bye = fixture.Recorder.Find("BYE", from: Proxy).First(m => m.To != BobHost);
        Assert.Equal("10.0.9.1", bye.To);
        string contact = fixture.Dialog.Caller.Contact;
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
        using var fixture = new CallFixture();
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        fixture.Alice.OnSending = static m =>
        {
            if (m.Method == "INVITE")
                m["Contact"] = "<sip:alice@192.168.7.7;transport=tcp>";
        }; // not to be reached from here
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Dialog.Terminate();
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Fact]
    public void Towards_a_caller_whose_ACK_is_missing_the_BYE_waits_for_it()
    {
        using var fixture = new CallFixture();
        bool lose = true;
        fixture.Network.Interceptor = packet => lose && packet.Label == "ACK" ? PacketFate.Drop : PacketFate.Pass;
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Equal(DialogState.ConfirmedNoAck, fixture.Dialog.State);
        fixture.Dialog.Terminate("now");
        fixture.Run(2);
        Assert.Equal((0, 1), Byes(fixture));
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        call.SendRequest("INFO"); // of a dialog that is over, and no ACK
        fixture.Run(1);
        Assert.Equal((0, 1), Byes(fixture));
        lose = false;
        fixture.Alice.SendRaw(Ack(fixture), "sip:10.0.0.1:5060");
        fixture.Run(1);
        Assert.Equal((1, 1), Byes(fixture));
        fixture.Run(100);
        Assert.Equal((1, 1), Byes(fixture));
        Assert.Equal(1, fixture.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_an_ACK_the_callers_BYE_goes_when_the_INVITEs_transaction_is_over()
    {
        using var fixture = new CallFixture();
        fixture.Network.Interceptor = static packet => packet.Label == "ACK" ? PacketFate.Drop : PacketFate.Pass;
        fixture.Call();
        fixture.Run(1);
        fixture.Dialog.Terminate("now");
        fixture.Run(30);
        Assert.Equal((0, 1), Byes(fixture));
        fixture.Run(2);
        Assert.Equal((1, 1), Byes(fixture));
    }

    [Fact]
    public void A_call_that_the_caller_hangs_up_meanwhile_gets_no_held_BYE()
    {
        using var fixture = new CallFixture();
        fixture.Network.Interceptor = static packet => packet.Label == "ACK" ? PacketFate.Drop : PacketFate.Pass;
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Dialog.Terminate("now");
        call.Bye();
        fixture.Run(100);
        Assert.Equal((0, 1), Byes(fixture, own: true));
    }

    [Fact]
    public void An_early_call_that_is_answered_while_its_CANCEL_is_on_the_way_gets_BYEs()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.IgnoresCancel = true;
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.True(fixture.Dialog.Terminate("no credit", "X-Why: money\r\n"));
        fixture.Run(100);
        Assert.True(fixture.Bob.Calls[0].IsCancelReceived);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal((1, 1), Byes(fixture));
        Assert.All(fixture.Recorder.Find("BYE", from: Proxy), static m => Assert.Equal("money", m.Header("X-Why")));
        Assert.Equal("no credit", fixture.Dialog.TerminationReason);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Empty(fixture.Alice.Anomalies);
    }

    [Fact]
    public void Nothing_is_ended_that_is_not_there()
    {
        using CallFixture fixture = Up(out ScriptedCall call);
        Assert.False(fixture.Dialogs.Terminate(fixture.Dialog.Id.Entry, fixture.Dialog.Id.Id + 1));
        Assert.False(fixture.Dialogs.TerminateByDid("no.did"));
        Assert.False(fixture.Dialogs.TerminateByCallId("nobody"));
        call.Bye();
        fixture.Run(1);
        Assert.False(fixture.Dialogs.TerminateByCallId(call.CallId, "late"));
        Assert.Equal("Downstream BYE", fixture.Dialog.TerminationReason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_call_is_ended_by_its_ids(int by)
    {
        using CallFixture fixture = Up(out ScriptedCall call);
        Assert.True(
            by switch
            {
                0 => fixture.Dialogs.TerminateByDid(fixture.Dialog.Id.ToString(), "x"),
                1 => fixture.Dialogs.TerminateByCallId(call.CallId, "x"),
                _ => fixture.Dialogs.Terminate(fixture.Dialog.Id.Entry, fixture.Dialog.Id.Id, "x"),
            }
        );
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_ends_a_call_leaves_at_once_from_a_thread_without_a_receive_loop(bool isAnswered)
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring();
            if (isAnswered)
                call.Answer();
        };
        fixture.Call();
        fixture.Run(1);
        Parley.Testing.SimulatedTransport proxy = fixture.Network.Hosts.First(static h => h.Name == "10.0.0.1");
        proxy.Flush();
        fixture.Recorder.Clear();
        Assert.True(fixture.Dialog.Terminate());
        Assert.Equal(0, proxy.Unflushed);
        fixture.Run(0.1);
        Assert.NotEmpty(fixture.Recorder.Find(isAnswered ? "BYE" : "CANCEL"));
    }

    [Theory]
    [InlineData("Created", 487)]
    [InlineData("Early", 487)]
    [InlineData("Confirmed", 200)]
    [InlineData("RequestWithin", 200)]
    public void A_handler_ends_the_call_from_within_its_callback(string when, int status)
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type.ToString() == when)
                Assert.True(dialog.Terminate("from " + when));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(100);
        Assert.Equal(status, call.Status);
        Assert.True(call.IsOver);
        Assert.All(fixture.Bob.Calls, static c => Assert.True(c.IsOver));
        Assert.Equal("from " + when, fixture.Dialog.TerminationReason);
        Assert.Equal(
            1,
            fixture.Events.Count(static e =>
                e.StartsWith("Terminated", StringComparison.Ordinal) || e.StartsWith("Failed", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public void A_call_is_ended_in_the_main_route_before_it_is_relayed()
    {
        CallFixture? made = null;
        using CallFixture fixture = made = new(route: Route);
        fixture.Bob.OnInvite = static call => call.Ring();
        ScriptedCall call = fixture.Call();
        fixture.Run(100);
        Assert.Equal(487, call.Status);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("at once", fixture.Dialog.TerminationReason);

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
        using CallFixture fixture = Up(out _);
        bool[] ended = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => fixture.Dialog.Terminate("x"))));
        Assert.All(ended, Assert.True);
        fixture.Run(100);
        Assert.Equal((1, 1), Byes(fixture));
        Assert.Equal("Terminated, Destroy", fixture.Story);
    }

    [Fact]
    public void With_bye_on_timeout_the_BYEs_go_when_the_lifetime_is_over()
    {
        using var fixture = new CallFixture(options => options.DefaultTimeout = TimeSpan.FromSeconds(20), DialogFlags.ByeOnTimeout);
        ScriptedCall call = fixture.Call();
        fixture.Run(19);
        Assert.Equal((0, 0), Byes(fixture));
        fixture.Run(2);
        Assert.Equal((1, 1), Byes(fixture));
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal("Lifetime Timeout", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void Ending_all_of_a_profile_gives_each_its_own_result()
    {
        using var fixture = new CallFixture(static options => options.ProfilesWithValue.Add("caller"));
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("caller", "alice");
        };
        ScriptedCall[] calls = [fixture.Call(), fixture.Call("carol"), fixture.Call("dave")];
        fixture.Run(1);
        IReadOnlyList<DialogEnding> endings = fixture.Dialogs.FindProfile("caller")!.EndAll("alice", "all of them");
        Assert.Equal(3, endings.Count);
        Assert.All(endings, static e => Assert.True(e.Ended && e.Failure is null));
        fixture.Run(1);
        Assert.All(calls, static c => Assert.Equal(CallEnd.RemoteBye, c.End));
        Assert.Equal(0, fixture.Dialogs.FindProfile("caller")!.Size());
        Assert.All(fixture.All, static d => Assert.Equal("all of them", d.TerminationReason));
    }

    private static CallFixture Up(out ScriptedCall call)
    {
        var fixture = new CallFixture();
        call = fixture.Call();
        fixture.Run(1);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Events.Clear();
        return fixture;
    }

    /// <summary>Different BYEs that left the proxy to the caller and the callee.</summary>
    private static (int ToCaller, int ToCallee) Byes(CallFixture fixture, bool own = false)
    {
        int Count(string to) =>
            fixture
                .Recorder.Find("BYE", Proxy, to)
                .Where(m => !own || m.Text.Split("\r\nVia:").Length == 2)
                .DistinctBy(static m => m.Header("Via"))
                .Count();
        return (Count(AliceHost), Count(BobHost));
    }

    private static string Ack(CallFixture fixture) => fixture.Recorder.Find("ACK", from: AliceHost).First().Text;

    private static string Text(ReadOnlySpan<byte> text) => System.Text.Encoding.ASCII.GetString(text);
}
