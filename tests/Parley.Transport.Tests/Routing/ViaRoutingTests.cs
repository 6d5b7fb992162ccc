using System.Net;
using System.Text;
using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Routing;

public class ViaRoutingTests
{
    private static readonly SipEndPoint Source = SipEndPoint.From(IPAddress.Parse("198.51.100.7"), 40_000);

    [Theory]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1", "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1")]
    [InlineData("SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;received=198.51.100.7")]
    [InlineData("SIP/2.0/UDP pc.example.com;branch=z9hG4bK1", "SIP/2.0/UDP pc.example.com;branch=z9hG4bK1;received=198.51.100.7")]
    [InlineData(
        "SIP/2.0/UDP 198.51.100.7:5060;rport;branch=z9hG4bK1",
        "SIP/2.0/UDP 198.51.100.7:5060;rport=40000;branch=z9hG4bK1;received=198.51.100.7"
    )]
    [InlineData("SIP/2.0/UDP 10.0.0.1;rport=9;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.1;rport=40000;branch=z9hG4bK1;received=198.51.100.7")]
    [InlineData(
        "SIP/2.0/UDP 198.51.100.7;received=203.0.113.1;branch=z9hG4bK1",
        "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1;received=198.51.100.7"
    )]
    [InlineData(
        "SIP/2.0/TCP 10.0.0.1 ;Received=1.2.3.4; RPORT ;x=\"a;b\";flag",
        "SIP/2.0/TCP 10.0.0.1;RPORT=40000;x=\"a;b\";flag;received=198.51.100.7"
    )]
    public void The_top_Via_is_completed_on_receipt(string via, string expected)
    {
        Assert.True(ViaView.TryParse(Encoding.UTF8.GetBytes(via), out var view));
        Span<byte> written = new byte[via.Length + ViaRouting.StampRoom];
        Assert.Equal(expected, Encoding.UTF8.GetString(written[..ViaRouting.FormatStamped(view, Source, written)]));
    }

    [Fact]
    public void A_forwarded_request_carries_the_completed_Via_below_the_new_one()
    {
        Assert.True(SipMessage.TryParse(Wire.Request("c1", via: "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;rport"), out var message));
        var edits = new SipEdits();
        edits.Reset(message);
        Assert.True(message.TryGetTopVia(out var via));
        Assert.True(ViaRouting.Stamp(edits, via, Source));
        edits.PushVia("SIP/2.0/UDP proxy.example.com:5060;branch=z9hG4bK2"u8);
        var written = new byte[edits.Length];
        var text = Encoding.UTF8.GetString(written, 0, edits.WriteTo(written));
        Assert.Contains(
            "Via: SIP/2.0/UDP proxy.example.com:5060;branch=z9hG4bK2\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;rport=40000;received=198.51.100.7\r\n",
            text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_IPv6_source_is_written_without_brackets()
    {
        Assert.True(ViaView.TryParse("SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bK1"u8, out var via));
        var same = SipEndPoint.From(IPAddress.Parse("2001:db8::9"), 5060);
        Assert.False(ViaRouting.NeedsStamp(via, same));
        Span<byte> written = new byte[200];
        var other = SipEndPoint.From(IPAddress.Parse("2001:db8::a"), 5060);
        Assert.EndsWith(
            ";received=2001:db8::a",
            Encoding.UTF8.GetString(written[..ViaRouting.FormatStamped(via, other, written)]),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 192.0.2.1:5070;branch=b", "Udp 192.0.2.1:5070")]
    [InlineData("SIP/2.0/UDP 192.0.2.1;branch=b", "Udp 192.0.2.1:5060")]
    [InlineData("SIP/2.0/TLS 192.0.2.1;branch=b", "Tls 192.0.2.1:5061")]
    [InlineData("SIP/2.0/UDP pc.example.com:5070;received=192.0.2.9", "Udp 192.0.2.9:5070")]
    [InlineData("SIP/2.0/UDP pc.example.com:5070;received=192.0.2.9;rport=1024", "Udp 192.0.2.9:1024")]
    [InlineData("SIP/2.0/TCP pc.example.com:5070;received=192.0.2.9;rport=1024", "Tcp 192.0.2.9:5070")] // the connection is gone: its port is no place to connect to
    [InlineData("SIP/2.0/UDP [2001:db8::1];received=2001:db8::9;rport=7", "Udp [2001:db8::9]:7")]
    [InlineData("SIP/2.0/UDP 192.0.2.1;maddr=203.0.113.66;ttl=16", "Udp 192.0.2.1:5060")]
    [InlineData("SIP/2.0/UDP pc.example.com;branch=b", null)]
    [InlineData("SIP/2.0/SCTP 192.0.2.1;branch=b", null)]
    [InlineData("SIP/2.0/UDP 192.0.2.1;received=nonsense", null)]
    public void A_response_goes_where_the_Via_says(string via, string? expected)
    {
        Assert.True(ViaView.TryParse(Encoding.UTF8.GetBytes(via), out var view));
        var found = ViaRouting.TryGetResponseTarget(view, out var target);
        Assert.Equal(expected, found ? $"{target.Protocol} {target.EndPoint}" : null);
    }

    [Fact]
    public void A_maddr_is_followed_only_when_asked_for()
    {
        Assert.True(ViaView.TryParse("SIP/2.0/UDP 192.0.2.1:5070;maddr=203.0.113.66"u8, out var via));
        Assert.True(ViaRouting.TryGetResponseTarget(via, out var target, useMaddr: true));
        Assert.Equal("203.0.113.66:5070", target.EndPoint.ToString());
    }

    [Theory]
    [InlineData(SipProtocol.Udp, ";rport", 40_000)]
    [InlineData(SipProtocol.Udp, "", 5070)]
    [InlineData(SipProtocol.Tcp, "", 40_000)]
    public void Our_own_response_goes_back_by_the_source_address(SipProtocol protocol, string rport, int port)
    {
        var listener = new SipListener(0, protocol, SipEndPoint.From(IPAddress.Loopback, 5060));
        var source = new SipFlow(listener, Source, protocol == SipProtocol.Udp ? 0 : 12);
        Assert.True(ViaView.TryParse(Encoding.UTF8.GetBytes($"SIP/2.0/{protocol} 10.0.0.1:5070;branch=b{rport}"), out var via));
        Assert.Equal(source with { Remote = Source.WithPort(port) }, ViaRouting.ResponseFlow(via, source));
    }
}
