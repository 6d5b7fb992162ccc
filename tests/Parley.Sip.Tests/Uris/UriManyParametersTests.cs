using System.Text;
using Xunit;

namespace Parley.Sip.Tests.Uris;

/// <summary>URIs with many parameters or headers are compared by order of hashes; the verdict is that of RFC 3261 19.1.4 all the same.</summary>
public class UriManyParametersTests
{
    private static readonly string Many = string.Concat(Enumerable.Range(0, 40).Select(i => $";p{i}={i}"));
    private static readonly string Reversed = string.Concat(Enumerable.Range(0, 40).Reverse().Select(i => $";P{i}={i}"));

    public static TheoryData<string, string, bool> Pairs =>
        new()
        {
            { "sip:a@b" + Many, "sip:a@B" + Reversed, true },
            { "sip:a@b" + Many, "sip:a@b", true }, // one only: ignored
            { "sip:a@b" + Many, "sip:a@b" + Many + ";z", true },
            { "sip:a@b" + Many, "sip:a@b" + Reversed.Replace("P7=7", "P7=8", StringComparison.Ordinal), false },
            { "sip:a@b" + Many + ";z=1", "sip:a@b" + Many + ";z=2", false },
            { "sip:a@b" + Many + ";z=%61", "sip:a@b" + Many + ";%7a=A", true },
            { "sip:a@b" + Many + ";user=phone", "sip:a@b" + Many, false }, // these must be in both
            { "sip:a@b" + Many + ";transport=udp", "sip:a@b" + Many, false },
            { "sip:a@b" + Many + ";transport=UDP", "sip:a@b;transport=udp" + Many, true },
            { "sip:a@b" + Many + ";z=1;z=2", "sip:a@b" + Many + ";z=1", false }, // one name with two values agrees with none
            { "sip:a@b" + Many + ";z=1;z=1", "sip:a@b" + Many + ";z=1", true },
            { "sip:a:pw@b" + Many, "sip:a@b" + Many, false },
            { "sip:a@b" + Many, "sips:a@b" + Many, false },
            { "sip:a@b:5060" + Many, "sip:a@b" + Many, false },
            { "sip:a@b?" + Headers(10), "sip:a@b?" + Headers(10, reverse: true), true },
            { "sip:a@b?" + Headers(10), "sip:a@b?" + Headers(11), false },
            { "sip:a@b?" + Headers(10), "sip:a@b?" + Headers(10).Replace("h3=3", "h3=4", StringComparison.Ordinal), false },
            { "sip:a@b?x=%41", "sip:a@b?X=A", true },
            { "tel:+49-30" + Many, "tel:+4930" + Reversed, true },
            { "tel:+4930" + Many, "tel:+4930" + Many + ";z", false }, // all must be in both (RFC 3966 4)
        };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_verdict_is_that_of_the_clause(string a, string b, bool equal)
    {
        Assert.Equal(equal, SipUriView.Equivalent(Encoding.ASCII.GetBytes(a), Encoding.ASCII.GetBytes(b)));
        Assert.Equal(equal, SipUriView.Equivalent(Encoding.ASCII.GetBytes(b), Encoding.ASCII.GetBytes(a)));
        Assert.Equal(equal, SipUri.Parse(a).Equals(SipUri.Parse(b)));
        Assert.Equal(equal, SipUri.Parse(b).Equals(SipUri.Parse(a)));
    }

    [Fact]
    public void Lines_that_cannot_be_read_count_as_headers_do()
    {
        var text = new StringBuilder(
            "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n"
        );
        for (var i = 0; i < 1000; i++)
            text.Append("no header\r\n");
        var bytes = Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
        var message = new SipMessage();
        var result = message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        Assert.Equal((SipParseStatus.Reject, 400), (result.Status, result.StatusCode));
        Assert.Equal(5, message.HeaderCount);
    }

    [Fact]
    public void A_line_without_a_colon_does_not_borrow_that_of_the_next()
    {
        var bytes = Encoding.ASCII.GetBytes("OPTIONS sip:a@b SIP/2.0\r\nVia\r\n: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\n\r\n");
        var message = new SipMessage();
        Assert.Equal(SipParseStatus.Reject, message.Parse(bytes, 0, bytes.Length, SipLimits.Default).Status);
        Assert.Equal(-1, message.IndexOf(SipHeaderName.Via));
        Assert.False(message.From.Text.IsEmpty);
    }

    private static string Headers(int count, bool reverse = false)
    {
        var headers = Enumerable.Range(0, count).Select(i => $"h{i}={i}");
        return string.Join('&', reverse ? headers.Reverse() : headers);
    }
}
