using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Sip.Tests.Uris;

public class SipUriTests
{
    [Fact]
    public void All_parts_are_read()
    {
        Assert.True(SipUriView.TryParse("sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr;x=%41?subject=a%20b&to=c"u8, out var uri));
        Assert.Equal(SipUriScheme.Sips, uri.Scheme);
        Assert.Equal("alice"u8, uri.User);
        Assert.Equal("secret"u8, uri.Password);
        Assert.Equal("[2001:db8::1]"u8, uri.Host);
        Assert.Equal(5061, uri.Port);
        Assert.Equal("tcp"u8, uri.Transport);
        Assert.True(uri.IsLoose);
        Assert.Equal("subject=a%20b&to=c"u8, uri.Headers);
        Assert.Equal(";transport=tcp;lr;x=%41"u8, uri.Parameters.Text);
    }

    [Theory]
    [InlineData("sip:b", SipUriScheme.Sip, "", "b")]
    [InlineData("SIP:a@b", SipUriScheme.Sip, "a", "b")]
    [InlineData("sip:#31#5@b", SipUriScheme.Sip, "#31#5", "b")]
    [InlineData("sip:a;b=c@d_e", SipUriScheme.Sip, "a;b=c", "d_e")]
    [InlineData("sip:1.2.3.4", SipUriScheme.Sip, "", "1.2.3.4")]
    [InlineData("tel:+1-201-555-0123", SipUriScheme.Tel, "+1-201-555-0123", "")]
    [InlineData("tel:7042;phone-context=example.com", SipUriScheme.Tel, "7042", "")]
    [InlineData("mailto:a@b", SipUriScheme.Other, "", "")]
    [InlineData("urn:service:sos", SipUriScheme.Other, "", "")]
    public void Valid_URIs(string text, SipUriScheme scheme, string user, string host)
    {
        Assert.True(SipUriView.TryParse(Encoding.ASCII.GetBytes(text), out var uri));
        Assert.True(uri.IsValid);
        Assert.Equal(scheme, uri.Scheme);
        Assert.Equal(user, Wire.Text(uri.User));
        Assert.Equal(host, uri.HostText);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sip")]
    [InlineData("sip:")]
    [InlineData(":a@b")]
    [InlineData("sip:@b")]
    [InlineData("sip:a@")]
    [InlineData("sip:a@b:")]
    [InlineData("sip:a@b:0")]
    [InlineData("sip:a@b:65536")]
    [InlineData("sip:a@b:5x")]
    [InlineData("sip:a@b@c")]
    [InlineData("sip:a b@c")]
    [InlineData("sip:a%4@c")]
    [InlineData("sip:a%zz@c")]
    [InlineData("sip:é@c")]
    [InlineData("sip:a@b;")]
    [InlineData("sip:a@b;;lr")]
    [InlineData("sip:a@b;=x")]
    [InlineData("sip:a@b;x=<")]
    [InlineData("sip:a@b?")]
    [InlineData("sip:a@b?x")]
    [InlineData("sip:a@b?=x")]
    [InlineData("sip:a@b?x=1&")]
    [InlineData("sip:a@[::1")]
    [InlineData("sip:a@[1:2:3]")]
    [InlineData("sip:a@[1:2:3:4:5:6:7:8:9]")]
    [InlineData("sip:a@[1::2::3]")]
    [InlineData("sip:a@[1:2:3:4:5:6:7::8]:")]
    [InlineData("sip:a@[::256.0.0.1]")]
    [InlineData("sip:a@[12345::]")]
    [InlineData("sip:a@[:1:2:3:4:5:6:7]")]
    [InlineData("sip:a@[1:]")]
    [InlineData("sip:a@[]")]
    [InlineData("tel:")]
    [InlineData("tel:x")]
    [InlineData("tel:1?x=y")]
    [InlineData("1tel:1")]
    [InlineData("ht~tp:x")]
    public void Malformed_URIs(string text)
    {
        Assert.False(SipUriView.TryParse(Encoding.UTF8.GetBytes(text), out var uri));
        Assert.False(uri.IsValid);
        Assert.False(SipUri.TryParse(text.AsSpan(), out _));
    }

    [Theory]
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true)]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true)]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true)]
    [InlineData("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true)]
    [InlineData(
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        true
    )]
    [InlineData(
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        true
    )]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false)]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false)]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false)]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false)]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false)]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false)]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false)]
    // Beyond the RFC's own list.
    [InlineData("sip:a@b", "sips:a@b", false)]
    [InlineData("sip:a:x@b", "sip:a@b", false)]
    [InlineData("sip:a:x@b", "sip:a:X@b", false)]
    [InlineData("sip:a%3Bb@c", "sip:a;b@c", false)]
    [InlineData("sip:a%3Bb@c", "sip:a%3bb@c", true)]
    [InlineData("sip:a%2Db@c", "sip:a-b@c", true)]
    [InlineData("sip:a@b;user=phone", "sip:a@b", false)]
    [InlineData("sip:a@b;ttl=1", "sip:a@b", false)]
    [InlineData("sip:a@b;maddr=1.2.3.4", "sip:a@b", false)]
    [InlineData("sip:a@b;LR", "sip:a@b;lr", true)]
    [InlineData("sip:a@b;%6C%72", "sip:a@b;lr", true)]
    [InlineData("sip:a@[2001:DB8::1]", "sip:a@[2001:db8:0:0::1]", true)]
    [InlineData("sip:a@[::ffff:192.0.2.1]", "sip:a@[::ffff:c000:201]", true)]
    [InlineData("sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]", false)]
    [InlineData("sip:a@b?x=1&x=2", "sip:a@b?x=2&x=1", true)]
    [InlineData("sip:a@b?x=1", "sip:a@b?x=1&y=2", false)]
    [InlineData("tel:+1-201-555-0123", "tel:+1(201)5550123", true)]
    [InlineData("tel:+12015550123", "tel:+12015550124", false)]
    [InlineData("tel:7042;phone-context=a.com;ext=1", "tel:7042;ext=1;phone-context=A.com", true)]
    [InlineData("tel:7042;phone-context=a.com", "tel:7042", false)]
    [InlineData("URN:x", "urn:x", true)]
    [InlineData("urn:x", "urn:X", false)]
    public void Comparison_by_RFC_3261_19_1_4(string a, string b, bool equal)
    {
        Assert.Equal(equal, SipUriView.Equivalent(Encoding.ASCII.GetBytes(a), Encoding.ASCII.GetBytes(b)));
        SipUri first = SipUri.Parse(a),
            second = SipUri.Parse(b);
        Assert.Equal(equal, first.Equals(second));
        Assert.Equal(equal, second.Equals((object)first));
        Assert.True(first.Equals(first));
        if (equal)
            Assert.Equal(first.GetHashCode(), second.GetHashCode());
    }

    [Fact]
    public void Malformed_URIs_are_equivalent_to_nothing()
    {
        Assert.False(SipUriView.Equivalent("sip:"u8, "sip:"u8));
        Assert.False(default(SipUriView).EquivalentTo(default));
        Assert.False(SipUri.Parse("sip:a@b").Equals(null));
    }

    [Fact]
    public void A_URI_owns_its_text()
    {
        var bytes = "sip:I%20am@[::1]:5070;lr"u8.ToArray();
        Assert.True(SipUri.TryParse(bytes, out var uri));
        Array.Clear(bytes);
        Assert.Equal("I am", uri.User);
        Assert.Equal("[::1]", uri.Host);
        Assert.Equal(5070, uri.Port);
        Assert.True(uri.IsLoose);
        Assert.Equal("sip:I%20am@[::1]:5070;lr", uri.ToString());
        Assert.Equal("sip:I%20am@[::1]:5070;lr", $"{uri}");
        Span<byte> utf8 = stackalloc byte[24];
        Assert.True(uri.TryFormat(utf8, out int written, default, null));
        Assert.Equal(uri.Bytes, utf8[..written]);
        Assert.False(uri.TryFormat(utf8[1..], out written, default, null));
        Assert.Equal(0, written);
        Span<char> text = stackalloc char[23];
        Assert.False(uri.TryFormat(text, out written, default, null));
        Assert.Throws<FormatException>(() => SipUri.Parse("nonsense"));
    }

    [Fact]
    public void Bad_parts_are_named()
    {
        Assert.Throws<ArgumentException>("scheme", () => SipUri.Create(SipUriScheme.Tel, "1", "h"));
        Assert.Throws<ArgumentException>("host", () => SipUri.Create(SipUriScheme.Sip, "1", "h h"));
        Assert.Throws<ArgumentException>("host", () => SipUri.Create(SipUriScheme.Sip, "1", ""));
        Assert.Throws<ArgumentOutOfRangeException>("port", () => SipUri.Create(SipUriScheme.Sip, "1", "h", 65536));
        Assert.Throws<ArgumentException>("parameters", () => SipUri.Create(SipUriScheme.Sip, "1", "h", 0, "lr"));
    }

    [Fact]
    public void What_is_made_of_parts_has_those_parts()
    {
        (
            from scheme in Gen.OneOf(SipUriScheme.Sip, SipUriScheme.Sips)
            from user in Gen.OneOf(Gen.Const(""), Texts.PlainUser)
            from host in Gen.OneOf(Texts.HostName, Gen.OneOf("192.0.2.1", "2001:db8::1", "[::]"))
            from port in Gen.Int[0, 65535]
            from parameters in Texts.UriParameters
            select (scheme, user, host, port, parameters)
        ).Sample(
            t =>
            {
                var uri = SipUri.Create(t.scheme, t.user, t.host, t.port, t.parameters);
                Assert.Equal(t.scheme, uri.Scheme);
                Assert.Equal(t.user, uri.User);
                Assert.Equal(t.host.Trim('[', ']'), uri.Host.Trim('[', ']'));
                Assert.Equal(t.port, uri.Port);
                Assert.Equal(t.parameters, Wire.Text(uri.View.Parameters.Text));
                var again = SipUri.Parse(uri.ToString());
                Assert.Equal(uri, again);
                Assert.Equal(uri.GetHashCode(), again.GetHashCode());
            },
            iter: 2_000
        );
    }

    [Fact]
    public void Case_of_the_host_and_needless_escapes_do_not_change_a_URI()
    {
        Gen.Select(Texts.User, Texts.HostName, Gen.Bool.Array[48])
            .Sample(
                (user, host, flip) =>
                {
                    int i = 0;
                    string escaped = string.Concat(
                        user.Select(c =>
                            flip[i++ % 48] && !";/?:@&=+$,".Contains(c, StringComparison.Ordinal) ? $"%{(int)c:X2}" : c.ToString()
                        )
                    );
                    string cased = string.Concat(host.Select(c => flip[i++ % 48] ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)));
                    SipUri a = SipUri.Parse($"sip:{user}@{host}"),
                        b = SipUri.Parse($"sip:{escaped}@{cased}");
                    Assert.Equal(a, b);
                    Assert.Equal(a.GetHashCode(), b.GetHashCode());
                    Assert.Equal(user, b.User);
                },
                iter: 2_000
            );
    }

    [Fact]
    public void Unescaping_leaves_what_is_no_escape()
    {
        Assert.Equal("100%", SipEscaping.UnescapeToString("100%"u8));
        Assert.Equal("%Z%45%4", SipEscaping.UnescapeToString("%Z%2545%4"u8));
        Assert.Equal("é", SipEscaping.UnescapeToString("%C3%a9"u8));
        Assert.Throws<ArgumentException>("destination", () => SipEscaping.Unescape("abc"u8, new byte[2]));
        Assert.Throws<ArgumentException>("destination", () => SipEscaping.EscapeUser("abc"u8, new byte[8]));
    }
}
