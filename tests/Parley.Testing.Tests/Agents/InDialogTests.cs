using Xunit;
using static Parley.Testing.Tests.Agents.TwoAgents;

namespace Parley.Testing.Tests.Agents;

public class InDialogTests
{
    private readonly TwoAgents _two = new();

    private ScriptedCall Up()
    {
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Run(1);
        Assert.Equal(CallState.Established, _two.BobCall.State);
        return call;
    }

    [Fact]
    public void Requests_within_the_dialog_are_answered_in_both_directions()
    {
        ScriptedCall call = Up();
        foreach (string method in (string[])["UPDATE", "INFO", "OPTIONS", "MESSAGE", "NOTIFY", "SUBSCRIBE"])
        {
            SentRequest there = call.SendRequest(method);
            _two.Run(0.1);
            SentRequest back = _two.BobCall.SendRequest(method);
            _two.Run(0.1);
            Assert.Equal((200, 200), (there.Status, back.Status));
        }
        SentRequest refer = call.Refer("sip:carol@10.0.0.3");
        SentRequest strange = call.SendRequest("FROBNICATE");
        _two.Run(0.1);
        Assert.Equal((202, 501), (refer.Status, strange.Status));
        Assert.Equal("<sip:carol@10.0.0.3>", _two.BobCall.Requests.Single(r => r.Method == "REFER").Header("Refer-To"));
        call.Bye();
        _two.SettleWithoutAnomalies();
    }

    [Fact]
    public void A_reINVITE_is_answered_acknowledged_and_refreshes_the_target()
    {
        ScriptedCall call = Up();
        _two.Alice.Contact = "sip:alice-new@10.0.0.1:5060";
        SentRequest sent = call.ReInvite();
        _two.Run(1);
        Assert.Equal(200, sent.Status);
        Assert.Equal("sip:alice-new@10.0.0.1:5060", _two.BobCall.Dialog!.RemoteTarget);
        Assert.Equal(2, _two.Recorder.Count("ACK"));
        Assert.Equal(2, _two.Recorder.Count("200 INVITE"));
        _two.BobCall.Bye();
        _two.SettleWithoutAnomalies();
    }

    [Fact]
    public void ReINVITEs_that_cross_are_refused_with_491_and_tried_again()
    {
        ScriptedCall call = Up();
        SentRequest one = call.ReInvite();
        SentRequest other = _two.BobCall.ReInvite();
        _two.Run(1);
        Assert.Equal((491, 491), (one.Status, other.Status));
        _two.Run(9);
        Assert.Equal(5, _two.Recorder.Count("INVITE"));
        Assert.Equal(3, _two.Recorder.Count("200 INVITE"));
        call.Bye();
        _two.SettleWithoutAnomalies();
    }

    [Fact]
    public void A_reliable_provisional_response_is_repeated_until_its_PRACK_and_the_answer_waits_for_that()
    {
        _two.Network.Interceptor = packet => packet.Is("PRACK") && _two.Clock.Elapsed < Seconds(2) ? PacketFate.Drop : PacketFate.Pass;
        _two.Bob.OnInvite = call =>
        {
            call.Ring(183, reliable: true);
            call.Ring(180, reliable: true);
            call.Answer();
        };
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Run(1.9);
        Assert.Equal(CallState.Ringing, call.State);
        Assert.Equal(0, _two.Recorder.Count("200 INVITE"));
        Assert.Equal(3, _two.Recorder.Count("183"));
        _two.Run(10);
        Assert.Equal(CallState.Established, call.State);
        Assert.Equal(2, _two.Recorder.Count("200 PRACK"));
        Assert.True(_two.Recorder.Count("180") >= 1);
        call.Bye();
        _two.SettleWithoutAnomalies();
    }

    [Fact]
    public void Without_any_PRACK_the_call_fails()
    {
        _two.Network.Interceptor = packet => packet.Is("PRACK") ? PacketFate.Drop : PacketFate.Pass;
        _two.Bob.OnInvite = call => call.Ring(183, reliable: true);
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Settle();
        Assert.Equal((CallEnd.Rejected, 504), (call.End, call.Status));
        Assert.Equal(AnomalyKind.MissingPrack, Assert.Single(_two.Bob.Anomalies).Kind);
    }

    [Fact]
    public void A_script_can_refuse_hold_and_answer_later()
    {
        IncomingRequest? held = null;
        _two.Bob.OnRequest = request =>
        {
            if (request.Method == "BYE")
                request.Respond(407, r => r.Add("Proxy-Authenticate", "Digest realm=\"x\", nonce=\"y\""));
            if (request.Method == "INFO")
                (held = request).Hold();
        };
        ScriptedCall call = Up();
        SentRequest info = call.SendRequest("INFO");
        _two.Run(1);
        Assert.False(info.IsDone);
        held!.Respond(200);
        _two.Run(2);
        Assert.Equal(200, info.Status);
        call.Bye();
        _two.Run(1);
        Assert.Equal(CallEnd.LocalBye, call.End);
        Assert.Equal(1, _two.Recorder.Count("407 BYE"));
        Assert.Equal(CallState.Established, _two.BobCall.State);
        _two.BobCall.Bye();
        _two.Settle();
    }

    [Fact]
    public void A_request_whose_CSeq_is_old_is_refused_and_noticed()
    {
        ScriptedCall call = Up();
        SentRequest sent = call.SendRequest("INFO", request => request.Set("CSeq", "0 INFO"));
        _two.Run(1);
        Assert.Equal(500, sent.Status);
        Assert.Equal(AnomalyKind.OutOfOrder, Assert.Single(_two.Bob.Anomalies).Kind);
    }

    [Fact]
    public void Requests_and_messages_that_belong_to_nothing_are_noticed()
    {
        ScriptedCall call = Up();
        ScriptedDialog dialog = call.Dialog!;
        SentRequest sent = _two.Alice.SendRequest("INFO", _two.BobUri, request => request.Set("To", $"<{_two.BobUri}>;tag=wrong"));
        _two.Alice.SendRaw(
            $"ACK {_two.BobUri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKq\r\nFrom: <sip:a@b>;tag={dialog.LocalTag}\r\nTo: <sip:b@b>;tag={dialog.RemoteTag}\r\n"
                + $"Call-ID: {call.CallId}\r\nCSeq: 77777 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            _two.BobUri
        );
        _two.Alice.SendRaw(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKr\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
            _two.BobUri
        );
        _two.Run(1);
        Assert.Equal(481, sent.Status);
        Assert.Equal(
            [AnomalyKind.UnknownDialog, AnomalyKind.UnexpectedAck, AnomalyKind.StrayResponse],
            _two.Bob.Anomalies.Select(a => a.Kind)
        );
    }

    [Fact]
    public void A_dialog_that_the_far_side_forgot_ends_at_481()
    {
        ScriptedCall call = Up();
        _two.Bob.OnRequest = request => request.Respond(481);
        call.SendRequest("UPDATE");
        _two.Run(1);
        Assert.Equal(CallEnd.Failed, call.End);
    }

    [Fact]
    public void Routes_are_followed_loose_and_strict()
    {
        var routed = new List<OutgoingMessage>();
        _two.Alice.OnSending = message =>
        {
            if (message.Method is not ("INFO" or "OPTIONS"))
                return;
            routed.Add(message);
            message.Target = new(Transport.SipProtocol.Udp, _two.BobHost.Listeners[0].Local);
        };
        _two.Bob.OnSending = message =>
        {
            if (message is { StatusCode: 200, Method: "INVITE" })
                message.Add("Record-Route", "<sip:10.0.0.8;lr>, <sip:10.0.0.9;lr>");
        };
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Run(0.1);
        call.SendRequest("INFO");
        Assert.Equal("sip:bob@10.0.0.2:5060", routed[0].RequestUri);
        Assert.Equal(["<sip:10.0.0.9;lr>", "<sip:10.0.0.8;lr>"], routed[0].All("Route"));
        call.Dialog!.RouteSet = ["<sip:10.0.0.9>", "<sip:10.0.0.8;lr>"];
        call.SendRequest("OPTIONS");
        Assert.Equal("sip:10.0.0.9", routed[1].RequestUri);
        Assert.Equal(["<sip:10.0.0.8;lr>", "<sip:bob@10.0.0.2:5060>"], routed[1].All("Route"));
        _two.Run(1);
        Assert.Equal((1, 1), (_two.Recorder.Count("200 INFO"), _two.Recorder.Count("200 OPTIONS")));
    }

    [Fact]
    public void Requests_outside_of_dialogs_are_answered_and_an_outbound_proxy_gets_them()
    {
        SentRequest options = _two.Alice.SendRequest("OPTIONS", _two.BobUri);
        _two.Alice.OutboundProxy = "sip:10.0.0.2:5060;lr";
        SentRequest register = _two.Alice.Register("sip:example.com", 60);
        _two.Run(1);
        Assert.Equal((200, 200), (options.Status, register.Status));
        Assert.Equal("<sip:10.0.0.2:5060;lr>", register.Message["Route"]);
        Assert.Equal("<sip:alice@10.0.0.1:5060>", register.Final!.Header("Contact"));
        _two.Alice.OutboundProxy = "sip:10.0.0.2:5060";
        SentRequest message = _two.Alice.SendRequest("MESSAGE", "sip:bob@example.com", r => r.Body = "hello");
        _two.Run(1);
        Assert.Equal(200, message.Status);
        Assert.Null(message.Message["Route"]);
    }

    [Fact]
    public void A_merged_request_is_refused_with_482()
    {
        ScriptedCall call = Up();
        string invite = _two.Recorder.Find("INVITE").First().Text;
        _two.Alice.SendRaw(invite.Replace("branch=z9hG4bK", "branch=z9hG4bKother", StringComparison.Ordinal), _two.BobUri);
        _two.Run(1);
        Assert.Equal(AnomalyKind.Merged, Assert.Single(_two.Bob.Anomalies).Kind);
        Assert.True(_two.Recorder.Count("482 INVITE") >= 1);
        call.Bye();
    }
}
