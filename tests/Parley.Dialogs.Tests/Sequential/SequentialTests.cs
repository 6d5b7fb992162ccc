using System.Text;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Sequential;

public sealed class SequentialTests
{
    [Theory]
    [InlineData(true, "10.0.1.1")]
    [InlineData(false, "10.0.2.1")]
    public void A_request_goes_to_the_leg_asked_for_with_its_body_and_headers(bool toCaller, string host)
    {
        using CallBench bench = Up();
        SequentialReply reply = Wait(
            bench,
            bench.Dialog.SendSequentialAsync("INFO", toCaller, "Signal=5", "application/dtmf-relay", "X-Why: test\r\n")
        );
        Assert.Equal((200, false), (reply.StatusCode, reply.IsLocal));
        RecordedMessage info = Assert.Single(bench.Recorder.Find("INFO"));
        Assert.Equal(host, info.To);
        Assert.Equal("test", info.Header("X-Why"));
        Assert.Equal("application/dtmf-relay", info.Header("Content-Type"));
        Assert.Equal("Signal=5", Encoding.ASCII.GetString(info.Message!.Body));
        Assert.Equal(toCaller ? bench.Dialog.FromTag : bench.Dialog.ToTag, Encoding.ASCII.GetString(info.Message.ToTag));
        Assert.Empty(bench.Alice.Anomalies);
        Assert.Empty(bench.Bob.Anomalies);
    }

    [Fact]
    public void A_request_names_the_leg_of_a_fork_that_it_goes_to()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = static call => call.Ring(180);
        bench.Carol.OnInvite = static call => call.Ring(180);
        bench.Alice.Invite("sip:bob-carol@10.0.0.1");
        bench.Run(1);
        Assert.Equal(3, bench.Dialog.Legs.Count);
        foreach (DialogLeg leg in bench.Dialog.Legs)
        {
            SequentialReply reply = Wait(bench, bench.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INFO", Leg = leg }));
            Assert.Equal(200, reply.StatusCode);
            Assert.Same(leg, reply.Leg);
            RecordedMessage info = bench.Recorder.Find("INFO", from: "10.0.0.1").Last();
            Assert.Equal(leg.Tag, Encoding.ASCII.GetString(info.Message!.ToTag));
            Assert.Equal(leg.Contact, Encoding.ASCII.GetString(info.Message.RequestUri));
        }
    }

    [Fact]
    public void A_leg_that_only_rang_is_gone_with_the_answer_and_one_of_another_dialog_is_refused()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = static call => call.Ring(180);
        bench.Carol.OnInvite = static call =>
        {
            call.Ring(180);
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        bench.Alice.Invite("sip:bob-carol@10.0.0.1");
        bench.Run(1);
        DialogLeg bob = bench.Dialog.Legs.Single(static leg => leg.Contact.Contains("bob", StringComparison.Ordinal));
        SequentialReply asked = Wait(bench, bench.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INVITE", Leg = bob }));
        Assert.Equal((481, true), (asked.StatusCode, asked.IsLocal)); // RFC 3261 14.1: not before the first one's end
        bench.Run(50);
        SequentialReply reply = Wait(bench, bench.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INFO", Leg = bob }));
        Assert.Equal((481, true, null), (reply.StatusCode, reply.IsLocal, reply.Leg));

        bench.Call("dave");
        bench.Run(1);
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = bench.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INFO", Leg = bench.All[1].Caller });
            }
        );
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = bench.Dialog.SendSequentialAsync(
                    new SequentialRequest { Mode = SequentialMode.ChallengeCaller, Leg = bench.Dialog.Caller }
                );
            }
        );
    }

    [Fact]
    public void The_reply_names_the_leg_that_was_asked_and_of_a_challenge_the_second_one()
    {
        using CallBench bench = Up();
        Assert.Same(bench.Dialog.Caller, Wait(bench, bench.Dialog.SendSequentialAsync("INFO", toCaller: true)).Leg);
        Assert.Same(bench.Dialog.Callee, Wait(bench, bench.Dialog.SendSequentialAsync("INFO", toCaller: false)).Leg);
        Assert.Same(bench.Dialog.Callee, Wait(bench, Send(bench, SequentialMode.ChallengeCaller, SequentialBody.None)).Leg);
        Assert.Same(bench.Dialog.Caller, Wait(bench, Send(bench, SequentialMode.ChallengeCallee, SequentialBody.None)).Leg);
    }

    [Fact]
    public void The_final_status_comes_back_whatever_it_is()
    {
        using CallBench bench = Up();
        bench.Bob.OnRequest = static request =>
            request.Respond(
                415,
                static r =>
                {
                    r.Body = "no";
                    r.ContentType = "text/plain";
                }
            );
        SequentialReply reply = Wait(bench, bench.Dialog.SendSequentialAsync("INFO", toCaller: false));
        Assert.Equal(
            (415, false, "no", "text/plain"),
            (reply.StatusCode, reply.IsLocal, Encoding.ASCII.GetString(reply.Body.Span), reply.ContentType)
        );
        Assert.False(reply.IsSuccess);
    }

    [Fact]
    public void Silence_is_a_408_of_the_proxys_own()
    {
        using CallBench bench = Up();
        bench.Bob.OnRequest = static request => request.Hold();
        SequentialReply reply = Wait(bench, bench.Dialog.SendSequentialAsync("INFO", toCaller: false));
        Assert.Equal((408, true), (reply.StatusCode, reply.IsLocal));
        TimeSpan before = bench.Clock.Elapsed;
        reply = Wait(
            bench,
            bench.Dialog.SendSequentialAsync(
                new SequentialRequest
                {
                    Method = "INFO",
                    Mode = SequentialMode.Callee,
                    Timeout = TimeSpan.FromSeconds(3),
                }
            )
        );
        Assert.Equal((408, true), (reply.StatusCode, reply.IsLocal));
        Assert.InRange(bench.Clock.Elapsed - before, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.1));
    }

    [Fact]
    public void A_dialog_that_is_over_or_has_no_such_leg_gives_481()
    {
        using CallBench bench = Up();
        bench.Alice.Calls[0].Bye();
        bench.Run(1);
        SequentialReply reply = Wait(bench, bench.Dialog.SendSequentialAsync("INFO", toCaller: true));
        Assert.Equal((481, true), (reply.StatusCode, reply.IsLocal));
    }

    [Fact]
    public void Requests_that_no_one_may_send_this_way_are_refused()
    {
        using CallBench bench = Up();
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = bench.Dialog.SendSequentialAsync("BYE", toCaller: true);
            }
        );
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = bench.Dialog.SendSequentialAsync("INFO", toCaller: true, body: "x");
            }
        );
        Assert.Throws<ArgumentNullException>(
            "request",
            () =>
            {
                _ = bench.Dialog.SendSequentialAsync(null!);
            }
        );
    }

    [Fact]
    public void A_reINVITE_is_acknowledged_with_its_own_number_every_time_its_2xx_comes()
    {
        using CallBench bench = Up();
        int acks = 0;
        bench.Network.Interceptor = packet => packet.Is("ACK") && ++acks <= 2 ? PacketFate.Drop : PacketFate.Pass;
        SequentialReply reply = Wait(bench, Send(bench, SequentialMode.Callee, SequentialBody.Custom));
        Assert.Equal(200, reply.StatusCode);
        bench.Run(30);
        RecordedMessage invite = bench.Recorder.Find("INVITE", from: "10.0.0.1").Last();
        RecordedMessage[] sent =
        [
            .. bench.Recorder.Find("ACK", from: "10.0.0.1").Where(m => m.Message!.CSeqNumber == invite.Message!.CSeqNumber),
        ];
        Assert.Equal(3, sent.Length);
        Assert.All(sent, ack => Assert.Equal("10.0.2.1", ack.To));
        Assert.Empty(bench.Bob.Anomalies);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void A_second_INVITE_is_refused_while_one_is_under_way()
    {
        using CallBench bench = Up();
        bench.Bob.OnRequest = static request => request.Hold();
        Task<SequentialReply> first = Send(bench, SequentialMode.Callee, SequentialBody.Custom);
        bench.Run(1);
        SequentialReply second = Wait(bench, Send(bench, SequentialMode.Caller, SequentialBody.Custom));
        Assert.Equal((491, true), (second.StatusCode, second.IsLocal));
        Assert.Equal(408, Wait(bench, first).StatusCode);
        bench.Bob.OnRequest = null;
        Assert.Equal(200, Wait(bench, Send(bench, SequentialMode.Caller, SequentialBody.Custom)).StatusCode);
    }

    [Theory]
    [InlineData(SequentialMode.ChallengeCaller, "10.0.1.1", "10.0.2.1")]
    [InlineData(SequentialMode.ChallengeCallee, "10.0.2.1", "10.0.1.1")]
    public void A_challenge_offers_what_one_says_to_the_other_and_takes_the_answer_back(SequentialMode mode, string first, string second)
    {
        using CallBench bench = Up();
        bench.Bob.Sdp += "a=bob\r\n";
        bench.Recorder.Clear();
        SequentialReply reply = Wait(bench, Send(bench, mode, SequentialBody.None));
        bench.Run(10);
        Assert.Equal(200, reply.StatusCode);
        ScriptedUserAgent a = first == "10.0.1.1" ? bench.Alice : bench.Bob,
            b = first == "10.0.1.1" ? bench.Bob : bench.Alice;

        RecordedMessage asked = Assert.Single(bench.Recorder.Find("INVITE", to: first));
        Assert.True(asked.Message!.Body.IsEmpty);
        Assert.Equal($"<{b.Contact}>", asked.Header("Contact"));
        RecordedMessage offered = Assert.Single(bench.Recorder.Find("INVITE", to: second));
        Assert.Equal(a.Sdp, Encoding.ASCII.GetString(offered.Message!.Body));
        Assert.Equal("application/sdp", offered.Header("Content-Type"));
        RecordedMessage answered = Assert.Single(bench.Recorder.Find("ACK", to: first));
        Assert.Equal(b.Sdp, Encoding.ASCII.GetString(answered.Message!.Body));
        Assert.Equal(asked.Message.CSeqNumber, answered.Message.CSeqNumber);
        Assert.True(Assert.Single(bench.Recorder.Find("ACK", to: second)).Message!.Body.IsEmpty);
        Assert.Equal(b.Sdp, Encoding.ASCII.GetString(reply.Body.Span));
        Assert.Empty(bench.Alice.Anomalies);
        Assert.Empty(bench.Bob.Anomalies);
    }

    [Fact]
    public void A_challenge_that_the_second_party_refuses_still_acknowledges_the_first()
    {
        using CallBench bench = Up();
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        bench.Recorder.Clear();
        SequentialReply reply = Wait(bench, Send(bench, SequentialMode.ChallengeCaller, SequentialBody.None));
        bench.Run(40);
        Assert.Equal((488, false), (reply.StatusCode, reply.IsLocal));
        Assert.NotEmpty(bench.Recorder.Find("ACK", to: "10.0.1.1"));
        Assert.Empty(bench.Alice.Anomalies);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void A_challenge_whose_second_party_is_silent_ends_before_the_first_gives_up()
    {
        using CallBench bench = Up();
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        SequentialReply reply = Wait(bench, Send(bench, SequentialMode.ChallengeCaller, SequentialBody.None));
        Assert.Equal((408, true), (reply.StatusCode, reply.IsLocal));
        bench.Run(40);
        Assert.DoesNotContain(bench.Alice.Anomalies, static a => a.Kind == AnomalyKind.MissingAck);
        Assert.Equal(0, bench.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void A_challenge_that_the_first_party_refuses_asks_nobody_else()
    {
        using CallBench bench = Up();
        bench.Alice.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(500);
        };
        bench.Recorder.Clear();
        SequentialReply reply = Wait(bench, Send(bench, SequentialMode.ChallengeCaller, SequentialBody.None));
        bench.Run(5);
        Assert.Equal(500, reply.StatusCode);
        Assert.Empty(bench.Recorder.Find("INVITE", to: "10.0.2.1"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_challenge_works_over_a_bad_network(ulong seed)
    {
        using CallBench bench = Up(seed);
        bench.Network.Conditions = LinkConditions.Bad(0.2);
        bench.Recorder.Clear();
        for (int i = 0; i < 5; i++)
        {
            SequentialReply reply = Wait(
                bench,
                Send(bench, i % 2 == 0 ? SequentialMode.ChallengeCaller : SequentialMode.ChallengeCallee, SequentialBody.None)
            );
            bench.Run(60);
            Assert.Equal(200, reply.StatusCode);
        }

        Assert.DoesNotContain(
            bench.Alice.Anomalies.Concat(bench.Bob.Anomalies),
            static a => a.Kind is AnomalyKind.MissingAck or AnomalyKind.OutOfOrder
        );
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.Equal(0, bench.Proxy.LocalRequests.Pending);
    }

    [Theory]
    [InlineData(SequentialBody.Inbound)]
    [InlineData(SequentialBody.Outbound)]
    public void The_session_of_the_other_party_goes_as_body_when_asked_for(SequentialBody body)
    {
        using CallBench bench = Up(configure: static o => o.KeepSessionDescriptions = true);
        bench.Recorder.Clear();
        SequentialReply reply = Wait(bench, Send(bench, SequentialMode.Callee, body));
        Assert.Equal(200, reply.StatusCode);
        Assert.Equal(bench.Alice.Sdp, Encoding.ASCII.GetString(bench.Recorder.Find("INVITE").Single().Message!.Body));
    }

    [Fact]
    public void A_session_that_is_not_known_is_a_488_of_the_proxys_own()
    {
        using CallBench bench = Up();
        SequentialReply reply = Wait(bench, Send(bench, SequentialMode.Callee, SequentialBody.Outbound));
        Assert.Equal((488, true), (reply.StatusCode, reply.IsLocal));
    }

    [Fact]
    public void What_a_challenge_agreed_on_is_the_session_from_then_on()
    {
        using CallBench bench = Up(configure: static o => o.KeepSessionDescriptions = true);
        bench.Alice.Sdp += "a=new\r\n";
        bench.Bob.Sdp += "a=newer\r\n";
        Assert.Equal(200, Wait(bench, Send(bench, SequentialMode.ChallengeCaller, SequentialBody.None)).StatusCode);
        Assert.Equal(bench.Alice.Sdp, bench.Dialog.Caller.SessionDescription);
        Assert.Equal(bench.Bob.Sdp, bench.Dialog.Callee!.SessionDescription);
    }

    [Fact]
    public void A_challenge_that_fails_answers_the_first_partys_offer_with_the_session_as_it_was()
    {
        using CallBench bench = Up(configure: static o => o.KeepSessionDescriptions = true);
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        bench.Recorder.Clear();
        Wait(bench, Send(bench, SequentialMode.ChallengeCaller, SequentialBody.None));
        bench.Run(5);
        Assert.Equal(bench.Bob.Sdp, Encoding.ASCII.GetString(bench.Recorder.Find("ACK", to: "10.0.1.1").Single().Message!.Body));
    }

    private static CallBench Up(ulong seed = 1, Action<DialogOptions>? configure = null)
    {
        var bench = new CallBench(configure, seed: seed);
        bench.Call();
        bench.Run(1);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        return bench;
    }

    private static Task<SequentialReply> Send(CallBench bench, SequentialMode mode, SequentialBody body) =>
        bench.Dialog.SendSequentialAsync(
            new SequentialRequest
            {
                Mode = mode,
                Body = body,
                ContentType = "application/sdp",
                Content = body == SequentialBody.Custom ? Encoding.ASCII.GetBytes(bench.Alice.Sdp) : default,
            }
        );

    private static SequentialReply Wait(CallBench bench, Task<SequentialReply> task)
    {
        bench.Clock.RunUntil(() => task.IsCompleted, TimeSpan.FromMinutes(5));
        Assert.True(task.IsCompletedSuccessfully);
        return task.Result;
    }
}
