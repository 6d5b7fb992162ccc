using Xunit;

namespace Parley.Sip.Tests.Edits;

public sealed class HeaderEditTests
{
    private const string Invite =
        "INVITE sip:a@b SIP/2.0\nVia: v1\ns: one\nSubject: two\nX-A: 1\nx-a: 2\nP-Asserted-Identity: <sip:a@b>\nContent-Length: 0\n\n";

    [Fact]
    public void Adding_puts_a_line_after_the_last_header()
    {
        Assert.EndsWith(
            "Content-Length: 0\r\nX-B: größe\r\nX-B: 2\r\n\r\n",
            Edited(static e =>
            {
                e.AddHeader("X-B", "größe");
                e.AddHeader("X-B"u8, "2"u8);
            }),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("Subject")]
    [InlineData("s")]
    [InlineData("SUBJECT")]
    public void Removing_takes_out_every_line_of_the_name_in_each_form(string name)
    {
        string text = Edited(e =>
        {
            e.AddHeader("Subject", "three");
            e.AddHeader("s", "four");
            e.AppendLines("X-C: 1\r\nSubject: five\r\nX-D: 2\r\n"u8);
            e.RemoveHeader(name);
        });
        Assert.Equal(
            "INVITE sip:a@b SIP/2.0\r\nVia: v1\r\nX-A: 1\r\nx-a: 2\r\nP-Asserted-Identity: <sip:a@b>\r\nContent-Length: 0\r\nX-C: 1\r\nX-D: 2\r\n\r\n",
            text
        );
    }

    [Fact]
    public void Removing_a_name_that_the_table_does_not_have_goes_by_its_text()
    {
        string text = Edited(static e =>
        {
            e.AddHeader("X-A", "3");
            e.AddHeader("X-AB", "stays");
            e.RemoveHeader("X-a"u8);
        });
        Assert.DoesNotContain("X-A:", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("X-AB: stays\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_added_after_a_removal_stays()
    {
        string text = Edited(static e =>
        {
            e.RemoveHeader("X-A");
            e.AddHeader("X-A", "new");
        });
        Assert.Equal(1, Count(text, "X-A: new\r\n"));
        Assert.Equal(1, Count(text.ToUpperInvariant(), "X-A:"));
    }

    [Fact]
    public void Setting_leaves_one_line_of_the_name()
    {
        string text = Edited(static e =>
        {
            e.Set(SipHeaderName.Subject, "set by the table"u8);
            e.SetHeader("Subject", "first");
            e.SetHeader("Subject"u8, "last"u8);
            e.SetHeader("X-A", "one");
            e.SetHeader("X-New", "1");
            e.SetHeader("X-New", "2");
        });
        Assert.EndsWith("Content-Length: 0\r\nSubject: last\r\nX-A: one\r\nX-New: 2\r\n\r\n", text, StringComparison.Ordinal);
        Assert.Equal(1, Count(text, "Subject:") + Count(text, "\r\ns:"));
        Assert.Equal(1, Count(text.ToUpperInvariant(), "X-A:"));
    }

    [Fact]
    public void A_header_added_by_the_table_and_removed_can_be_set_again()
    {
        string text = Edited(static e =>
        {
            e.Set(SipHeaderName.Organization, "a"u8);
            e.RemoveHeader("Organization");
            e.Set(SipHeaderName.Organization, "b"u8);
        });
        Assert.Equal(1, Count(text, "Organization: b\r\n"));
        Assert.Equal(1, Count(text, "Organization:"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("X A")]
    [InlineData("X:A")]
    [InlineData("X\r\nY")]
    [InlineData("Größe")]
    [InlineData("Via")]
    [InlineData("v")]
    [InlineData("from")]
    [InlineData("t")]
    [InlineData("Call-ID")]
    [InlineData("CSeq")]
    [InlineData("Max-Forwards")]
    [InlineData("route")]
    [InlineData("Record-Route")]
    [InlineData("c")]
    [InlineData("Content-Length")]
    public void A_name_that_is_no_token_or_that_the_proxy_writes_is_refused(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => Edited(e => e.AddHeader(name, "v")));
        Assert.ThrowsAny<ArgumentException>(() => Edited(e => e.SetHeader(name, "v")));
        Assert.ThrowsAny<ArgumentException>(() => Edited(e => e.RemoveHeader(name)));
        Assert.ThrowsAny<ArgumentException>(() => Edited(e => e.AddHeader(System.Text.Encoding.UTF8.GetBytes(name), "v"u8)));
        Assert.ThrowsAny<ArgumentException>(() => new SipHeaderLines().Add(name, "v"));
    }

    [Theory]
    [InlineData("a\r\nX: b")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0")]
    [InlineData("\u007f")]
    public void A_value_with_a_line_end_or_control_character_is_refused_and_nothing_is_changed(string value)
    {
        string before = Edited(static _ => { });
        Assert.Equal(
            before,
            Edited(e =>
            {
                Assert.Throws<ArgumentException>(nameof(value), () => e.AddHeader("X-A", value));
                Assert.Throws<ArgumentException>(nameof(value), () => e.SetHeader("X-A", value));
                Assert.Throws<ArgumentException>(nameof(value), () => e.SetHeader("X-A"u8, System.Text.Encoding.UTF8.GetBytes(value)));
            })
        );
        Assert.Throws<ArgumentException>(nameof(value), () => new SipHeaderLines { { "X-A", value } });
    }

    [Fact]
    public void Text_that_is_not_Unicode_is_refused() =>
        Assert.Throws<ArgumentException>("value", static () => new SipHeaderLines { { "X-A", "\ud800" } });

    [Fact]
    public void Lines_are_collected_for_a_reply()
    {
        var lines = new SipHeaderLines { { "Retry-After", "30" }, { "Reason", "Q.850;cause=34" } };
        lines.Add("X-Tab"u8, "a\tb"u8);
        Assert.Equal("Retry-After: 30\r\nReason: Q.850;cause=34\r\nX-Tab: a\tb\r\n", Wire.Text(lines.Bytes));
        Assert.Equal(3, lines.Count);
        Assert.Equal(["Retry-After=30", "Reason=Q.850;cause=34", "X-Tab=a\tb"], lines.Select(static l => $"{l.Key}={l.Value}"));
        lines.Clear();
        Assert.Equal(0, lines.Count + lines.Bytes.Length);
        Assert.Empty(lines);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Edited(Action<SipEdits> change)
    {
        SipMessage message = Wire.Parse(Invite);
        var edits = new SipEdits();
        edits.Reset(message);
        change(edits);
        var bytes = new byte[edits.Length];
        Assert.Equal(bytes.Length, edits.WriteTo(bytes));
        Assert.True(SipMessage.TryParse(bytes, out _));
        return Wire.Text(bytes);
    }
}
