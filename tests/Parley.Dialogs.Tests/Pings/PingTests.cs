using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Pings;

public sealed class PingTests
{
    private const DialogFlags Both = DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee;

    [Fact]
    public void Both_legs_are_asked_by_OPTIONS_every_interval()
    {
        using CallFixture fixture = Up(Both);
        fixture.Run(300);
        foreach (string host in new[] { "10.0.1.1", "10.0.2.1" })
        {
            TimeSpan[] times = [.. Pings(fixture, host).Select(static m => m.Time)];
            Assert.InRange(times.Length, 9, 10);
            Assert.InRange(times[0], TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(31));
            for (int i = 1; i < times.Length; i++)
                Assert.InRange((times[i] - times[i - 1]).TotalMilliseconds, 29_980, 30_020);
        }

        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void A_ping_is_a_request_of_the_other_party_in_the_dialog()
    {
        using CallFixture fixture = Up(Both);
        fixture.Run(40);
        RecordedMessage ping = Pings(fixture, "10.0.2.1")[0];
        RecordedMessage invite = fixture.Recorder.Find("INVITE").First(static m => m.To == "10.0.2.1");
        Assert.Equal(invite.CallId, ping.CallId);
        Assert.Equal(invite.Header("From"), ping.Header("From"));
        Assert.Equal(fixture.Dialog.ToTag, System.Text.Encoding.ASCII.GetString(ping.Message!.ToTag));
        Assert.Equal(invite.Message!.CSeqNumber + 1, ping.Message.CSeqNumber);
        Assert.Equal(fixture.Dialog.Callee!.Contact, System.Text.Encoding.ASCII.GetString(ping.Message!.RequestUri));
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Fact]
    public void Only_the_legs_of_the_flags_are_asked_and_none_without_flags()
    {
        using CallFixture none = Up(DialogFlags.None);
        none.Run(100);
        Assert.Empty(none.Recorder.Find("OPTIONS"));
        using CallFixture callee = Up(DialogFlags.OptionsPingCallee);
        callee.Run(100);
        Assert.Empty(Pings(callee, "10.0.1.1"));
        Assert.NotEmpty(Pings(callee, "10.0.2.1"));
    }

    [Fact]
    public void Two_unanswered_pings_in_a_row_end_the_call()
    {
        using CallFixture fixture = Up(Both);
        fixture.Run(100);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Hold();
        };
        fixture.Run(29);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(45);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("Ping Timeout", fixture.Dialog.TerminationReason);
        Assert.Contains("Terminated", fixture.Events);
    }

    [Fact]
    public void Row_45_one_lost_ping_cuts_nothing_and_an_answer_starts_the_count_again()
    {
        using CallFixture fixture = Up(Both);
        fixture.Run(60);
        var seen = new HashSet<uint>();
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != "OPTIONS")
                return;
            seen.Add(request.Message.CSeq);
            if (seen.Count % 2 == 1)
                request.Hold();
        };
        fixture.Run(600);
        Assert.InRange(seen.Count, 19, 21);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void Row_45_a_party_that_never_answers_OPTIONS_keeps_its_call_unless_told_otherwise()
    {
        using CallFixture fixture = Up(Both, NeverAnswers);
        fixture.Run(600);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);

        using CallFixture strict = Up(Both, NeverAnswers, static o => o.PingOnlyKnownToAnswer = false);
        strict.Run(100);
        Assert.Equal("Ping Timeout", strict.Dialog.TerminationReason);

        static void NeverAnswers(CallFixture fixture) =>
            fixture.Bob.OnRequest = static request =>
            {
                if (request.Method == "OPTIONS")
                    request.Hold();
            };
    }

    [Fact]
    public void Row_45_a_481_is_decisive_at_once()
    {
        using CallFixture fixture = Up(
            Both,
            static b =>
                b.Bob.OnRequest = static request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Respond(481);
                }
        );
        fixture.Run(31);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("Ping Timeout", fixture.Dialog.TerminationReason);
        Assert.Single(Pings(fixture, "10.0.2.1"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(603)]
    public void Every_other_final_reply_is_a_sign_of_life(int status)
    {
        using CallFixture fixture = Up(
            Both,
            b =>
                b.Bob.OnRequest = request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Respond(status);
                },
            static o => o.PingFailures = 1
        );
        fixture.Run(200);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void Row_21_no_ping_goes_before_the_ACK_and_the_ACK_has_its_INVITEs_number()
    {
        using var fixture = new CallFixture(
            static o => (o.OptionsPingInterval, o.NoAckTimeout) = (TimeSpan.FromSeconds(2), TimeSpan.Zero),
            Both
        );
        TimeSpan until = TimeSpan.FromSeconds(15);
        fixture.Network.Interceptor = packet => packet.Is("ACK") && fixture.Clock.Elapsed < until ? PacketFate.Drop : PacketFate.Pass;
        fixture.Call();
        fixture.Run(14);
        Assert.Equal(DialogState.ConfirmedNoAck, fixture.Dialog.State);
        Assert.Empty(fixture.Recorder.Find("OPTIONS"));
        fixture.Run(20);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.NotEmpty(fixture.Recorder.Find("OPTIONS"));
        uint invite = fixture.Recorder.Find("INVITE").First().Message!.CSeqNumber;
        Assert.All(fixture.Recorder.Find("ACK"), ack => Assert.Equal(invite, ack.Message!.CSeqNumber));
    }

    [Fact]
    public void Row_44_one_ping_at_a_time_however_short_the_interval_and_the_dead_are_found()
    {
        using CallFixture fixture = Up(
            Both,
            static b =>
                b.Bob.OnRequest = static request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Hold();
                },
            static o => (o.OptionsPingInterval, o.PingOnlyKnownToAnswer) = (TimeSpan.FromSeconds(1), false)
        );
        fixture.Run(9);
        Assert.Single(Pings(fixture, "10.0.2.1"));
        fixture.Run(14);
        Assert.Equal(2, Pings(fixture, "10.0.2.1").Count);
        Assert.Equal("Ping Timeout", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void Row_43_a_ping_waits_its_own_timeout_not_the_transactions()
    {
        using CallFixture fixture = Up(
            DialogFlags.OptionsPingCallee,
            static b =>
                b.Bob.OnRequest = static request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Hold();
                },
            static o => (o.PingTimeout, o.PingFailures, o.PingOnlyKnownToAnswer) = (TimeSpan.FromSeconds(3), 1, false)
        );
        fixture.Clock.RunUntil(() => fixture.Recorder.Find("OPTIONS").Any(), TimeSpan.FromSeconds(31));
        fixture.Run(2.9);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(0.2);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
    }

    [Fact]
    public void Row_46_only_the_node_that_acts_for_a_dialog_pings_it()
    {
        bool acts = false;
        using CallFixture fixture = Up(Both, null, o => o.ActsFor = _ => acts);
        fixture.Run(100);
        Assert.Empty(fixture.Recorder.Find("OPTIONS"));
        acts = true;
        fixture.Run(31);
        Assert.NotEmpty(Pings(fixture, "10.0.1.1"));
        Assert.NotEmpty(Pings(fixture, "10.0.2.1"));
    }

    [Fact]
    public void The_interval_of_one_dialog_can_be_set_while_it_lives()
    {
        using CallFixture fixture = Up(DialogFlags.OptionsPingCallee);
        Assert.Equal(TimeSpan.FromSeconds(30), fixture.Dialog.OptionsPingInterval);
        Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Dialog.OptionsPingInterval = TimeSpan.FromMilliseconds(999));
        fixture.Dialog.OptionsPingInterval = TimeSpan.FromSeconds(5);
        fixture.Run(60);
        Assert.InRange(Pings(fixture, "10.0.2.1").Count, 11, 12);
    }

    [Fact]
    public void Dialogs_that_begin_together_do_not_ping_together()
    {
        using var fixture = new CallFixture(null, DialogFlags.OptionsPingCallee);
        for (int i = 0; i < 150; i++)
            fixture.Call();
        fixture.Run(0.1);
        Assert.All(fixture.All, static d => Assert.Equal(DialogState.Confirmed, d.State));
        fixture.Run(31);
        // All in the second half of the interval, ten in each second of it.
        int[] perSecond =
        [
            .. Pings(fixture, "10.0.2.1")
                .GroupBy(static m => (int)m.Time.TotalSeconds)
                .OrderBy(static g => g.Key)
                .Select(static g => g.Count()),
        ];
        Assert.Equal(150, perSecond.Sum());
        Assert.InRange(perSecond.Length, 15, 17);
        Assert.All(perSecond, static n => Assert.InRange(n, 1, 11));
    }

    [Fact]
    public void Pings_end_with_the_call()
    {
        using CallFixture fixture = Up(Both);
        fixture.Run(10);
        fixture.Alice.Calls[0].Bye();
        fixture.Run(1);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(300);
        Assert.Empty(fixture.Recorder.Find("OPTIONS"));
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void Pings_survive_a_bad_network()
    {
        using CallFixture fixture = Up(Both, null, static o => o.OptionsPingInterval = TimeSpan.FromSeconds(5));
        fixture.Network.Conditions = LinkConditions.Bad(0.1);
        fixture.Run(1800);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.InRange(Pings(fixture, "10.0.1.1").Select(static m => m.CSeq).Distinct().Count(), 355, 361);
    }

    [Fact]
    public void Row_37_a_lost_connection_is_not_a_dead_party()
    {
        using CallFixture fixture = OverTcp(static _ => { });
        CloseAll(fixture);
        fixture.Run(600);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);

        // It comes back by a connection of its own: the pings go there.
        fixture.Recorder.Clear();
        fixture.Alice.Calls[0].SendRequest("INFO");
        fixture.Run(31);
        Assert.Equal(2, Pings(fixture, "10.0.1.1").Count + fixture.Recorder.Find("INFO").Count(static m => m.From == "10.0.1.1"));
    }

    [Fact]
    public void Row_39_a_connection_that_stays_away_ends_the_call_where_that_is_wanted()
    {
        using CallFixture fixture = OverTcp(static o => o.NoFlowTimeout = TimeSpan.FromSeconds(60));
        CloseAll(fixture);
        fixture.Run(50);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(80);
        Assert.Equal("Ping Timeout", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void A_callee_behind_a_connection_that_the_proxy_opened_is_pinged_over_that()
    {
        using CallFixture fixture = CalleeOverTcp();
        fixture.Run(95);
        Assert.InRange(Pings(fixture, "10.0.2.1").Count, 3, 4);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void A_callees_new_connection_is_known_from_the_answer_to_the_request_that_opened_it()
    {
        using CallFixture fixture = CalleeOverTcp();
        long first = fixture.Dialog.Callee!.Flow.ConnectionId;
        Assert.True(fixture.Network.Hosts.First(static h => h.Name == "10.0.0.1").CloseConnection(first));
        fixture.Alice.Calls[0].SendRequest("INFO");
        fixture.Run(1);
        Assert.NotEqual(first, fixture.Dialog.Callee!.Flow.ConnectionId);
        fixture.Recorder.Clear();
        fixture.Run(31);
        Assert.NotEmpty(Pings(fixture, "10.0.2.1"));
    }

    private static CallFixture CalleeOverTcp()
    {
        var fixture = new CallFixture(null, DialogFlags.OptionsPingCallee);
        fixture.Bob.Protocol = Parley.Transport.SipProtocol.Tcp;
        fixture.Call();
        fixture.Run(0.5);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        return fixture;
    }

    private static void CloseAll(CallFixture fixture)
    {
        SimulatedTransport proxy = fixture.Network.Hosts.First(static h => h.Name == "10.0.0.1");
        Assert.True(proxy.CloseConnection(fixture.Dialog.Caller.Flow.ConnectionId));
    }

    private static CallFixture OverTcp(Action<DialogOptions> configure)
    {
        var fixture = new CallFixture(configure, DialogFlags.OptionsPingCaller);
        fixture.Alice.Protocol = Parley.Transport.SipProtocol.Tcp;
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        fixture.Call();
        fixture.Run(40);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.NotEmpty(Pings(fixture, "10.0.1.1"));
        return fixture;
    }

    private static CallFixture Up(DialogFlags flags, Action<CallFixture>? before = null, Action<DialogOptions>? configure = null)
    {
        var fixture = new CallFixture(configure, flags);
        before?.Invoke(fixture);
        fixture.Call();
        fixture.Run(0.5);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        return fixture;
    }

    /// <summary>Distinct pings that a host was sent.</summary>
    private static List<RecordedMessage> Pings(CallFixture fixture, string host) =>
        [.. fixture.Recorder.Find("OPTIONS").Where(m => m.To == host).DistinctBy(static m => (m.CallId, m.CSeq))];
}
