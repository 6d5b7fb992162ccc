using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Testing.Tests.Network;

public class DatagramTests
{
    private readonly SimulatedNetwork _network = new(7);
    private readonly Probe _a;
    private readonly Probe _b;

    public DatagramTests()
    {
        _a = new Probe(_network.AddHost("10.0.0.1"));
        _b = new Probe(_network.AddHost("10.0.0.2"));
    }

    [Fact]
    public void Datagrams_arrive_in_order_after_the_links_delay()
    {
        _a.Send(_b.Host, SipProtocol.Udp, 1, 3);
        Assert.Empty(_b.Heard);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c1", "c2", "c3"], _b.Heard);
        Assert.Equal(TimeSpan.FromMilliseconds(1), _network.Clock.Elapsed);
        Assert.Equal("10.0.0.1:5060", _b.Flows[0].Remote.ToString());
        Assert.Same(_b.Host.Listener(SipProtocol.Udp), _b.Flows[0].Listener);
    }

    [Fact]
    public void What_is_not_flushed_does_not_leave()
    {
        _a.Host.Send(new SipFlow(_a.Host.Listeners[0], _b.Host.Listeners[0].Local), Probe.Message(1));
        _network.Clock.RunUntilIdle();
        Assert.Equal(1, _a.Host.Unflushed);
        Assert.Equal(0, _network.Counters.Sent);
        _a.Host.Flush();
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c1"], _b.Heard);
    }

    [Fact]
    public void What_a_receiver_sends_is_flushed_for_it_and_its_message_is_overwritten()
    {
        SipMessage? kept = null;
        _b.Then = (message, source) =>
        {
            kept = message;
            _b.Host.Send(source, Probe.Message(9));
        };
        _a.Send(_b.Host, SipProtocol.Udp, 1);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c9"], _a.Heard);
        Assert.False(kept!.CallId.SequenceEqual("c1"u8));
    }

    [Fact]
    public void Loss_duplication_and_reordering_come_in_the_given_shares()
    {
        _network.Conditions = new LinkConditions
        {
            Loss = 0.1,
            Duplication = 0.1,
            Reordering = 0.1,
        };
        for (int i = 0; i < 2000; i++)
        {
            _a.Send(_b.Host, SipProtocol.Udp, i);
            _network.Clock.RunFor(TimeSpan.FromMilliseconds(1));
        }
        _network.Clock.RunUntilIdle();
        Assert.InRange(_network.Counters.Lost, 150, 250);
        Assert.InRange(_network.Counters.Duplicated, 130, 230);
        Assert.InRange(_network.Counters.Reordered, 140, 260);
        Assert.Equal(2000 - _network.Counters.Lost + _network.Counters.Duplicated, _b.Heard.Count);
        Assert.NotEqual(_b.Heard.OrderBy(h => int.Parse(h[1..], null)), _b.Heard);
    }

    [Fact]
    public void A_delay_that_varies_reorders_nothing()
    {
        _network.Conditions = new LinkConditions { MaximumDelay = TimeSpan.FromMilliseconds(40) };
        _a.Send(_b.Host, SipProtocol.Udp, 0, 200);
        _network.Clock.RunUntilIdle();
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"c{i}"), _b.Heard);
        Assert.InRange(_network.Clock.Elapsed.TotalMilliseconds, 30, 40);
    }

    [Fact]
    public void The_same_seed_gives_the_same_log_and_another_seed_another()
    {
        static (ulong, long) Run(ulong seed)
        {
            var network = new SimulatedNetwork(seed) { Conditions = LinkConditions.Bad(0.2) };
            var a = new Probe(network.AddHost("10.0.0.1"));
            var b = new Probe(network.AddHost("10.0.0.2"));
            a.Send(b.Host, SipProtocol.Udp, 0, 300);
            network.Clock.RunUntilIdle();
            return (network.Log.Hash, network.Log.Count);
        }
        Assert.Equal(Run(5), Run(5));
        Assert.NotEqual(Run(5), Run(6));
    }

    [Fact]
    public void The_log_tells_what_happened()
    {
        _network.Log.KeepText = true;
        _a.Send(_b.Host, SipProtocol.Udp, 3);
        _network.Clock.RunUntilIdle();
        Assert.Equal(
            [
                "0.000000 sent UDP 10.0.0.1:5060 > 10.0.0.2:5060 OPTIONS c3 CSeq 3 OPTIONS",
                "0.001000 arrived UDP 10.0.0.1:5060 > 10.0.0.2:5060 OPTIONS c3 CSeq 3 OPTIONS",
            ],
            _network.Log.Lines
        );
    }

    [Fact]
    public void A_link_can_be_bad_alone_and_one_way()
    {
        _network.SetConditionsOneWay(_a.Host, _b.Host, LinkConditions.Losing(1));
        _a.Send(_b.Host, SipProtocol.Udp, 1);
        _b.Send(_a.Host, SipProtocol.Udp, 2);
        _network.Clock.RunUntilIdle();
        Assert.Empty(_b.Heard);
        Assert.Equal(["c2"], _a.Heard);
        _network.SetConditions(_a.Host, _b.Host, null);
        _a.Send(_b.Host, SipProtocol.Udp, 3);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c3"], _b.Heard);
    }

    [Fact]
    public void A_partition_swallows_datagrams_until_it_heals()
    {
        var c = new Probe(_network.AddHost("10.0.0.3"));
        _network.Partition([_a.Host], [_b.Host, c.Host]);
        _a.Send(_b.Host, SipProtocol.Udp, 1);
        c.Send(_a.Host, SipProtocol.Udp, 2);
        c.Send(_b.Host, SipProtocol.Udp, 3);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c3"], _b.Heard);
        Assert.Empty(_a.Heard);
        Assert.Equal(2, _network.Counters.Cut);
        _network.Heal();
        _a.Send(c.Host, SipProtocol.Udp, 4);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c4"], c.Heard);
    }

    [Fact]
    public void An_interceptor_decides_by_hand()
    {
        _network.Interceptor = packet =>
            packet.CallId switch
            {
                "c1" => PacketFate.HoldBack,
                "c2" => PacketFate.Drop,
                "c3" => PacketFate.Duplicate,
                _ => PacketFate.Pass,
            };
        _a.Send(_b.Host, SipProtocol.Udp, 1, 4);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c3", "c3", "c4", "c1"], _b.Heard);
        _network.Conditions = LinkConditions.Losing(1);
        _network.Interceptor = packet => packet.Is("OPTIONS") && packet.To == _b.Host ? PacketFate.Protect : PacketFate.Pass;
        _a.Send(_b.Host, SipProtocol.Udp, 5);
        _b.Send(_a.Host, SipProtocol.Udp, 6);
        _network.Clock.RunUntilIdle();
        Assert.Equal("c5", _b.Heard[^1]);
        Assert.Empty(_a.Heard);
    }

    [Fact]
    public void A_crashed_hosts_address_can_be_taken_again()
    {
        _a.Send(_b.Host, SipProtocol.Udp, 1);
        _b.Host.Crash();
        _network.Clock.RunUntilIdle();
        Assert.Empty(_b.Heard);
        Assert.Equal(SipSendResult.Failed, _b.Host.Send(new SipFlow(_b.Host.Listeners[0], _a.Host.Listeners[0].Local), Probe.Message(2)));
        _a.Send(_b.Host, SipProtocol.Udp, 3);
        Assert.Equal(1, _network.Counters.Unreachable);
        var reborn = new Probe(_network.AddHost("10.0.0.2"));
        _a.Send(reborn.Host, SipProtocol.Udp, 4);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c4"], reborn.Heard);
    }

    [Fact]
    public void A_silent_host_hears_and_says_nothing()
    {
        _b.Host.IsSilent = true;
        _a.Send(_b.Host, SipProtocol.Udp, 1);
        _b.Send(_a.Host, SipProtocol.Udp, 2);
        _network.Clock.RunUntilIdle();
        _b.Host.IsSilent = false;
        _a.Send(_b.Host, SipProtocol.Udp, 3);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c3"], _b.Heard);
        Assert.Empty(_a.Heard);
    }

    [Fact]
    public void What_cannot_be_sent_fails_at_once()
    {
        SipListener udp = _a.Host.Listener(SipProtocol.Udp);
        SipEndPoint target = _b.Host.Listeners[0].Local;
        Assert.Equal(SipSendResult.Failed, _a.Host.Send(new SipFlow(udp, target), new byte[65_508]));
        Assert.Equal(SipSendResult.Queued, _a.Host.Send(new SipFlow(udp, target), new byte[65_507]));
        Assert.True(SipEndPoint.TryParseHost("2001:db8::1"u8, 5060, out SipEndPoint six));
        Assert.Equal(SipSendResult.Failed, _a.Host.Send(new SipFlow(udp, six), Probe.Message(1)));
        Assert.Throws<ArgumentException>(() => _a.Host.Send(new SipFlow(_b.Host.Listeners[0], target), Probe.Message(1)));
    }

    [Fact]
    public void Garbage_is_dropped_and_a_bad_request_is_handed_up_as_malformed()
    {
        var flow = new SipFlow(_a.Host.Listeners[0], _b.Host.Listeners[0].Local);
        _a.Host.Send(flow, "hello"u8);
        _a.Host.Send(flow, "\r\n\r\n"u8);
        _a.Host.Send(
            flow,
            System.Text.Encoding.ASCII.GetBytes(
                System
                    .Text.Encoding.ASCII.GetString(Probe.Message(1))
                    .Replace("Content-Length: 0", "Content-Length: 999", StringComparison.Ordinal)
            )
        );
        _a.Host.Flush();
        _network.Clock.RunUntilIdle();
        Assert.Equal(["malformed 400"], _b.Heard);
        Assert.True(_network.Counters.Dropped >= 1);
    }

    [Fact]
    public void Hosts_have_several_listeners_names_and_aliases()
    {
        SimulatedTransport host = _network.AddHost(
            "proxy",
            "udp:10.0.0.9 as sip.example.com:5080",
            "tls:[2001:db8::9]",
            "tcp:10.0.0.9:5070"
        );
        host.AddAlias("example.org");
        Assert.Equal("sip.example.com:5080"u8, host.Listeners[0].SentBy);
        Assert.Equal("tls:[2001:db8::9]:5061", host.Listeners[1].ToString());
        Assert.True(host.IsOwn("sip.example.com"u8, 5080));
        Assert.True(host.IsOwn("example.org"u8, 0));
        Assert.False(host.IsOwn("example.net"u8, 0));
        Assert.Same(host.Listeners[2], host.FindOwn("10.0.0.9"u8, 5070, "tcp"u8));
        Assert.Same(host.Listeners[2], host.SelectListener(SipProtocol.Tcp, _a.Host.Listeners[0].Local));
        Assert.Throws<ArgumentException>(() => _network.AddHost("again", "tcp:10.0.0.9:5070"));
        Assert.Throws<ArgumentException>(() => _network.AddHost("wrong", "sctp:10.0.0.9:5070"));
        Assert.Throws<ArgumentException>(() => _network.AddHost("not an address"));
    }

    [Fact]
    public void A_datagram_to_nobody_is_reported_when_the_network_does_so()
    {
        var nobody = new SipFlow(_a.Host.Listener(SipProtocol.Udp), SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.3"), 5060));
        _a.Host.Send(nobody, Probe.Message(1));
        _a.Host.Flush();
        _network.Clock.RunUntilIdle();
        Assert.Empty(_a.Heard);
        _network.ReportsUnreachable = true;
        _network.UnreachableQuote = 28;
        _a.Host.Send(nobody, Probe.Message(2));
        _a.Host.Flush();
        _network.Clock.RunUntilIdle();
        Assert.Equal(["unreachable 10.0.0.3:5060 28"], _a.Heard);
    }
}
