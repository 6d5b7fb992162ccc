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
        using CallFixture fixture = Up(Both);
        fixture.Recorder.Clear();
        fixture.Run(301);
        foreach (
            (ScriptedUserAgent agent, ScriptedUserAgent other, string host) in new[]
            {
                (fixture.Alice, fixture.Bob, "10.0.1.1"),
                (fixture.Bob, fixture.Alice, "10.0.2.1"),
            }
        )
        {
            RecordedMessage ping = Assert.Single(fixture.Recorder.Find("INVITE", to: host));
            Assert.Equal(other.Sdp, Encoding.ASCII.GetString(ping.Message!.Body));
            Assert.Equal("application/sdp", ping.Header("Content-Type"));
            Assert.Equal($"<{other.Contact}>", ping.Header("Contact"));
            RecordedMessage ack = Assert.Single(fixture.Recorder.Find("ACK", to: host));
            Assert.Equal(ping.Message.CSeqNumber, ack.Message!.CSeqNumber);
            Assert.Equal(agent.Contact, Encoding.ASCII.GetString(ack.Message.RequestUri));
            Assert.Empty(agent.Anomalies);
        }

        fixture.Run(3600);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.InRange(fixture.Recorder.Count("INVITE", to: "10.0.1.1"), 12, 13);
        Assert.Empty(fixture.Recorder.Find("OPTIONS"));
    }

    [Fact]
    public void ReINVITE_wins_over_OPTIONS()
    {
        using CallFixture fixture = Up(DialogFlags.ReinvitePingCallee | DialogFlags.OptionsPingCallee | DialogFlags.OptionsPingCaller);
        fixture.Recorder.Clear();
        fixture.Run(301);
        Assert.Single(fixture.Recorder.Find("INVITE", to: "10.0.2.1"));
        Assert.Empty(fixture.Recorder.Find("OPTIONS", to: "10.0.2.1"));
        Assert.NotEmpty(fixture.Recorder.Find("OPTIONS", to: "10.0.1.1"));
    }

    [Fact]
    public void A_party_whose_session_is_not_known_is_asked_by_OPTIONS_for_an_offerless_INVITE_would_ask_for_a_new_offer()
    {
        using var fixture = new CallFixture(null, DialogFlags.ReinvitePingCallee);
        fixture.Bob.OnInvite = static call => call.Answer(alter: static answer => answer.Body = "");
        fixture.Alice.Invite("sip:bob@10.0.0.1", static invite => invite.Body = "");
        fixture.Run(1);
        fixture.Recorder.Clear();
        fixture.Run(301);
        Assert.Empty(fixture.Recorder.Find("INVITE"));
        Assert.Single(fixture.Recorder.Find("OPTIONS", to: "10.0.2.1").DistinctBy(static m => m.CSeq));
    }

    [Fact]
    public void Unanswered_reINVITEs_end_the_call_with_their_own_reason()
    {
        using CallFixture fixture = Up(Both);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        fixture.Run(330);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(330);
        Assert.Equal("ReINVITE Ping Timeout", fixture.Dialog.TerminationReason);
    }

    [Theory]
    [InlineData(481, true)]
    [InlineData(491, false)]
    [InlineData(488, false)]
    [InlineData(500, false)]
    public void Only_a_481_ends_the_call(int status, bool ends)
    {
        using CallFixture fixture = Up(DialogFlags.ReinvitePingCallee, static o => o.PingFailures = 1);
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method == "INVITE")
                request.Respond(status);
        };
        fixture.Run(700);
        Assert.Equal(ends ? "ReINVITE Ping Timeout" : null, fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void The_ACK_goes_again_whenever_the_2xx_comes_again()
    {
        using CallFixture fixture = Up(DialogFlags.ReinvitePingCallee);
        fixture.Recorder.Clear();
        int acks = 0;
        fixture.Network.Interceptor = packet => packet.Is("ACK") && ++acks <= 3 ? PacketFate.Drop : PacketFate.Pass;
        fixture.Run(320);
        Assert.Single(fixture.Recorder.Find("INVITE"));
        Assert.Equal(4, fixture.Recorder.Count("ACK"));
        Assert.Empty(fixture.Bob.Anomalies);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void Row_36_the_session_of_a_ping_is_the_last_one_agreed_on()
    {
        using CallFixture fixture = Up(DialogFlags.ReinvitePingCaller);
        string first = fixture.Bob.Sdp,
            second = first.Replace("s=-", "s=second", StringComparison.Ordinal),
            third = first.Replace("s=-", "s=third", StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        fixture.Alice.OnRequest = static request =>
        {
            if (request.Method == "INVITE" && request.Message.Body.Contains("third", StringComparison.Ordinal))
                request.Respond(488);
        };
        fixture.Bob.Calls[0].ReInvite(invite => invite.Body = second);
        fixture.Run(1);
        SentRequest refused = fixture.Bob.Calls[0].ReInvite(invite => invite.Body = third);
        fixture.Run(1);
        Assert.Equal(488, refused.Status);
        fixture.Recorder.Clear();
        fixture.Run(301);
        Assert.Equal(second, Encoding.ASCII.GetString(fixture.Recorder.Find("INVITE", to: "10.0.1.1").Single().Message!.Body));
        Assert.Empty(fixture.Alice.Anomalies);
    }

    [Fact]
    public void No_ping_goes_while_another_INVITE_of_the_dialog_is_under_way()
    {
        using CallFixture fixture = Up(DialogFlags.ReinvitePingCallee, static o => o.ReinvitePingInterval = TimeSpan.FromSeconds(10));
        IncomingRequest? held = null;
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != "INVITE" || held is not null)
                return;
            held = request;
            request.Hold();
            request.Respond(180);
        };
        fixture.Alice.Calls[0].ReInvite();
        fixture.Run(0.5);
        Assert.NotNull(held);
        fixture.Recorder.Clear();
        fixture.Run(40);
        Assert.Empty(fixture.Recorder.Find("INVITE", to: "10.0.2.1"));
        held.Respond(200);
        fixture.Run(16);
        Assert.NotEmpty(fixture.Recorder.Find("INVITE", to: "10.0.2.1"));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Calls_stay_up_over_a_bad_network(ulong seed)
    {
        using var fixture = new CallFixture(static o => o.ReinvitePingInterval = TimeSpan.FromSeconds(20), Both, seed: seed);
        fixture.Call();
        fixture.Run(1);
        fixture.Network.Conditions = LinkConditions.Bad(0.1);
        fixture.Run(1800);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.DoesNotContain(
            fixture.Alice.Anomalies.Concat(fixture.Bob.Anomalies),
            static a => a.Kind is AnomalyKind.MissingAck or AnomalyKind.OutOfOrder
        );
    }

    private static CallFixture Up(DialogFlags flags, Action<DialogOptions>? configure = null)
    {
        var fixture = new CallFixture(configure, flags);
        fixture.Alice.Sdp = fixture.Alice.Sdp + "a=alice\r\n";
        fixture.Bob.Sdp = fixture.Bob.Sdp + "a=bob\r\n";
        fixture.Call();
        fixture.Run(0.5);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        return fixture;
    }
}
