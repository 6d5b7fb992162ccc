using Xunit;

namespace Parley.Sip.Tests.Randomness;

public class SipRandomTests
{
    [Fact]
    public void SipHash_gives_the_vectors_of_its_paper()
    {
        var data = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        const ulong Key0 = 0x0706050403020100,
            Key1 = 0x0f0e0d0c0b0a0908;
        Assert.Equal(0xa129ca6149be45e5UL, SipHash.Compute(Key0, Key1, data.AsSpan(0, 15)));
        Assert.Equal(0x726fdb47dd0e0e31UL, SipHash.Compute(Key0, Key1, default));
        Assert.Equal(0x93f5f5799a932462UL, SipHash.Compute(Key0, Key1, data.AsSpan(0, 8)));
    }

    [Fact]
    public void One_seed_gives_one_sequence()
    {
        SipRandom a = SipRandom.FromSeed(42),
            b = SipRandom.FromSeed(42),
            c = SipRandom.FromSeed(43);
        var first = Enumerable.Range(0, 100).Select(_ => a.Next()).ToArray();
        Assert.Equal(first, Enumerable.Range(0, 100).Select(_ => b.Next()));
        Assert.NotEqual(first, Enumerable.Range(0, 100).Select(_ => c.Next()));
        Assert.Equal(100, first.Distinct().Count());
        Assert.Equal(a.Hash("x"u8), b.Hash("x"u8));
        Assert.NotEqual(a.Hash("x"u8), c.Hash("x"u8));
        Assert.NotEqual(SipRandom.CreateSecure().Next(), SipRandom.CreateSecure().Next());
    }

    [Fact]
    public void Numbers_below_a_limit_reach_all_of_them()
    {
        var random = SipRandom.FromSeed(1);
        var counts = new int[10];
        for (int i = 0; i < 10_000; i++)
            counts[random.Next(10)]++;
        Assert.All(counts, count => Assert.InRange(count, 800, 1200));
        Assert.Equal(0, random.Next(1));
        Assert.Throws<ArgumentOutOfRangeException>("limit", () => random.Next(0));
    }

    [Fact]
    public void Tokens_are_hexadecimal_digits_that_do_not_repeat()
    {
        var random = SipRandom.FromSeed(7);
        var seen = new HashSet<string>();
        Span<byte> token = stackalloc byte[21];
        for (int i = 0; i < 1_000; i++)
        {
            random.FillToken(token);
            Assert.Equal(-1, token.IndexOfAnyExceptInRange((byte)'0', (byte)'f'));
            Assert.True(seen.Add(Wire.Text(token)));
        }
    }
}
