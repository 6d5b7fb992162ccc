using Xunit;

namespace Parley.Sip.Tests.Messages;

public class SipTextTests
{
    [Fact]
    public void Comparison_ignores_the_case_of_ASCII_letters_only()
    {
        Assert.True(SipText.EqualsIgnoreCase("Branch"u8, "bRANCH"u8));
        Assert.True(SipText.EqualsIgnoreCase("naïve-Ü"u8, "NAïVE-Ü"u8));
        Assert.False(SipText.EqualsIgnoreCase("ä"u8, "Ä"u8));
        Assert.False(SipText.EqualsIgnoreCase("a@ü"u8, "a`ü"u8));
        Assert.False(SipText.EqualsIgnoreCase("a"u8, "ab"u8));
        Assert.True(SipText.EqualsIgnoreCase(default, default));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\r\n b", "a b")]
    [InlineData("a \t\r\n\t \r\n  b\r\n c", "a b c")]
    [InlineData("a\n b", "a b")]
    [InlineData("\r\n b", " b")]
    public void Unfolding_makes_one_space_of_each_fold(string folded, string plain)
    {
        var value = System.Text.Encoding.ASCII.GetBytes(folded);
        var output = new byte[value.Length];
        Assert.Equal(plain, Wire.Text(output.AsSpan(0, SipText.Unfold(value, output))));
        Assert.Equal(folded != plain, SipText.IsFolded(value));
    }

    [Fact]
    public void Reasons_of_known_and_unknown_codes()
    {
        Assert.Equal("Not Found"u8, SipText.Reason(404));
        Assert.Equal("Busy Here"u8, SipText.Reason(486));
        Assert.Equal("Call/Transaction Does Not Exist"u8, SipText.Reason(481));
        Assert.Equal("Client Error"u8, SipText.Reason(499));
        for (int code = 100; code < 700; code++)
            Assert.False(SipText.Reason(code).IsEmpty);
    }

    [Fact]
    public void Numbers_are_digits_and_fit()
    {
        Assert.True(SipText.TryParseNumber("0068"u8, 255, out uint value));
        Assert.Equal(68u, value);
        Assert.True(SipText.TryParseNumber("4294967295"u8, uint.MaxValue, out value));
        Assert.Equal(uint.MaxValue, value);
        Assert.False(SipText.TryParseNumber("4294967296"u8, uint.MaxValue, out _));
        Assert.False(SipText.TryParseNumber("36893488147419103232"u8, uint.MaxValue, out _));
        Assert.False(SipText.TryParseNumber("256"u8, 255, out _));
        Assert.False(SipText.TryParseNumber("-1"u8, 255, out _));
        Assert.False(SipText.TryParseNumber(""u8, 255, out _));
        Span<byte> digits = stackalloc byte[20];
        Assert.Equal("18446744073709551615"u8, digits[..SipText.Format(ulong.MaxValue, digits)]);
    }
}
