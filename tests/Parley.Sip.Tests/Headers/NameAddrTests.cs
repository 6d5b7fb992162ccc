using CsCheck;
using Xunit;

namespace Parley.Sip.Tests.Headers;

public class NameAddrTests
{
    [Theory]
    [InlineData("<sip:a@b>", "", "sip:a@b", "")]
    [InlineData("sip:a@b;tag=1", "", "sip:a@b", "1")]
    [InlineData("sip:a@b ;tag=1", "", "sip:a@b", "1")]
    [InlineData("\"A, <B>\"  <sip:a@b;x=y>;TAG=1;z", "\"A, <B>\"", "sip:a@b;x=y", "1")]
    [InlineData("A B C <tel:+1-2>;z;tag=2", "A B C", "tel:+1-2", "2")]
    [InlineData("A<sip:a@b>", "A", "sip:a@b", "")]
    [InlineData("Jürgen <sip:a@b>", "Jürgen", "sip:a@b", "")]
    [InlineData("\"x\\\"\" <sip:a,b;c?d@e>", "\"x\\\"\"", "sip:a,b;c?d@e", "")]
    public void Parts_are_read(string text, string display, string uri, string tag)
    {
        Assert.True(NameAddrView.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(text, Wire.Text(value.Text));
        Assert.Equal(display, Wire.Text(value.DisplayName));
        Assert.Equal(uri, Wire.Text(value.UriText));
        Assert.Equal(tag, Wire.Text(value.Tag));
        Assert.True(value.Uri.IsValid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"A <sip:a@b>")]
    [InlineData("\"A\" sip:a@b")]
    [InlineData("A, B <sip:a@b>")]
    [InlineData("<sip:a@b")]
    [InlineData("< sip:a@b>")]
    [InlineData("<sip:a@b >")]
    [InlineData("<a@b>")]
    [InlineData("a@b")]
    [InlineData("sip:a@b?x=y")]
    [InlineData("sip:a@b;;tag=1")]
    [InlineData("<sip:a@b>;tag=\"x")]
    [InlineData("<sip:a@b>junk")]
    [InlineData("*;q=1")]
    [InlineData("<sip:a@b>, <sip:c@d>")]
    public void Malformed_values_are_refused(string text) =>
        Assert.False(NameAddrView.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("", 1000)]
    [InlineData(";q=1", 1000)]
    [InlineData(";q=1.0", 1000)]
    [InlineData(";q=0", 0)]
    [InlineData(";q=0.", 0)]
    [InlineData(";q=0.5", 500)]
    [InlineData(";Q=0.123", 123)]
    [InlineData(";q=0.05", 50)]
    [InlineData(";q=1.001", -1)]
    [InlineData(";q=2", -1)]
    [InlineData(";q=.5", -1)]
    [InlineData(";q", -1)]
    [InlineData(";q=0.1234", -1)]
    [InlineData(";q=0.x", -1)]
    public void Preference_in_thousandths(string parameter, int expected)
    {
        Assert.True(NameAddrView.TryParse(System.Text.Encoding.ASCII.GetBytes("<sip:a@b>" + parameter), out var value));
        Assert.Equal(expected, value.Q);
    }

    [Fact]
    public void Contacts_of_a_registration()
    {
        var message = Wire.Parse(
            """
            REGISTER sip:a SIP/2.0
            Contact: "x, y" <sip:a@b;transport=tcp>;expires=60;+sip.instance="<urn:uuid:0>";reg-id=2, sip:c@d;expires=x
            m: <sip:e@f>;reg-id=q


            """
        );
        var contacts = message.Contacts.GetEnumerator();
        Assert.True(contacts.MoveNext());
        Assert.Equal(60, contacts.Current.Expires);
        Assert.Equal("<urn:uuid:0>"u8, contacts.Current.Instance);
        Assert.Equal(2, contacts.Current.RegId);
        Assert.Equal("tcp"u8, contacts.Current.Uri.Transport);
        Assert.True(contacts.MoveNext());
        Assert.Equal("c"u8, contacts.Current.Uri.User);
        Assert.Equal(-1, contacts.Current.Expires);
        Assert.True(contacts.Current.Instance.IsEmpty);
        Assert.True(contacts.MoveNext());
        Assert.Equal(0, contacts.Current.RegId);
        Assert.False(contacts.MoveNext());
        Assert.False(contacts.IsMalformed);
        Assert.Equal(3, message.Contacts.Count());
        Assert.True(message.Contacts.TryGetLast(out var last));
        Assert.Equal("e"u8, last.Uri.User);
    }

    [Fact]
    public void The_star_is_a_contact_without_URI()
    {
        Assert.True(Wire.Parse("REGISTER sip:a SIP/2.0\nContact: *\n\n").Contacts.TryGetFirst(out var star));
        Assert.True(star.IsStar);
        Assert.True(star.UriText.IsEmpty);
        Assert.False(star.Uri.IsValid);
        Assert.True(Wire.Parse("REGISTER sip:a SIP/2.0\nFrom: *\n\n").From.Text.IsEmpty);
    }

    [Fact]
    public void An_absent_or_doubled_From_is_empty()
    {
        Assert.True(Wire.Parse("OPTIONS sip:a SIP/2.0\nX: y\n\n").From.Text.IsEmpty);
        Assert.True(Wire.Parse("OPTIONS sip:a SIP/2.0\nFrom: <sip:a@b>;tag=1, <sip:c@d>\n\n").From.Text.IsEmpty);
        Assert.False(default(NameAddrView).Uri.IsValid);
        Assert.Equal(1000, default(NameAddrView).Q);
    }

    [Fact]
    public void What_is_built_is_read_back()
    {
        var space = Gen.OneOf("", " ", "\t", "\r\n ");
        (
            from display in Gen.OneOf(Gen.Const(""), Texts.Quoted, Texts.Token)
            from user in Texts.User
            from host in Texts.HostName
            from parameters in Texts.UriParameters
            from tag in Texts.Token
            from w in space
            from quoted in Texts.Quoted
            select (display, uri: $"sip:{user}@{host}{parameters}", tag, w, quoted)
        ).Sample(
            t =>
            {
                string text = $"{t.display}{t.w}<{t.uri}>{t.w};{t.w}o{t.w}={t.w}{t.quoted};tag{t.w}={t.w}{t.tag}{t.w};f";
                if (t.display.Length == 0)
                    text = text.TrimStart();
                Assert.True(NameAddrView.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var value), text);
                Assert.Equal(text, Wire.Text(value.Text));
                Assert.Equal(t.display, Wire.Text(value.DisplayName));
                Assert.Equal(t.uri, Wire.Text(value.UriText));
                Assert.Equal(t.tag, Wire.Text(value.Tag));
                Assert.True(value.Uri.IsValid);
                Assert.True(value.Parameters.TryGet("o"u8, out var o));
                Assert.Equal(t.quoted, Wire.Text(o));
                Assert.True(value.Parameters.Contains("F"u8));
            },
            iter: 2_000
        );
    }
}
