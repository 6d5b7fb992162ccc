using System.Buffers;
using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class PairTextTests
{
    [Fact]
    public void Marks_in_names_and_values_get_a_backslash()
    {
        var text = new ArrayBufferWriter<byte>();
        PairText.Append(text, "caller"u8, "/s"u8, "ali|ce#1"u8);
        PairText.Append(text, @"a\b"u8, default, default);
        Assert.Equal(@"caller/s#ali\|ce\#1|a\\b#|", Encoding.UTF8.GetString(text.WrittenSpan));
    }

    [Theory]
    [InlineData("a#1|b#|", "a=1 b=")]
    [InlineData("a#1", "a=1")]
    [InlineData("a#1#2|", "a=1#2")]
    [InlineData("|||a#1||", "a=1")]
    [InlineData("nohash|a#1|", "a=1")]
    [InlineData("#noname|a#1|", "a=1")]
    [InlineData(@"a#1\", @"a=1\")]
    [InlineData(@"\a#\1|", "a=1")]
    [InlineData("", "")]
    public void Text_of_other_hands_is_read_as_far_as_it_makes_sense(string text, string pairs) =>
        Assert.Equal(pairs, Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void No_bytes_make_it_throw() => Gen.Byte.Array[0, 40].Sample(bytes => Read(bytes).Length >= 0);

    private static string Read(ReadOnlySpan<byte> text)
    {
        var pairs = new List<string>();
        Span<byte> scratch = new byte[text.Length];
        while (PairText.TryRead(ref text, scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
            pairs.Add($"{Encoding.UTF8.GetString(name)}={Encoding.UTF8.GetString(value)}");
        return string.Join(' ', pairs);
    }
}
