using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class CoreHashTests
{
    [Theory]
    [InlineData("a84b4c76e66710@pc33.atlanta.com", 1134)]
    [InlineData("1", 55)]
    [InlineData("abcd", 1048)]
    [InlineData("3848276298220188511@atlanta.example.com", 1053)]
    public void The_vectors_of_the_table_in_use(string callId, uint entry) =>
        Assert.Equal(entry, CoreHash.Compute(Encoding.ASCII.GetBytes(callId), 4096));

    [Fact]
    public void An_empty_text_hashes_to_zero() => Assert.Equal(0u, CoreHash.Compute(default, 4096));

    [Fact]
    public void Bytes_above_127_are_signed()
    {
        // one byte 0xff is -1: v = 0xffffffff, v ^ v >> 3 = 0xe0000000
        uint h = 0xe0000000;
        Assert.Equal(unchecked(h + (h >> 11) + (h >> 13) + (h >> 23)), CoreHash.Compute([0xff]));
    }

    [Fact]
    public void Equals_a_second_implementation_in_wide_arithmetic() =>
        Gen
            .Byte.Array[0, 60]
            .Sample(bytes =>
            {
                long hash = 0;
                int whole = bytes.Length / 4 * 4;
                for (int i = 0; i < whole; i += 4)
                    hash = Add(
                        hash,
                        ((sbyte)bytes[i] * (1L << 24)) + ((sbyte)bytes[i + 1] * 65536L) + ((sbyte)bytes[i + 2] * 256L) + (sbyte)bytes[i + 3]
                    );
                long tail = 0;
                for (int i = whole; i < bytes.Length; i++)
                    tail = (tail * 256) + (sbyte)bytes[i];
                hash = Add(hash, tail);
                hash = (hash + hash / 2048 + hash / 8192 + hash / 8388608) % (1L << 32);
                return CoreHash.Compute(bytes) == (uint)hash;

                static long Add(long hash, long v)
                {
                    v &= 0xffffffff;
                    return (hash + (v ^ (v / 8))) % (1L << 32);
                }
            });

    [Theory]
    [InlineData(0)]
    [InlineData(-4096)]
    [InlineData(4095)]
    public void A_size_that_is_no_power_of_two_is_refused(int size) =>
        Assert.Equal("size", Assert.Throws<ArgumentException>(() => CoreHash.Compute("a"u8, size)).ParamName);
}
