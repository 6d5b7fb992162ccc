using System.Text;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Pings;

public sealed class ReinvitePingTests
{
    private const DialogFlags Both = DialogFlags.ReinvitePingCaller | DialogFlags.ReinvitePingCallee;

    [Fact]
    public void A_ping_repeats_the_session_as_it_is_and_its_2xx_is_acknowledged_by_the_proxy()
    {
        using CallBench bench = Up(Both);
        bench.Recorder.Clear();
        bench.Run(301);
        foreach (
            (ScriptedUserAgent agent, ScriptedUserAgent other, string host) in new[]
            {
                (bench.Alice, bench.Bob, "10.0.1.1"),
                (bench.Bob, bench.Alice, "10.0.2.1"),
            }
        )
        {
            RecordedMessage ping = Assert.Single(bench.Recorder.Find("INVITE", to: host));
            Assert.Equal(other.Sdp, Encoding.ASCII.GetString(ping.Message!.Body));
            Assert.Equal("application/sdp", ping.Header("Content-Type"));
            Assert.Equal($"<{other.Contact}>", ping.Header("Contact"));
            RecordedMessage ack = Assert.Single(bench.Recorder.Find("ACK", to: host));
            Assert.Equal(ping.Message.CSeqNumber, ack.Message!.CSeqNumber);
            Assert.Equal(agent.Contact, Encoding.ASCII.GetString(ack.Message.RequestUri));
            Assert.Empty(agent.Anomalies);
        }

        bench.Run(3600);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.InRange(bench.Recorder.Count("INVITE", to: "10.0.1.1"), 12, 13);
        Assert.Empty(bench.Recorder.Find("OPTIONS"));
    }

    [Fact]
    public void ReINVITE_wins_over_OPTIONS()
    {
        using CallBench bench = Up(DialogFlags.ReinvitePingCallee | DialogFlags.OptionsPingCallee | DialogFlags.OptionsPingCaller);
        bench.Recorder.Clear();
        bench.Run(301);
        Assert.Single(bench.Recorder.Find("INVITE", to: "10.0.2.1"));
        Assert.Empty(bench.Recorder.Find("OPTIONS", to: "10.0.2.1"));
        Assert.NotEmpty(bench.Recorder.Find("OPTIONS", to: "10.0.1.1"));
    }

    [Fact]
    public void A_party_whose_session_is_not_known_is_asked_by_OPTIONS_for_an_offerless_INVITE_would_ask_for_a_new_offer()
    {
        using var bench = new CallBench(null, DialogFlags.ReinvitePingCallee);
        bench.Bob.OnInvite = static call => call.Answer(alter: static answer => answer.Body = "");
        bench.Alice.Invite("sip:bob@10.0.0.1", static invite => invite.Body = "");
        bench.Run(1);
        bench.Recorder.Clear();
        bench.Run(301);
        Assert.Empty(bench.Recorder.Find("INVITE"));
        Assert.Single(bench.Recorder.Find("OPTIONS", to: "10.0.2.1").DistinctBy(static m => m.CSeq));
    }

    [Fact]
    public void Unanswered_reINVITEs_end_the_call_with_their_own_reason()
    {
        using CallBench bench = Up(Both);
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        bench.Run(330);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(330);
        Assert.Equal("ReINVITE Ping Timeout", bench.Dialog.TerminationReason);
    }

    [Theory]
    [InlineData(481, true)]
    [InlineData(491, false)]
    [InlineData(488, false)]
    [InlineData(500, false)]
    public void Only_a_481_ends_the_call(int status, bool ends)
    {
        using CallBench bench = Up(DialogFlags.ReinvitePingCallee, static o => o.PingFailures = 1);
        bench.Bob.OnRequest = request =>
        {
            if (request.Method == "INVITE")
                request.Respond(status);
        };
        bench.Run(700);
        Assert.Equal(ends ? "ReINVITE Ping Timeout" : null, bench.Dialog.TerminationReason);
    }

    [Fact]
    public void The_ACK_goes_again_whenever_the_2xx_comes_again()
    {
        using CallBench bench = Up(DialogFlags.ReinvitePingCallee);
        bench.Recorder.Clear();
        int acks = 0;
        bench.Network.Interceptor = packet => packet.Is("ACK") && ++acks <= 3 ? PacketFate.Drop : PacketFate.Pass;
        bench.Run(320);
        Assert.Single(bench.Recorder.Find("INVITE"));
        Assert.Equal(4, bench.Recorder.Count("ACK"));
        Assert.Empty(bench.Bob.Anomalies);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void Row_36_the_session_of_a_ping_is_the_last_one_agreed_on()
    {
        using CallBench bench = Up(DialogFlags.ReinvitePingCaller);
        string first = bench.Bob.Sdp,
            second = first.Replace("s=-", "s=second", StringComparison.Ordinal),
            third = first.Replace("s=-", "s=third", StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        bench.Alice.OnRequest = static request =>
        {
            if (request.Method == "INVITE" && request.Message.Body.Contains("third", StringComparison.Ordinal))
                request.Respond(488);
        };
        bench.Bob.Calls[0].ReInvite(invite => invite.Body = second);
        bench.Run(1);
        SentRequest refused = bench.Bob.Calls[0].ReInvite(invite => invite.Body = third);
        bench.Run(1);
        Assert.Equal(488, refused.Status);
        bench.Recorder.Clear();
        bench.Run(301);
        Assert.Equal(second, Encoding.ASCII.GetString(bench.Recorder.Find("INVITE", to: "10.0.1.1").Single().Message!.Body));
        Assert.Empty(bench.Alice.Anomalies);
    }

    [Fact]
    public void No_ping_goes_while_another_INVITE_of_the_dialog_is_under_way()
    {
        using CallBench bench = Up(DialogFlags.ReinvitePingCallee, static o => o.ReinvitePingInterval = TimeSpan.FromSeconds(10));
        IncomingRequest? held = null;
        bench.Bob.OnRequest = request =>
        {
            if (request.Method != "INVITE" || held is not null)
                return;
            held = request;
            request.Hold();
            request.Respond(180);
        };
        bench.Alice.Calls[0].ReInvite();
        bench.Run(0.5);
        Assert.NotNull(held);
        bench.Recorder.Clear();
        bench.Run(40);
        Assert.Empty(bench.Recorder.Find("INVITE", to: "10.0.2.1"));
        held.Respond(200);
        bench.Run(16);
        Assert.NotEmpty(bench.Recorder.Find("INVITE", to: "10.0.2.1"));
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Calls_stay_up_over_a_bad_network(ulong seed)
    {
        using var bench = new CallBench(static o => o.ReinvitePingInterval = TimeSpan.FromSeconds(20), Both, seed: seed);
        bench.Call();
        bench.Run(1);
        bench.Network.Conditions = LinkConditions.Bad(0.1);
        bench.Run(1800);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.DoesNotContain(
            bench.Alice.Anomalies.Concat(bench.Bob.Anomalies),
            static a => a.Kind is AnomalyKind.MissingAck or AnomalyKind.OutOfOrder
        );
    }

    private static CallBench Up(DialogFlags flags, Action<DialogOptions>? configure = null)
    {
        var bench = new CallBench(configure, flags);
        bench.Alice.Sdp = bench.Alice.Sdp + "a=alice\r\n";
        bench.Bob.Sdp = bench.Bob.Sdp + "a=bob\r\n";
        bench.Call();
        bench.Run(0.5);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        return bench;
    }
}
