using CsCheck;
using Xunit;

namespace Parley.Sip.Tests.Headers;

public class ViaTests
{
    [Fact]
    public void All_parts_are_read()
    {
        Assert.True(
            ViaView.TryParse(
                "SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bK1;rport=9;received=192.0.2.3;maddr=224.0.1.75;ttl=16;x=\"a;b\""u8,
                out var via
            )
        );
        Assert.Equal("TLS"u8, via.Transport);
        Assert.Equal("[2001:db8::1]:5061"u8, via.SentBy);
        Assert.Equal("[2001:db8::1]"u8, via.Host);
        Assert.Equal(5061, via.Port);
        Assert.Equal("z9hG4bK1"u8, via.Branch);
        Assert.True(via.HasRPort);
        Assert.Equal(9, via.RPort);
        Assert.Equal("192.0.2.3"u8, via.Received);
        Assert.Equal("224.0.1.75"u8, via.MAddr);
        Assert.Equal(16, via.Ttl);
        Assert.True(via.Parameters.TryGet("X"u8, out var value));
        Assert.Equal("\"a;b\""u8, value);
    }

    [Fact]
    public void Absent_parts_are_empty()
    {
        Assert.True(ViaView.TryParse("SIP/2.0/UDP h"u8, out var via));
        Assert.Equal(0, via.Port);
        Assert.False(via.HasRPort);
        Assert.Equal(-1, via.Ttl);
        Assert.True(via.Branch.IsEmpty && via.Received.IsEmpty && via.MAddr.IsEmpty && via.Parameters.Text.IsEmpty);
        Assert.True(ViaView.TryParse("SIP/2.0/UDP h;rport"u8, out via));
        Assert.True(via.HasRPort);
        Assert.Equal(0, via.RPort);
        Assert.False(default(ViaView).HasRPort);
        Assert.Equal(-1, default(ViaView).Ttl);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SIP/2.0/UDP")]
    [InlineData("SIP/2.0/UDP ")]
    [InlineData("SIP/2.0 UDP h")]
    [InlineData("SIP/2.0/UDP h:0")]
    [InlineData("SIP/2.0/UDP h:65536")]
    [InlineData("SIP/2.0/UDP h:")]
    [InlineData("SIP/2.0/UDP h:x")]
    [InlineData("SIP/2.0/UDP [::1")]
    [InlineData("SIP/2.0/UDP [1:2]")]
    [InlineData("SIP/2.0/UDP h;")]
    [InlineData("SIP/2.0/UDP h;;branch=x")]
    [InlineData("SIP/2.0/UDP h;branch=\"x")]
    [InlineData("SIP/2.0/UDP h;rport=70000")]
    [InlineData("SIP/2.0/UDP h;ttl=256")]
    [InlineData("SIP/2.0/UDP h;branch=a b")]
    [InlineData("SIP/2.0/UDP h h")]
    [InlineData("SIP/2.0/UDP h;a=b, SIP/2.0/UDP g")]
    public void Malformed_values_are_refused(string text) =>
        Assert.False(ViaView.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void A_malformed_value_ends_the_list_and_says_so()
    {
        var message = Wire.Parse("OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a, SIP/2.0/UDP b;;\nVia: SIP/2.0/UDP c\n\n");
        var vias = message.Vias.GetEnumerator();
        Assert.True(vias.MoveNext());
        Assert.Equal("a"u8, vias.Current.Host);
        Assert.False(vias.IsMalformed);
        Assert.False(vias.MoveNext());
        Assert.True(vias.IsMalformed);
        Assert.False(vias.MoveNext());
    }

    [Fact]
    public void A_trailing_comma_is_malformed()
    {
        var vias = Wire.Parse("OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a,\n\n").Vias.GetEnumerator();
        Assert.True(vias.MoveNext());
        Assert.False(vias.MoveNext());
        Assert.True(vias.IsMalformed);
    }

    [Fact]
    public void What_is_built_is_read_back()
    {
        var space = Gen.OneOf("", " ", "\t", "\r\n ", "  \r\n\t ");
        var host = Gen.OneOf(Gen.Const("[2001:db8::9:1]"), Gen.Const("192.0.2.1"), Texts.HostName);
        (
            from s in space.Array[7]
            from transport in Texts.Token
            from h in host
            from port in Gen.Int[0, 65535]
            from branch in Texts.Token
            from received in Gen.OneOf("", "2001:db8::1", "[::1]", "10.0.0.1")
            from extra in Texts.Token
            from quoted in Texts.Quoted
            select (s, transport, h, port, branch, received, extra, quoted)
        ).Sample(
            t =>
            {
                string w = t.s[0],
                    sentBy = t.port == 0 ? t.h : $"{t.h}{t.s[1]}:{t.s[2]}{t.port}";
                string received = t.received.Length == 0 ? "" : $"{w};received{t.s[3]}={t.s[4]}{t.received}";
                string text =
                    $"SIP{w}/{w}2.0{t.s[5]}/{t.s[6]}{t.transport} {w}{sentBy}{w};{w}branch{w}={w}{t.branch}{received};x{t.extra}={t.quoted}";
                Assert.True(ViaView.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var via), text);
                Assert.Equal(text, Wire.Text(via.Text));
                Assert.Equal(t.transport, Wire.Text(via.Transport));
                Assert.Equal(t.h, Wire.Text(via.Host));
                Assert.Equal(sentBy, Wire.Text(via.SentBy));
                Assert.Equal(t.port, via.Port);
                Assert.Equal(t.branch, Wire.Text(via.Branch));
                Assert.Equal(t.received, Wire.Text(via.Received));
                Assert.True(via.Parameters.TryGet(System.Text.Encoding.ASCII.GetBytes("X" + t.extra), out var value));
                Assert.Equal(t.quoted, Wire.Text(value));
            },
            iter: 2_000
        );
    }
}
