using Parley.Transport;
using Xunit;

namespace Parley.Testing.Tests.Network;

public class StreamTests
{
    private readonly SimulatedNetwork _network = new(7);
    private readonly Probe _a;
    private readonly Probe _b;

    public StreamTests()
    {
        _a = new Probe(_network.AddHost("10.0.0.1"));
        _b = new Probe(_network.AddHost("10.0.0.2"));
    }

    [Fact]
    public void A_stream_keeps_order_and_loses_nothing_on_a_bad_link()
    {
        _network.Conditions = LinkConditions.Bad(0.5);
        _a.Send(_b.Host, SipProtocol.Tcp, 0, 100);
        _network.Clock.RunUntilIdle();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"c{i}"), _b.Heard);
        Assert.Equal(1, _network.Counters.Connections);
    }

    [Fact]
    public void Answers_go_back_on_the_connection_they_came_by()
    {
        _b.Then = (_, source) => _b.Host.Send(source, Probe.Message(50));
        _a.Send(_b.Host, SipProtocol.Tcp, 1);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c50"], _a.Heard);
        Assert.NotEqual(0, _b.Flows[0].ConnectionId);
        Assert.NotEqual(5060, _b.Flows[0].Remote.Port);
        Assert.Equal("10.0.0.2:5060", _a.Flows[0].Remote.ToString());
        _a.Send(_b.Host, SipProtocol.Tcp, 2);
        _b.Host.Send(_b.Flows[0] with { ConnectionId = 0 }, Probe.Message(51));
        _network.Clock.RunUntilIdle();
        Assert.Equal(1, _network.Counters.Connections);
        Assert.Contains("c51", _a.Heard);
    }

    [Fact]
    public void Where_nobody_hears_the_queued_messages_fail()
    {
        SipEndPoint nobody = _b.Host.Listener(SipProtocol.Tcp).Local.WithPort(9);
        _a.Host.Send(new SipFlow(_a.Host.Listener(SipProtocol.Tcp), nobody), Probe.Message(1), 11);
        _a.Host.Send(new SipFlow(_a.Host.Listener(SipProtocol.Tcp), nobody), Probe.Message(2), 12);
        _a.Host.Send(new SipFlow(_a.Host.Listener(SipProtocol.Tcp), nobody), Probe.Message(3));
        _network.Clock.RunUntilIdle();
        Assert.Equal(["failed 11", "failed 12"], _a.Heard);
        Assert.Equal(0, _a.Host.ConnectionCount);
    }

    [Fact]
    public void A_host_that_does_not_answer_is_given_up_after_the_connect_timeout()
    {
        _b.Host.IsSilent = true;
        _a.Send(_b.Host, SipProtocol.Tcp, 1);
        _network.Clock.RunFor(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_a.Heard);
        _network.Clock.RunFor(TimeSpan.FromSeconds(0.1));
        Assert.Equal(["failed 1"], _a.Heard);
    }

    [Fact]
    public void A_closed_connection_is_told_to_both_ends_after_what_was_sent()
    {
        _a.Send(_b.Host, SipProtocol.Tls, 1);
        _network.Clock.RunUntilIdle();
        _b.Send(_a.Host, SipProtocol.Udp, 5);
        _b.Host.Send(_b.Flows[0], Probe.Message(2));
        Assert.True(_b.Host.CloseConnection(_b.Flows[0].ConnectionId));
        Assert.False(_b.Host.CloseConnection(_b.Flows[0].ConnectionId));
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c5", "c2", "closed 10.0.0.2"], _a.Heard);
        Assert.Equal(["c1", "closed 10.0.0.1"], _b.Heard);
        Assert.Equal(SipSendResult.Failed, _b.Host.Send(_b.Flows[0], Probe.Message(3)));
        Assert.Equal(0, _a.Host.ConnectionCount + _b.Host.ConnectionCount);
    }

    [Fact]
    public void A_short_partition_stalls_a_stream_and_a_long_one_breaks_it()
    {
        _a.Send(_b.Host, SipProtocol.Tcp, 1);
        _network.Clock.RunUntilIdle();
        _network.Cut(_a.Host, _b.Host);
        _a.Send(_b.Host, SipProtocol.Tcp, 2, 2);
        _network.Clock.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(["c1"], _b.Heard);
        _network.Heal();
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c1", "c2", "c3"], _b.Heard);
        _network.CutOneWay(_a.Host, _b.Host);
        _a.Send(_b.Host, SipProtocol.Tcp, 4);
        _network.Clock.RunFor(TimeSpan.FromSeconds(31));
        Assert.Equal(["failed 4", "closed 10.0.0.2"], _a.Heard);
        Assert.Equal("closed 10.0.0.1", _b.Heard[^1]);
    }

    [Fact]
    public void A_crash_closes_the_far_ends_connections()
    {
        _a.Send(_b.Host, SipProtocol.Tcp, 1);
        _network.Clock.RunUntilIdle();
        _b.Host.Crash();
        _network.Clock.RunUntilIdle();
        Assert.Equal(["closed 10.0.0.2"], _a.Heard);
        _a.Host.Send(new SipFlow(_a.Host.Listener(SipProtocol.Tcp), _b.Host.Listener(SipProtocol.Tcp).Local), Probe.Message(2), 2);
        _network.Clock.RunUntilIdle();
        Assert.Equal("failed 2", _a.Heard[^1]);
    }

    [Fact]
    public void A_keep_alive_is_answered_and_half_a_message_closes_the_connection()
    {
        var flow = new SipFlow(_a.Host.Listener(SipProtocol.Tcp), _b.Host.Listener(SipProtocol.Tcp).Local);
        _a.Host.Send(flow, "\r\n\r\n"u8);
        _a.Host.Send(flow, [.. Probe.Message(1), .. "\r\n"u8, .. Probe.Message(2)]);
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c1", "c2"], _b.Heard);
        Assert.Equal(3, _network.Counters.Sent);
        _a.Host.Send(flow, "OPTIONS sip:b@10.0.0.2 SIP/2.0\r\n"u8);
        _network.Clock.RunUntilIdle();
        Assert.Equal("closed 10.0.0.1", _b.Heard[^1]);
        Assert.Equal(["closed 10.0.0.2"], _a.Heard);
    }

    [Fact]
    public void Stopping_a_host_closes_what_it_had()
    {
        _a.Send(_b.Host, SipProtocol.Tcp, 1);
        _network.Clock.RunUntilIdle();
        _network.Clock.RunUntilCompleted(_a.Host.StopAsync(CancellationToken.None), TimeSpan.FromSeconds(1));
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c1", "closed 10.0.0.1"], _b.Heard);
        Assert.True(_a.Host.IsGone);
        Assert.Throws<InvalidOperationException>(() => new Probe(_a.Host));
    }

    [Fact]
    public void A_reset_loses_what_is_on_its_way_and_tells_both_ends_at_once()
    {
        _a.Send(_b.Host, SipProtocol.Tcp, 1);
        _network.Clock.RunUntilIdle();
        long connection = _b.Flows[0].ConnectionId;
        Assert.Equal(SipConnectionState.Open, _b.Host.StateOf(connection));
        _a.Send(_b.Host, SipProtocol.Tcp, 2);
        Assert.True(_b.Host.ResetConnection(connection));
        _network.Clock.RunUntilIdle();
        Assert.Equal(["c1", "closed 10.0.0.1"], _b.Heard);
        Assert.Equal(["failed 2", "closed 10.0.0.2"], _a.Heard);
        Assert.Equal(SipConnectionState.Gone, _b.Host.StateOf(connection));
        Assert.False(_b.Host.ResetConnection(connection));
        _a.Send(_b.Host, SipProtocol.Tcp, 3);
        _network.Clock.RunUntilIdle();
        Assert.Contains("c3", _b.Heard);
    }

    [Fact]
    public void A_message_without_its_length_is_refused_and_the_stream_closed()
    {
        byte[] text = System.Text.Encoding.ASCII.GetBytes(
            System.Text.Encoding.ASCII.GetString(Probe.Message(1, "TCP")).Replace("Content-Length: 0\r\n", "", StringComparison.Ordinal)
        );
        _a.Host.SendFor(
            new SipFlow(_a.Host.Listener(SipProtocol.Tcp), _b.Host.Listener(SipProtocol.Tcp).Local),
            text,
            0,
            default,
            out long connection
        );
        Assert.Equal(SipConnectionState.Opening, _a.Host.StateOf(connection));
        _network.Clock.RunUntilIdle();
        Assert.Equal("malformed 400", _b.Heard[0]);
        Assert.Equal(0, _a.Host.ConnectionCount);
    }
}
