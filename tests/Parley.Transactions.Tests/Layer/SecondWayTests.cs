using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests.Layer;

/// <summary>Messages without a transaction: two ways for a request, and the way back for a response.</summary>
public sealed class SecondWayTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly StubTransport _transport = new(() => 0);
    private readonly TimerService _timers;
    private readonly TransactionLayer _layer;

    public SecondWayTests()
    {
        _timers = new TimerService(_time);
        _layer = new TransactionLayer(_transport, _timers, SipRandom.FromSeed(1), new SipTimerOptions(), new StubUser());
    }

    private static SipFlow Tcp => new(StubTransport.TcpListener, StubTransport.Host("198.51.100.1", 5060));

    public void Dispose()
    {
        _layer.Dispose();
        _timers.Dispose();
    }

    [Fact]
    public void The_second_way_is_taken_once_and_only_when_the_first_fails()
    {
        Assert.True(_layer.SendOnce("first"u8, Tcp, "second"u8, TransactionFixture.Udp));
        ulong token = Assert.Single(_transport.Sent).Token;
        Assert.NotEqual(0UL, token);
        Assert.Equal(0UL, token >> 32); // no transaction's
        Assert.NotEqual(0, _layer.SecondWayBytes);
        _layer.OnSendFailed(token);
        _layer.OnSendFailed(token);
        Assert.Equal(["first", "second"], _transport.Sent.Select(sent => sent.Text));
        Assert.Equal(0, _layer.SecondWayBytes);
    }

    [Fact]
    public void A_failure_known_at_once_takes_it_at_once()
    {
        _transport.Refuse = flow => flow.Listener.IsReliable;
        Assert.True(_layer.SendOnce("first"u8, Tcp, "second"u8, TransactionFixture.Udp));
        Assert.Equal("second", Assert.Single(_transport.Sent).Text);
        Assert.Equal(0, _layer.SecondWayBytes);
        _transport.Refuse = static _ => true;
        Assert.False(_layer.SendOnce("first"u8, Tcp, "second"u8, TransactionFixture.Udp));
        Assert.False(_layer.SendOnce("first"u8, Tcp));
    }

    [Fact]
    public void A_token_of_an_entry_that_was_pushed_out_means_nothing()
    {
        _layer.SendOnce("first"u8, Tcp, "second"u8, TransactionFixture.Udp);
        ulong token = _transport.Sent[0].Token;
        for (int i = 0; i < 256; i++)
            _layer.SendOnce("x"u8, Tcp, "y"u8, TransactionFixture.Udp);
        int before = _transport.Sent.Count;
        _layer.OnSendFailed(token);
        _layer.OnSendFailed(0);
        Assert.Equal(before, _transport.Sent.Count);
    }

    [Theory]
    [InlineData(77, true, "77")] // the connection
    [InlineData(77, false, "0")] // closed: by the Via
    [InlineData(0, true, "0")]
    public void A_response_goes_back_by_the_connection_of_its_request_while_that_is_open(long connection, bool isOpen, string taken)
    {
        _transport.Refuse = flow => flow.ConnectionId != 0 && !isOpen;
        _layer.SendBack(
            Encoding.UTF8.GetBytes(
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.7:5070;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
            ),
            Tcp with
            {
                ConnectionId = connection,
            }
        );
        SipFlow flow = Assert.Single(_transport.Sent).Flow;
        Assert.Equal(taken, flow.ConnectionId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(taken == "0" ? "192.0.2.7:5070" : "198.51.100.1:5060", flow.Remote.ToString());
    }
}
