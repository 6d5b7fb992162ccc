using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Pings;

public sealed class PingTests
{
    private const DialogFlags Both = DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee;

    [Fact]
    public void Both_legs_are_asked_by_OPTIONS_every_interval()
    {
        using CallBench bench = Up(Both);
        bench.Run(300);
        foreach (string host in new[] { "10.0.1.1", "10.0.2.1" })
        {
            TimeSpan[] times = [.. Pings(bench, host).Select(static m => m.Time)];
            Assert.InRange(times.Length, 9, 10);
            Assert.InRange(times[0], TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(31));
            for (int i = 1; i < times.Length; i++)
                Assert.InRange((times[i] - times[i - 1]).TotalMilliseconds, 29_980, 30_020);
        }

        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void A_ping_is_a_request_of_the_other_party_in_the_dialog()
    {
        using CallBench bench = Up(Both);
        bench.Run(40);
        RecordedMessage ping = Pings(bench, "10.0.2.1")[0];
        RecordedMessage invite = bench.Recorder.Find("INVITE").First(static m => m.To == "10.0.2.1");
        Assert.Equal(invite.CallId, ping.CallId);
        Assert.Equal(invite.Header("From"), ping.Header("From"));
        Assert.Equal(bench.Dialog.ToTag, System.Text.Encoding.ASCII.GetString(ping.Message!.ToTag));
        Assert.Equal(invite.Message!.CSeqNumber + 1, ping.Message.CSeqNumber);
        Assert.Equal(bench.Dialog.Callee!.Contact, System.Text.Encoding.ASCII.GetString(ping.Message!.RequestUri));
        Assert.Empty(bench.Alice.Anomalies);
        Assert.Empty(bench.Bob.Anomalies);
    }

    [Fact]
    public void Only_the_legs_of_the_flags_are_asked_and_none_without_flags()
    {
        using CallBench none = Up(DialogFlags.None);
        none.Run(100);
        Assert.Empty(none.Recorder.Find("OPTIONS"));
        using CallBench callee = Up(DialogFlags.OptionsPingCallee);
        callee.Run(100);
        Assert.Empty(Pings(callee, "10.0.1.1"));
        Assert.NotEmpty(Pings(callee, "10.0.2.1"));
    }

    [Fact]
    public void Two_unanswered_pings_in_a_row_end_the_call()
    {
        using CallBench bench = Up(Both);
        bench.Run(100);
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Hold();
        };
        bench.Run(29);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(45);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal("Ping Timeout", bench.Dialog.TerminationReason);
        Assert.Contains("Terminated", bench.Events);
    }

    [Fact]
    public void Row_45_one_lost_ping_cuts_nothing_and_an_answer_starts_the_count_again()
    {
        using CallBench bench = Up(Both);
        bench.Run(60);
        var seen = new HashSet<uint>();
        bench.Bob.OnRequest = request =>
        {
            if (request.Method != "OPTIONS")
                return;
            seen.Add(request.Message.CSeq);
            if (seen.Count % 2 == 1)
                request.Hold();
        };
        bench.Run(600);
        Assert.InRange(seen.Count, 19, 21);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void Row_45_a_party_that_never_answers_OPTIONS_keeps_its_call_unless_told_otherwise()
    {
        using CallBench bench = Up(Both, NeverAnswers);
        bench.Run(600);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);

        using CallBench strict = Up(Both, NeverAnswers, static o => o.PingOnlyKnownToAnswer = false);
        strict.Run(100);
        Assert.Equal("Ping Timeout", strict.Dialog.TerminationReason);

        static void NeverAnswers(CallBench bench) =>
            bench.Bob.OnRequest = static request =>
            {
                if (request.Method == "OPTIONS")
                    request.Hold();
            };
    }

    [Fact]
    public void Row_45_a_481_is_decisive_at_once()
    {
        using CallBench bench = Up(
            Both,
            static b =>
                b.Bob.OnRequest = static request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Respond(481);
                }
        );
        bench.Run(31);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal("Ping Timeout", bench.Dialog.TerminationReason);
        Assert.Single(Pings(bench, "10.0.2.1"));
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
        using CallBench bench = Up(
            Both,
            b =>
                b.Bob.OnRequest = request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Respond(status);
                },
            static o => o.PingFailures = 1
        );
        bench.Run(200);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void Row_21_no_ping_goes_before_the_ACK_and_the_ACK_has_its_INVITEs_number()
    {
        using var bench = new CallBench(
            static o => (o.OptionsPingInterval, o.NoAckTimeout) = (TimeSpan.FromSeconds(2), TimeSpan.Zero),
            Both
        );
        TimeSpan until = TimeSpan.FromSeconds(15);
        bench.Network.Interceptor = packet => packet.Is("ACK") && bench.Clock.Elapsed < until ? PacketFate.Drop : PacketFate.Pass;
        bench.Call();
        bench.Run(14);
        Assert.Equal(DialogState.ConfirmedNoAck, bench.Dialog.State);
        Assert.Empty(bench.Recorder.Find("OPTIONS"));
        bench.Run(20);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.NotEmpty(bench.Recorder.Find("OPTIONS"));
        uint invite = bench.Recorder.Find("INVITE").First().Message!.CSeqNumber;
        Assert.All(bench.Recorder.Find("ACK"), ack => Assert.Equal(invite, ack.Message!.CSeqNumber));
    }

    [Fact]
    public void Row_44_one_ping_at_a_time_however_short_the_interval_and_the_dead_are_found()
    {
        using CallBench bench = Up(
            Both,
            static b =>
                b.Bob.OnRequest = static request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Hold();
                },
            static o => (o.OptionsPingInterval, o.PingOnlyKnownToAnswer) = (TimeSpan.FromSeconds(1), false)
        );
        bench.Run(9);
        Assert.Single(Pings(bench, "10.0.2.1"));
        bench.Run(14);
        Assert.Equal(2, Pings(bench, "10.0.2.1").Count);
        Assert.Equal("Ping Timeout", bench.Dialog.TerminationReason);
    }

    [Fact]
    public void Row_43_a_ping_waits_its_own_timeout_not_the_transactions()
    {
        using CallBench bench = Up(
            DialogFlags.OptionsPingCallee,
            static b =>
                b.Bob.OnRequest = static request =>
                {
                    if (request.Method == "OPTIONS")
                        request.Hold();
                },
            static o => (o.PingTimeout, o.PingFailures, o.PingOnlyKnownToAnswer) = (TimeSpan.FromSeconds(3), 1, false)
        );
        bench.Clock.RunUntil(() => bench.Recorder.Find("OPTIONS").Any(), TimeSpan.FromSeconds(31));
        bench.Run(2.9);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(0.2);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
    }

    [Fact]
    public void Row_46_only_the_node_that_acts_for_a_dialog_pings_it()
    {
        bool acts = false;
        using CallBench bench = Up(Both, null, o => o.ActsFor = _ => acts);
        bench.Run(100);
        Assert.Empty(bench.Recorder.Find("OPTIONS"));
        acts = true;
        bench.Run(31);
        Assert.NotEmpty(Pings(bench, "10.0.1.1"));
        Assert.NotEmpty(Pings(bench, "10.0.2.1"));
    }

    [Fact]
    public void The_interval_of_one_dialog_can_be_set_while_it_lives()
    {
        using CallBench bench = Up(DialogFlags.OptionsPingCallee);
        Assert.Equal(TimeSpan.FromSeconds(30), bench.Dialog.OptionsPingInterval);
        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Dialog.OptionsPingInterval = TimeSpan.FromMilliseconds(999));
        bench.Dialog.OptionsPingInterval = TimeSpan.FromSeconds(5);
        bench.Run(60);
        Assert.InRange(Pings(bench, "10.0.2.1").Count, 11, 12);
    }

    [Fact]
    public void Dialogs_that_begin_together_do_not_ping_together()
    {
        using var bench = new CallBench(null, DialogFlags.OptionsPingCallee);
        for (int i = 0; i < 150; i++)
            bench.Call();
        bench.Run(0.1);
        Assert.All(bench.All, static d => Assert.Equal(DialogState.Confirmed, d.State));
        bench.Run(31);
        // All in the second half of the interval, ten in each second of it.
        int[] perSecond =
        [
            .. Pings(bench, "10.0.2.1")
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
        using CallBench bench = Up(Both);
        bench.Run(10);
        bench.Alice.Calls[0].Bye();
        bench.Run(1);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        bench.Run(300);
        Assert.Empty(bench.Recorder.Find("OPTIONS"));
        Assert.Equal(0, bench.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void Pings_survive_a_bad_network()
    {
        using CallBench bench = Up(Both, null, static o => o.OptionsPingInterval = TimeSpan.FromSeconds(5));
        bench.Network.Conditions = LinkConditions.Bad(0.1);
        bench.Run(1800);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.InRange(Pings(bench, "10.0.1.1").Select(static m => m.CSeq).Distinct().Count(), 355, 361);
    }

    [Fact]
    public void Row_37_a_lost_connection_is_not_a_dead_party()
    {
        using CallBench bench = OverTcp(static _ => { });
        CloseAll(bench);
        bench.Run(600);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);

        // It comes back by a connection of its own: the pings go there.
        bench.Recorder.Clear();
        bench.Alice.Calls[0].SendRequest("INFO");
        bench.Run(31);
        Assert.Equal(2, Pings(bench, "10.0.1.1").Count + bench.Recorder.Find("INFO").Count(static m => m.From == "10.0.1.1"));
    }

    [Fact]
    public void Row_39_a_connection_that_stays_away_ends_the_call_where_that_is_wanted()
    {
        using CallBench bench = OverTcp(static o => o.NoFlowTimeout = TimeSpan.FromSeconds(60));
        CloseAll(bench);
        bench.Run(50);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(80);
        Assert.Equal("Ping Timeout", bench.Dialog.TerminationReason);
    }

    [Fact]
    public void A_callee_behind_a_connection_that_the_proxy_opened_is_pinged_over_that()
    {
        using CallBench bench = CalleeOverTcp();
        bench.Run(95);
        Assert.InRange(Pings(bench, "10.0.2.1").Count, 3, 4);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void A_callees_new_connection_is_known_from_the_answer_to_the_request_that_opened_it()
    {
        using CallBench bench = CalleeOverTcp();
        long first = bench.Dialog.Callee!.Flow.ConnectionId;
        Assert.True(bench.Network.Hosts.First(static h => h.Name == "10.0.0.1").CloseConnection(first));
        bench.Alice.Calls[0].SendRequest("INFO");
        bench.Run(1);
        Assert.NotEqual(first, bench.Dialog.Callee!.Flow.ConnectionId);
        bench.Recorder.Clear();
        bench.Run(31);
        Assert.NotEmpty(Pings(bench, "10.0.2.1"));
    }

    private static CallBench CalleeOverTcp()
    {
        var bench = new CallBench(null, DialogFlags.OptionsPingCallee);
        bench.Bob.Protocol = Parley.Transport.SipProtocol.Tcp;
        bench.Call();
        bench.Run(0.5);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        return bench;
    }

    private static void CloseAll(CallBench bench)
    {
        SimulatedTransport proxy = bench.Network.Hosts.First(static h => h.Name == "10.0.0.1");
        Assert.True(proxy.CloseConnection(bench.Dialog.Caller.Flow.ConnectionId));
    }

    private static CallBench OverTcp(Action<DialogOptions> configure)
    {
        var bench = new CallBench(configure, DialogFlags.OptionsPingCaller);
        bench.Alice.Protocol = Parley.Transport.SipProtocol.Tcp;
        bench.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        bench.Call();
        bench.Run(40);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.NotEmpty(Pings(bench, "10.0.1.1"));
        return bench;
    }

    private static CallBench Up(DialogFlags flags, Action<CallBench>? before = null, Action<DialogOptions>? configure = null)
    {
        var bench = new CallBench(configure, flags);
        before?.Invoke(bench);
        bench.Call();
        bench.Run(0.5);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        return bench;
    }

    /// <summary>Distinct pings that a host was sent.</summary>
    private static List<RecordedMessage> Pings(CallBench bench, string host) =>
        [.. bench.Recorder.Find("OPTIONS").Where(m => m.To == host).DistinctBy(static m => (m.CallId, m.CSeq))];
}
