using Parley.Testing.Tests.Agents;
using Parley.Transport;
using Xunit;
using static Parley.Testing.Tests.Agents.TwoAgents;

namespace Parley.Testing.Tests.Recording;

public class RecorderTests
{
    [Fact]
    public void A_call_is_drawn_as_a_ladder()
    {
        var two = new TwoAgents();
        bool lost = false;
        two.Network.Interceptor = packet =>
        {
            if (lost || !packet.Is("200 INVITE"))
                return PacketFate.Pass;
            lost = true;
            return PacketFate.Drop;
        };
        two.Bob.OnInvite = call =>
        {
            call.Ring();
            call.AnswerAfter(Seconds(1));
        };
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        call.OnEstablished = c => c.ByeAfter(Seconds(2));
        two.SettleWithoutAnomalies();
        two.Alice.SendRequest("OPTIONS", "sip:10.0.0.77");
        Assert.Equal(
            """
                      alice                     bob
                0.000 |---------INVITE--------->|
                0.001 |<-180 Ringing (INVITE)---|
                1.001 |x----200 OK (INVITE)-----|
                1.501 |<----200 OK (INVITE)-----|
                1.502 |-----------ACK---------->|
                3.502 |-----------BYE---------->|
                3.503 |<-----200 OK (BYE)-------|

            """,
            two.Recorder.Ladder(call.CallId)
        );
        Assert.EndsWith(" |----------------------OPTIONS---------------------x|\n", two.Recorder.Ladder(), StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_can_be_counted_and_found()
    {
        var two = new TwoAgents();
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        two.Run(1);
        call.Bye();
        two.SettleWithoutAnomalies();
        Recorder recorder = two.Recorder;
        Assert.Equal(
            (1, 0, 2, 1),
            (
                recorder.Count("INVITE", from: "alice"),
                recorder.Count("INVITE", from: "bob"),
                recorder.Count("200"),
                recorder.Count("200 BYE", to: "alice")
            )
        );
        Assert.Equal(["INVITE", "ACK", "BYE"], recorder.SentBy("alice").Select(m => m.Label));
        Assert.Equal(["180 INVITE", "200 INVITE", "200 BYE"], recorder.ReceivedBy("alice").Select(m => m.Label));
        RecordedMessage invite = recorder.Find("INVITE").Single();
        Assert.Equal((true, "INVITE", 0, call.CallId), (invite.IsRequest, invite.Method, invite.StatusCode, invite.CallId));
        Assert.Equal("application/sdp", invite.Header("Content-Type"));
        Assert.StartsWith("INVITE sip:bob@10.0.0.2 SIP/2.0\r\n", invite.Text, StringComparison.Ordinal);
        Assert.Equal("10.0.0.2:5060", invite.Destination.ToString());
        Assert.Equal(6, recorder.OfCall(call.CallId).Count());
        Assert.Empty(recorder.OfCall("another"));
        recorder.Clear();
        Assert.Equal("(no messages)\n", recorder.Ladder());
    }

    [Fact]
    public void As_a_tap_it_sees_what_one_transport_receives_and_sends()
    {
        var two = new TwoAgents();
        var tap = new Recorder(two.Clock);
        tap.Name(two.BobHost.Listener(SipProtocol.Udp).Local, "bob");
        two.BobHost.Tap = tap;
        two.Alice.Invite(two.BobUri);
        two.Run(0.1);
        Assert.Equal(
            [
                "0.001 10.0.0.1:5060 > bob INVITE",
                "0.001 bob > 10.0.0.1:5060 180 INVITE",
                "0.001 bob > 10.0.0.1:5060 200 INVITE",
                "0.003 10.0.0.1:5060 > bob ACK",
            ],
            tap.Messages.Select(m => m.ToString())
        );
    }
}
