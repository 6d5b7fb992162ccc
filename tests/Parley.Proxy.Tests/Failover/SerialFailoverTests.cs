using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Failover;

/// <summary>One target after the other: which failures lead to the next one, when, and what the caller gets.</summary>
public sealed class SerialFailoverTests
{
    private static readonly SipUri First = SipUri.Parse("sip:bob@10.0.0.2"),
        Second = SipUri.Parse("sip:bob@10.0.0.3");

    private static readonly SipUri[] Both = [First, Second];

    private static readonly RelayOptions Quick = new()
    {
        FirstResponseTimeout = TimeSpan.FromMilliseconds(500),
        FinalResponseTimeout = TimeSpan.FromSeconds(20),
    };

    private readonly List<RelayFailure> _failures = [];

    private ProxyFixture Make(RelayOptions? options = null) =>
        new(async context =>
        {
            context.OnFailure(failed =>
            {
                _failures.Add(failed.Failure);
                return ValueTask.CompletedTask;
            });
            await context.FailoverAsync(Both, options ?? Quick);
        });

    private static Peer Answering(ProxyFixture fixture, string address, params int[] statuses)
    {
        Peer peer = fixture.Peer(address);
        peer.Script = request =>
        {
            if (request.Method is not (SipMethod.Invite or SipMethod.Options))
                return;
            foreach (int status in statuses)
                peer.Answer(request, status);
        };
        return peer;
    }

    [Fact]
    public void A_dead_host_costs_the_first_response_time_and_no_more()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            dead = fixture.Peer("10.0.0.2"),
            bob = Answering(fixture, "10.0.0.3", 180, 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(450);
        Assert.Equal(0, bob.Count("INVITE"));
        fixture.Run(150);
        Assert.Equal([200], alice.Finals);
        Assert.True(dead.Count("INVITE") is 1 or 2);
        Assert.Empty(_failures);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.BranchTimeouts]);
        fixture.RunToTheEnd();
        Assert.Equal(0, dead.Count("CANCEL")); // 9.1: nothing came, so nothing is cancelled
    }

    [Theory]
    [InlineData(180)]
    [InlineData(200)]
    public void A_target_that_was_given_up_is_not_asked_again_and_its_late_response_counts(int late)
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            silent = fixture.Peer("10.0.0.2"),
            bob = Answering(fixture, "10.0.0.3", 180);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(600);
        int sent = silent.Count("INVITE");
        fixture.Run(15_000);
        Assert.Equal((sent, 0, 1), (silent.Count("INVITE"), silent.Count("CANCEL"), bob.Count("INVITE")));
        silent.Answer(silent.Request("INVITE"), late);
        fixture.Run(100);
        Assert.Equal(late == 180 ? (1, 0) : (0, 1), (silent.Count("CANCEL"), alice.Finals.Count()));
        Assert.Equal(late == 200 ? 1 : 0, bob.Count("CANCEL"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_call_that_was_cancelled_is_not_offered_again_after_the_first_response_time()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            silent = fixture.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(300);
        alice.Cancel(invite);
        fixture.Run(400);
        int sent = silent.Count("INVITE");
        Assert.Contains(487, alice.Finals);
        fixture.Run(20_000);
        Assert.Equal(sent, silent.Count("INVITE"));
        silent.Answer(silent.Request("INVITE"), 180);
        fixture.Run(100);
        Assert.Equal(1, silent.Count("CANCEL"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Two_dead_hosts_end_in_408_after_twice_the_time()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        fixture.Peer("10.0.0.3");
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(950);
        Assert.Empty(alice.Finals);
        fixture.Run(200);
        Assert.Equal([408], alice.Finals);
        Assert.Equal([new RelayFailure(408, FailureReason.NoResponse, false)], _failures);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public void A_server_that_fails_is_left_at_once(int status)
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 100, status);
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData(503, 503, 503, 500)]
    [InlineData(503, 500, 500, 500)]
    [InlineData(500, 503, 500, 500)]
    [InlineData(503, 486, 486, 486)]
    public void When_all_have_failed_the_best_is_told_as_received(int first, int second, int told, int sent)
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", first);
        Answering(fixture, "10.0.0.3", second);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([sent], alice.Finals);
        RelayFailure failure = Assert.Single(_failures);
        Assert.Equal(told, failure.StatusCode);
        Assert.True(failure.IsReceived);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData(486, FailureReason.Busy)]
    [InlineData(600, FailureReason.Busy)]
    [InlineData(603, FailureReason.Declined)]
    [InlineData(404, FailureReason.NotFound)]
    [InlineData(480, FailureReason.NoAnswer)]
    [InlineData(407, FailureReason.Challenged)]
    [InlineData(302, FailureReason.Redirected)]
    [InlineData(488, FailureReason.Refused)]
    public void What_the_callee_says_goes_to_the_caller(int status, FailureReason reason)
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 100, status);
        Peer second = Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(1_000);
        Assert.Equal([status], alice.Finals.Distinct());
        Assert.Equal(0, second.Count("INVITE"));
        Assert.Equal([new RelayFailure(status, reason, true)], _failures);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_late_100_is_answered_with_CANCEL_and_changes_nothing()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            late = fixture.Peer("10.0.0.2"),
            bob = Answering(fixture, "10.0.0.3", 180);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(700);
        Assert.Equal(1, bob.Count("INVITE"));
        late.Answer(late.Request("INVITE"), 100);
        fixture.Run(100);
        Assert.Equal(1, late.Count("CANCEL"));
        bob.Answer(bob.Request("INVITE"), 200);
        fixture.Run(100);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, late.Count("ACK")); // the 487 of its CANCEL
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_100_in_time_keeps_the_target_and_the_final_time_runs()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            slow = Answering(fixture, "10.0.0.2", 100),
            second = Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(19_900);
        Assert.Empty(alice.Finals);
        Assert.Equal(0, slow.Count("CANCEL"));
        fixture.Run(300);
        Assert.Equal(1, slow.Count("CANCEL"));
        Assert.Equal([408], alice.Finals);
        Assert.Equal([new RelayFailure(408, FailureReason.NoAnswer, true)], _failures);
        Assert.Equal(0, second.Count("INVITE"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_late_2xx_of_a_target_that_was_given_up_still_goes_to_the_caller()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            late = fixture.Peer("10.0.0.2"),
            bob = Answering(fixture, "10.0.0.3", 180);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(700);
        late.Answer(late.Request("INVITE"), 200);
        fixture.Run(100);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, bob.Count("CANCEL")); // 16.7 step 10
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_CANCEL_while_the_first_is_silent_ends_it_within_its_time()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            dead = fixture.Peer("10.0.0.2"),
            second = Answering(fixture, "10.0.0.3", 200);
        string invite = alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(200);
        alice.Cancel(invite);
        fixture.Run(400);
        Assert.Equal([200, 487], alice.Finals); // of the CANCEL, of the INVITE
        Assert.Equal(0, second.Count("INVITE"));
        Assert.Equal([new RelayFailure(487, FailureReason.Cancelled, false)], _failures);
        fixture.RunToTheEnd();
        Assert.Equal(0, dead.Count("CANCEL"));
    }

    [Fact]
    public void A_CANCEL_while_the_second_rings_is_passed_to_it()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        Peer bob = Answering(fixture, "10.0.0.3", 180);
        string invite = alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(700);
        alice.Cancel(invite);
        fixture.Run(100);
        Assert.Equal(1, bob.Count("CANCEL"));
        Assert.Contains(487, alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Another_method_goes_to_the_next_too_and_the_former_is_repeated_no_more()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            dead = fixture.Peer("10.0.0.2");
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("OPTIONS", "sip:bob@example.com");
        fixture.Run(700);
        Assert.Equal([200], alice.Finals);
        int sent = dead.Count("OPTIONS");
        fixture.RunToTheEnd();
        Assert.Equal(sent, dead.Count("OPTIONS"));
    }

    [Fact]
    public void Another_method_that_nobody_answers_gets_504_while_its_caller_waits()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        fixture.Peer("10.0.0.3");
        alice.Send("OPTIONS", "sip:bob@example.com");
        fixture.Run(1_200);
        Assert.Equal([504], alice.Finals); // RFC 4320 4.2: never 408
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_servers_of_one_domain_are_tried_before_the_next_target()
    {
        using var fixture = new ProxyFixture(async context =>
            await context.FailoverAsync([SipUri.Parse("sip:bob@example.com"), Second], Quick)
        );
        fixture.Locator.Add("example.com", "udp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "udp:10.0.0.4:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            dead = fixture.Peer("10.0.0.2"),
            alsoDead = fixture.Peer("10.0.0.4");
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(600);
        Assert.True(dead.Count("INVITE") > 0 && alsoDead.Count("INVITE") > 0);
        Assert.Empty(alice.Finals);
        fixture.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(2, fixture.Locator.Failed.Count);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_name_without_an_address_leads_to_the_next()
    {
        using var fixture = new ProxyFixture(async context =>
            await context.FailoverAsync([SipUri.Parse("sip:bob@nowhere.example"), Second])
        );
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Only_names_without_addresses_end_in_500_with_that_reason()
    {
        RelayFailure failure = default;
        using var fixture = new ProxyFixture(async context =>
        {
            context.OnFailure(failed =>
            {
                failure = failed.Failure;
                return ValueTask.CompletedTask;
            });
            await context.FailoverAsync([SipUri.Parse("sip:bob@nowhere.example")]);
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([500], alice.Finals);
        Assert.Equal(new RelayFailure(503, FailureReason.NameNotFound, false), failure);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void From_outside_the_strand_it_works_the_same()
    {
        using var fixture = new ProxyFixture(async context =>
        {
            await Task.Yield();
            await Task.Run(static () => { }, TestContext.Current.CancellationToken).ConfigureAwait(false);
            await context.FailoverAsync(Both, Quick).ConfigureAwait(false);
        });
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 503);
        Peer bob = Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    fixture.Run(1);
                    return alice.Finals.Any();
                },
                TimeSpan.FromSeconds(20)
            )
        );
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, bob.Count("INVITE"));
    }
}
