using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Registrar;
using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>How far one request may fork: contacts that lead back here, Max-Breadth, and a limit over all returns.</summary>
public sealed class ForkingBoundTests
{
    private static async ValueTask ToContacts(SipContext context)
    {
        if (context.Services.GetRequiredService<LocationTable>().AddTargets(context) == 0)
        {
            context.Reply(404);
            return;
        }

        await context.RelayAsync();
    }

    private static ProxyFixture Create(Action<ParleyApplicationBuilder>? configure = null)
    {
        var fixture = new ProxyFixture(
            static async context =>
            {
                if (context.Method == SipMethod.Register)
                    context.Services.GetRequiredService<SipRegistrar>().Handle(context);
                else
                    await ToContacts(context);
            },
            builder =>
            {
                builder.Services.AddRegistrar(static options => options.MaxContacts = 1000);
                configure?.Invoke(builder);
            }
        );
        fixture.Transport.AddAlias("example.com");
        fixture.Locator.Add("example.com", $"udp:{ProxyFixture.ProxyAddress}:5060");
        fixture.Locator.Add("example.com.", $"udp:{ProxyFixture.ProxyAddress}:5060");
        return fixture;
    }

    private static void Bind(ProxyFixture fixture, string user, string contact, int q = 1000) =>
        Assert.True(
            fixture
                .App.Services.GetRequiredService<LocationTable>()
                .Bind(AddressOfRecord.Parse($"{user}@example.com"), SipUri.Parse(contact), null, q)
        );

    private static long Attack(ProxyFixture fixture, string method = "INVITE")
    {
        Peer mallory = fixture.Peer("10.0.0.1");
        long before = fixture.Network.Counters.Sent;
        string invite = mallory.Send(method, "sip:bob@example.com");
        fixture.Run(500);
        int status = Assert.Single(mallory.Finals);
        Assert.InRange(status, 400, 499);
        if (method == "INVITE")
            mallory.AckFailure(invite, mallory.Responses[^1]);
        fixture.RunToTheEnd();
        return fixture.Network.Counters.Sent - before;
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Contacts_that_lead_back_cost_no_more_than_themselves(int contacts)
    {
        using ProxyFixture fixture = Create();
        for (int i = 0; i < contacts; i++)
        {
            // Each is the same address to the registrar: other parameters, escapes, case, port.
            Bind(
                fixture,
                "bob",
                (i % 5) switch
                {
                    0 => $"sip:bob@example.com;x={i}",
                    1 => $"sip:%62ob@Example.com;x={i}",
                    2 => $"sip:BOB@example.com.;x={i}",
                    3 => $"sip:bob@example.com:5060;x={i}",
                    _ => $"sip:bob:secret@example.com;x={i};transport=udp",
                }
            );
        }

        // Per branch: the INVITE, its 482 and the ACK; besides the caller's own four.
        Assert.InRange(Attack(fixture), 1, (Math.Min(contacts, 16) * 5) + 6);
        Assert.Equal(Math.Min(contacts, 16), fixture.App.Counters[ProxyCounter.BranchesSent]);
        Assert.Equal(Math.Min(contacts, 16), fixture.App.Counters[ProxyCounter.Loops]);
    }

    [Theory]
    [InlineData(2, 1000)]
    [InlineData(4, 1000)]
    [InlineData(6, 1000)]
    [InlineData(10, 1000)]
    [InlineData(2, -1)] // one after the other
    [InlineData(4, -1)]
    [InlineData(10, -1)]
    public void Users_who_all_lead_to_each_other_are_bounded_over_all_returns(int users, int q)
    {
        using ProxyFixture fixture = Create();
        for (int i = 0; i < users; i++)
        {
            Bind(fixture, "bob", $"sip:user{i}@example.com", q < 0 ? i : q);
            for (int j = 0; j < users; j++)
                Bind(fixture, $"user{i}", $"sip:user{j}@example.com", q < 0 ? j : q);
        }

        long datagrams = Attack(fixture);
        Assert.InRange(fixture.App.Counters[ProxyCounter.BranchesSent], 1, 16 + 60);
        Assert.InRange(datagrams, 1, (16 + 60) * 6);
    }

    [Fact]
    public void A_Path_of_ours_with_other_parameters_is_no_other_way()
    {
        using ProxyFixture fixture = Create(static builder =>
            builder.Services.AddRegistrar(static options => options.AllowOwnContacts = true)
        );
        Peer mallory = fixture.Peer("10.0.0.2");
        for (int i = 0; i < 6; i++)
        {
            mallory.SendText(
                $"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKr{i}\r\nMax-Forwards: 70\r\nFrom: <sip:bob@example.com>;tag=r\r\nTo: <sip:bob@example.com>\r\n"
                    + $"Call-ID: r{i}\r\nCSeq: 1 REGISTER\r\nSupported: path\r\nPath: <sip:{ProxyFixture.ProxyAddress};lr;x={i}>\r\nContact: <sip:bob@example.com;y={i}>\r\nContent-Length: 0\r\n\r\n"
            );
        }

        fixture.Run(100);
        Assert.All(mallory.Statuses, static status => Assert.Equal(200, status));
        Attack(fixture);
        Assert.Equal(6, fixture.App.Counters[ProxyCounter.BranchesSent]);
    }

    [Fact]
    public void Without_loop_detection_the_limit_over_all_returns_holds()
    {
        using ProxyFixture fixture = Create(static builder => builder.Proxy.DetectLoops = false);
        for (int i = 0; i < 2; i++)
            Bind(fixture, "bob", $"sip:bob@example.com;x={i}", i);
        Attack(fixture, "MESSAGE");
        Assert.InRange(fixture.App.Counters[ProxyCounter.BranchesSent], 1, 16 + 60);
        Assert.Equal(1, fixture.App.Core.Spirals.Count);
    }

    [Fact]
    public void A_spiral_to_another_user_passes_and_may_fork()
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            desk = fixture.Peer("10.0.0.2"),
            mobile = fixture.Peer("10.0.0.3");
        Bind(fixture, "sales", "sip:bob@example.com");
        Bind(fixture, "sales", "sip:carol@example.com");
        Bind(fixture, "bob", "sip:bob@10.0.0.2");
        Bind(fixture, "carol", "sip:carol@10.0.0.3");
        desk.Script = r => desk.Answer(r, 404);
        mobile.Script = r => mobile.Answer(r, 200);
        alice.Send("MESSAGE", "sip:sales@example.com");
        fixture.Run(200);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(0, fixture.App.Counters[ProxyCounter.Loops]);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_request_without_Max_Breadth_gets_60_divided_among_its_branches()
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1");
        List<Peer> phones = [.. Enumerable.Range(2, 7).Select(i => fixture.Peer($"10.0.0.{i}"))];
        foreach (Peer phone in phones)
            Bind(fixture, "bob", $"sip:bob@{phone.Address}");
        alice.Send("OPTIONS", "sip:bob@example.com");
        fixture.Run(100);
        int[] shares = [.. phones.Select(static phone => Breadth(phone.Request("OPTIONS")))];
        Assert.Equal(60, shares.Sum());
        Assert.All(shares, static share => Assert.InRange(share, 8, 9));
        foreach (Peer phone in phones)
            phone.Answer(phone.Request("OPTIONS"), 200);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("60", 60)]
    [InlineData("61", 60)]
    [InlineData("99999999999999999999", 60)]
    public void One_branch_gets_all_that_came(string came, int left)
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            context.SetDestination(SipUri.Parse("sip:10.0.0.2"));
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        alice.Send("OPTIONS", "sip:bob@example.com", headers: $"Max-Breadth: {came}\r\n");
        fixture.Run(100);
        SipMessage request = bob.Request("OPTIONS");
        Assert.Equal(left, Breadth(request));
        Assert.True(request.IndexOf(SipHeaderName.MaxBreadth, request.IndexOf(SipHeaderName.MaxBreadth) + 1) < 0);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData(3, 3, 200)]
    [InlineData(2, 3, 440)]
    [InlineData(1, 2, 440)]
    [InlineData(1, 1, 200)]
    public void A_parallel_fork_that_does_not_fit_is_440(int breadth, int contacts, int status)
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        for (int i = 0; i < contacts; i++)
            Bind(fixture, "bob", $"sip:bob{i}@10.0.0.2");
        alice.Send("MESSAGE", "sip:bob@example.com", headers: $"Max-Breadth: {breadth}\r\n");
        fixture.Run(100);
        Assert.Equal([status], alice.Finals);
        Assert.Equal(status == 440 ? 0 : contacts, bob.Requests.Count);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void One_after_the_other_they_may_use_the_same_breadth()
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 480);
        for (int i = 0; i < 3; i++)
            Bind(fixture, "bob", $"sip:bob{i}@10.0.0.2", i * 100);
        alice.Send("MESSAGE", "sip:bob@example.com", headers: "Max-Breadth: 1\r\n");
        fixture.Run(100);
        Assert.Equal([480], alice.Finals);
        Assert.Equal([1, 1, 1], bob.Requests.Select(Breadth));
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("5\r\nMax-Breadth: 6")]
    public void An_unreadable_Max_Breadth_is_400(string value)
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("MESSAGE", "sip:bob@example.com", headers: $"Max-Breadth: {value}\r\n");
        fixture.Run(100);
        Assert.Equal([400], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Targets_that_join_later_get_what_was_held_back()
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            context.AddTarget(SipUri.Parse("sip:10.0.0.2"));
            await context.RelayAsync();
            await Task.Delay(TimeSpan.FromSeconds(1), context.Time);
            context.AddTarget(SipUri.Parse("sip:10.0.0.3"));
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            one = fixture.Peer("10.0.0.2"),
            two = fixture.Peer("10.0.0.3");
        alice.Send("OPTIONS", "sip:bob@example.com");
        fixture.Run(1200);
        Assert.Equal((60, 4), (Breadth(one.Request("OPTIONS")), Breadth(two.Request("OPTIONS"))));
        alice.Send("OPTIONS", "sip:bob@example.com", callId: "c2", headers: "Max-Breadth: 60\r\n");
        int before = two.Requests.Count(static r => r.CallId.SequenceEqual("c2"u8));
        fixture.Run(1200);
        Assert.Equal(0, before + two.Requests.Count(static r => r.CallId.SequenceEqual("c2"u8))); // nothing is left while the first one holds it
        one.Answer(one.Requests.Last(static r => r.CallId.SequenceEqual("c2"u8)), 480);
        fixture.Run(100);
        Assert.Equal(60, Breadth(two.Requests.Last(static r => r.CallId.SequenceEqual("c2"u8))));
        two.Answer(two.Requests.Last(static r => r.CallId.SequenceEqual("c2"u8)), 200);
        fixture.RunToTheEnd();
    }

    private static int Breadth(SipMessage request) =>
        request.TryGetHeader(SipHeaderName.MaxBreadth, out ReadOnlySpan<byte> value)
            ? int.Parse(Peer.Text(value), System.Globalization.CultureInfo.InvariantCulture)
            : -1;
}
