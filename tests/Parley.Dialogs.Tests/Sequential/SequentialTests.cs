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
        using CallFixture fixture = Up();
        SequentialReply reply = Wait(
            fixture,
            fixture.Dialog.SendSequentialAsync("INFO", toCaller, "Signal=5", "application/dtmf-relay", "X-Why: test\r\n")
        );
        Assert.Equal((200, false), (reply.StatusCode, reply.IsLocal));
        RecordedMessage info = Assert.Single(fixture.Recorder.Find("INFO"));
        Assert.Equal(host, info.To);
        Assert.Equal("test", info.Header("X-Why"));
        Assert.Equal("application/dtmf-relay", info.Header("Content-Type"));
        Assert.Equal("Signal=5", Encoding.ASCII.GetString(info.Message!.Body));
        Assert.Equal(toCaller ? fixture.Dialog.FromTag : fixture.Dialog.ToTag, Encoding.ASCII.GetString(info.Message.ToTag));
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Fact]
    public void A_request_names_the_leg_of_a_fork_that_it_goes_to()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call => call.Ring(180);
        fixture.Carol.OnInvite = static call => call.Ring(180);
        fixture.Alice.Invite("sip:bob-carol@10.0.0.1");
        fixture.Run(1);
        Assert.Equal(3, fixture.Dialog.Legs.Count);
        foreach (DialogLeg leg in fixture.Dialog.Legs)
        {
            SequentialReply reply = Wait(fixture, fixture.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INFO", Leg = leg }));
            Assert.Equal(200, reply.StatusCode);
            Assert.Same(leg, reply.Leg);
            RecordedMessage info = fixture.Recorder.Find("INFO", from: "10.0.0.1").Last();
            Assert.Equal(leg.Tag, Encoding.ASCII.GetString(info.Message!.ToTag));
            Assert.Equal(leg.Contact, Encoding.ASCII.GetString(info.Message.RequestUri));
        }
    }

    [Fact]
    public void A_leg_that_only_rang_is_gone_with_the_answer_and_one_of_another_dialog_is_refused()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call => call.Ring(180);
        fixture.Carol.OnInvite = static call =>
        {
            call.Ring(180);
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Alice.Invite("sip:bob-carol@10.0.0.1");
        fixture.Run(1);
        DialogLeg bob = fixture.Dialog.Legs.Single(static leg => leg.Contact.Contains("bob", StringComparison.Ordinal));
        SequentialReply asked = Wait(fixture, fixture.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INVITE", Leg = bob }));
        Assert.Equal((481, true), (asked.StatusCode, asked.IsLocal)); // RFC 3261 14.1: not before the first one's end
        fixture.Run(50);
        SequentialReply reply = Wait(fixture, fixture.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INFO", Leg = bob }));
        Assert.Equal((481, true, null), (reply.StatusCode, reply.IsLocal, reply.Leg));

        fixture.Call("dave");
        fixture.Run(1);
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = fixture.Dialog.SendSequentialAsync(new SequentialRequest { Method = "INFO", Leg = fixture.All[1].Caller });
            }
        );
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = fixture.Dialog.SendSequentialAsync(
                    new SequentialRequest { Mode = SequentialMode.ChallengeCaller, Leg = fixture.Dialog.Caller }
                );
            }
        );
    }

    [Fact]
    public void The_reply_names_the_leg_that_was_asked_and_of_a_challenge_the_second_one()
    {
        using CallFixture fixture = Up();
        Assert.Same(fixture.Dialog.Caller, Wait(fixture, fixture.Dialog.SendSequentialAsync("INFO", toCaller: true)).Leg);
        Assert.Same(fixture.Dialog.Callee, Wait(fixture, fixture.Dialog.SendSequentialAsync("INFO", toCaller: false)).Leg);
        Assert.Same(fixture.Dialog.Callee, Wait(fixture, Send(fixture, SequentialMode.ChallengeCaller, SequentialBody.None)).Leg);
        Assert.Same(fixture.Dialog.Caller, Wait(fixture, Send(fixture, SequentialMode.ChallengeCallee, SequentialBody.None)).Leg);
    }

    [Fact]
    public void The_final_status_comes_back_whatever_it_is()
    {
        using CallFixture fixture = Up();
        fixture.Bob.OnRequest = static request =>
            request.Respond(
                415,
                static r =>
                {
                    r.Body = "no";
                    r.ContentType = "text/plain";
                }
            );
        SequentialReply reply = Wait(fixture, fixture.Dialog.SendSequentialAsync("INFO", toCaller: false));
        Assert.Equal(
            (415, false, "no", "text/plain"),
            (reply.StatusCode, reply.IsLocal, Encoding.ASCII.GetString(reply.Body.Span), reply.ContentType)
        );
        Assert.False(reply.IsSuccess);
    }

    [Fact]
    public void Silence_is_a_408_of_the_proxys_own()
    {
        using CallFixture fixture = Up();
        fixture.Bob.OnRequest = static request => request.Hold();
        SequentialReply reply = Wait(fixture, fixture.Dialog.SendSequentialAsync("INFO", toCaller: false));
        Assert.Equal((408, true), (reply.StatusCode, reply.IsLocal));
        TimeSpan before = fixture.Clock.Elapsed;
        reply = Wait(
            fixture,
            fixture.Dialog.SendSequentialAsync(
                new SequentialRequest
                {
                    Method = "INFO",
                    Mode = SequentialMode.Callee,
                    Timeout = TimeSpan.FromSeconds(3),
                }
            )
        );
        Assert.Equal((408, true), (reply.StatusCode, reply.IsLocal));
        Assert.InRange(fixture.Clock.Elapsed - before, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.1));
    }

    [Fact]
    public void A_dialog_that_is_over_or_has_no_such_leg_gives_481()
    {
        using CallFixture fixture = Up();
        fixture.Alice.Calls[0].Bye();
        fixture.Run(1);
        SequentialReply reply = Wait(fixture, fixture.Dialog.SendSequentialAsync("INFO", toCaller: true));
        Assert.Equal((481, true), (reply.StatusCode, reply.IsLocal));
    }

    [Fact]
    public void Requests_that_no_one_may_send_this_way_are_refused()
    {
        using CallFixture fixture = Up();
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = fixture.Dialog.SendSequentialAsync("BYE", toCaller: true);
            }
        );
        Assert.Throws<ArgumentException>(
            "request",
            () =>
            {
                _ = fixture.Dialog.SendSequentialAsync("INFO", toCaller: true, body: "x");
            }
        );
        Assert.Throws<ArgumentNullException>(
            "request",
            () =>
            {
                _ = fixture.Dialog.SendSequentialAsync(null!);
            }
        );
    }

    [Fact]
    public void A_reINVITE_is_acknowledged_with_its_own_number_every_time_its_2xx_comes()
    {
        using CallFixture fixture = Up();
        int acks = 0;
        fixture.Network.Interceptor = packet => packet.Is("ACK") && ++acks <= 2 ? PacketFate.Drop : PacketFate.Pass;
        SequentialReply reply = Wait(fixture, Send(fixture, SequentialMode.Callee, SequentialBody.Custom));
        Assert.Equal(200, reply.StatusCode);
        fixture.Run(30);
        RecordedMessage invite = fixture.Recorder.Find("INVITE", from: "10.0.0.1").Last();
        RecordedMessage[] sent =
        [
            .. fixture.Recorder.Find("ACK", from: "10.0.0.1").Where(m => m.Message!.CSeqNumber == invite.Message!.CSeqNumber),
        ];
        Assert.Equal(3, sent.Length);
        Assert.All(sent, ack => Assert.Equal("10.0.2.1", ack.To));
        Assert.Empty(fixture.Bob.Anomalies);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void A_second_INVITE_is_refused_while_one_is_under_way()
    {
        using CallFixture fixture = Up();
        fixture.Bob.OnRequest = static request => request.Hold();
        Task<SequentialReply> first = Send(fixture, SequentialMode.Callee, SequentialBody.Custom);
        fixture.Run(1);
        SequentialReply second = Wait(fixture, Send(fixture, SequentialMode.Caller, SequentialBody.Custom));
        Assert.Equal((491, true), (second.StatusCode, second.IsLocal));
        Assert.Equal(408, Wait(fixture, first).StatusCode);
        fixture.Bob.OnRequest = null;
        Assert.Equal(200, Wait(fixture, Send(fixture, SequentialMode.Caller, SequentialBody.Custom)).StatusCode);
    }

    [Theory]
    [InlineData(SequentialMode.ChallengeCaller, "10.0.1.1", "10.0.2.1")]
    [InlineData(SequentialMode.ChallengeCallee, "10.0.2.1", "10.0.1.1")]
    public void A_challenge_offers_what_one_says_to_the_other_and_takes_the_answer_back(SequentialMode mode, string first, string second)
    {
        using CallFixture fixture = Up();
        fixture.Bob.Sdp += "a=bob\r\n";
        fixture.Recorder.Clear();
        SequentialReply reply = Wait(fixture, Send(fixture, mode, SequentialBody.None));
        fixture.Run(10);
        Assert.Equal(200, reply.StatusCode);
        ScriptedUserAgent a = first == "10.0.1.1" ? fixture.Alice : fixture.Bob,
            b = first == "10.0.1.1" ? fixture.Bob : fixture.Alice;

        RecordedMessage asked = Assert.Single(fixture.Recorder.Find("INVITE", to: first));
        Assert.True(asked.Message!.Body.IsEmpty);
        Assert.Equal($"<{b.Contact}>", asked.Header("Contact"));
        RecordedMessage offered = Assert.Single(fixture.Recorder.Find("INVITE", to: second));
        Assert.Equal(a.Sdp, Encoding.ASCII.GetString(offered.Message!.Body));
        Assert.Equal("application/sdp", offered.Header("Content-Type"));
        RecordedMessage answered = Assert.Single(fixture.Recorder.Find("ACK", to: first));
        Assert.Equal(b.Sdp, Encoding.ASCII.GetString(answered.Message!.Body));
        Assert.Equal(asked.Message.CSeqNumber, answered.Message.CSeqNumber);
        Assert.True(Assert.Single(fixture.Recorder.Find("ACK", to: second)).Message!.Body.IsEmpty);
        Assert.Equal(b.Sdp, Encoding.ASCII.GetString(reply.Body.Span));
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Fact]
    public void A_challenge_that_the_second_party_refuses_still_acknowledges_the_first()
    {
        using CallFixture fixture = Up();
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        fixture.Recorder.Clear();
        SequentialReply reply = Wait(fixture, Send(fixture, SequentialMode.ChallengeCaller, SequentialBody.None));
        fixture.Run(40);
        Assert.Equal((488, false), (reply.StatusCode, reply.IsLocal));
        Assert.NotEmpty(fixture.Recorder.Find("ACK", to: "10.0.1.1"));
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void A_challenge_whose_second_party_is_silent_ends_before_the_first_gives_up()
    {
        using CallFixture fixture = Up();
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        SequentialReply reply = Wait(fixture, Send(fixture, SequentialMode.ChallengeCaller, SequentialBody.None));
        Assert.Equal((408, true), (reply.StatusCode, reply.IsLocal));
        fixture.Run(40);
        Assert.DoesNotContain(fixture.Alice.Anomalies, static a => a.Kind == AnomalyKind.MissingAck);
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void A_challenge_that_the_first_party_refuses_asks_nobody_else()
    {
        using CallFixture fixture = Up();
        fixture.Alice.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(500);
        };
        fixture.Recorder.Clear();
        SequentialReply reply = Wait(fixture, Send(fixture, SequentialMode.ChallengeCaller, SequentialBody.None));
        fixture.Run(5);
        Assert.Equal(500, reply.StatusCode);
        Assert.Empty(fixture.Recorder.Find("INVITE", to: "10.0.2.1"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_challenge_works_over_a_bad_network(ulong seed)
    {
        using CallFixture fixture = Up(seed);
        fixture.Network.Conditions = LinkConditions.Bad(0.2);
        fixture.Recorder.Clear();
        for (int i = 0; i < 5; i++)
        {
            SequentialReply reply = Wait(
                fixture,
                Send(fixture, i % 2 == 0 ? SequentialMode.ChallengeCaller : SequentialMode.ChallengeCallee, SequentialBody.None)
            );
            fixture.Run(60);
            Assert.Equal(200, reply.StatusCode);
        }

        Assert.DoesNotContain(
            fixture.Alice.Anomalies.Concat(fixture.Bob.Anomalies),
            static a => a.Kind is AnomalyKind.MissingAck or AnomalyKind.OutOfOrder
        );
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
    }

    [Theory]
    [InlineData(SequentialBody.Inbound)]
    [InlineData(SequentialBody.Outbound)]
    public void The_session_of_the_other_party_goes_as_body_when_asked_for(SequentialBody body)
    {
        using CallFixture fixture = Up(configure: static o => o.KeepSessionDescriptions = true);
        fixture.Recorder.Clear();
        SequentialReply reply = Wait(fixture, Send(fixture, SequentialMode.Callee, body));
        Assert.Equal(200, reply.StatusCode);
        Assert.Equal(fixture.Alice.Sdp, Encoding.ASCII.GetString(fixture.Recorder.Find("INVITE").Single().Message!.Body));
    }

    [Fact]
    public void A_session_that_is_not_known_is_a_488_of_the_proxys_own()
    {
        using CallFixture fixture = Up();
        SequentialReply reply = Wait(fixture, Send(fixture, SequentialMode.Callee, SequentialBody.Outbound));
        Assert.Equal((488, true), (reply.StatusCode, reply.IsLocal));
    }

    [Fact]
    public void What_a_challenge_agreed_on_is_the_session_from_then_on()
    {
        using CallFixture fixture = Up(configure: static o => o.KeepSessionDescriptions = true);
        fixture.Alice.Sdp += "a=new\r\n";
        fixture.Bob.Sdp += "a=newer\r\n";
        Assert.Equal(200, Wait(fixture, Send(fixture, SequentialMode.ChallengeCaller, SequentialBody.None)).StatusCode);
        Assert.Equal(fixture.Alice.Sdp, fixture.Dialog.Caller.SessionDescription);
        Assert.Equal(fixture.Bob.Sdp, fixture.Dialog.Callee!.SessionDescription);
    }

    [Fact]
    public void A_challenge_that_fails_answers_the_first_partys_offer_with_the_session_as_it_was()
    {
        using CallFixture fixture = Up(configure: static o => o.KeepSessionDescriptions = true);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        fixture.Recorder.Clear();
        Wait(fixture, Send(fixture, SequentialMode.ChallengeCaller, SequentialBody.None));
        fixture.Run(5);
        Assert.Equal(fixture.Bob.Sdp, Encoding.ASCII.GetString(fixture.Recorder.Find("ACK", to: "10.0.1.1").Single().Message!.Body));
    }

    private static CallFixture Up(ulong seed = 1, Action<DialogOptions>? configure = null)
    {
        var fixture = new CallFixture(configure, seed: seed);
        fixture.Call();
        fixture.Run(1);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        return fixture;
    }

    private static Task<SequentialReply> Send(CallFixture fixture, SequentialMode mode, SequentialBody body) =>
        fixture.Dialog.SendSequentialAsync(
            new SequentialRequest
            {
                Mode = mode,
                Body = body,
                ContentType = "application/sdp",
                Content = body == SequentialBody.Custom ? Encoding.ASCII.GetBytes(fixture.Alice.Sdp) : default,
            }
        );

    private static SequentialReply Wait(CallFixture fixture, Task<SequentialReply> task)
    {
        fixture.Clock.RunUntil(() => task.IsCompleted, TimeSpan.FromMinutes(5));
        Assert.True(task.IsCompletedSuccessfully);
        return task.Result;
    }
}
