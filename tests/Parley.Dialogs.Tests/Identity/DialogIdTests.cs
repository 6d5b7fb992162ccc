using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogIdTests
{
    [Theory]
    [InlineData(1134, 1122334455, "e64.7f675e24", 4871615248119)]
    [InlineData(55, 0, "73.0", 236223201280)]
    [InlineData(1048, 6699, "814.b2a1", 4501125732907)]
    [InlineData(1053, 4294967295, "d14.ffffffff", 4526895529983)]
    [InlineData(0, 0, "0.0", 0)]
    [InlineData(4294967295, 4294967295, "ffffffff.ffffffff", 18446744073709551615)]
    public void The_vectors_of_the_table_in_use(uint entry, uint number, string did, ulong column)
    {
        var id = new DialogId(entry, number);
        Assert.Equal(did, id.ToString());
        Assert.Equal(column, id.Value);
        Assert.Equal(id, DialogId.FromValue(column));
        Assert.True(DialogId.TryParse(Encoding.ASCII.GetBytes(did), out DialogId parsed));
        Assert.Equal(id, parsed);
        Assert.True(DialogId.TryParse(did.ToUpperInvariant(), out parsed));
        Assert.Equal(id, parsed);
    }

    [Fact]
    public void Row_5_zero_is_an_id_and_the_64_bit_form_is_unsigned()
    {
        Assert.True(DialogId.TryParse("0.0"u8, out DialogId zero));
        Assert.Equal(default, zero);
        var top = DialogId.FromValue(0x8000_0001_8000_0002); // a signed shift would smear the top bit
        Assert.Equal(0x8000_0001u, top.Entry);
        Assert.Equal(0x8000_0002u, top.Id);
        Assert.Equal(0x8000_0001_8000_0002, top.Value);
        Assert.True(top > zero);
    }

    [Fact]
    public void Every_id_survives_its_text_and_its_number() =>
        Gen.Select(Gen.UInt, Gen.UInt)
            .Sample(
                (entry, number) =>
                {
                    var id = new DialogId(entry, number);
                    Span<byte> text = stackalloc byte[DialogId.MaxTextLength];
                    return id.TryFormat(text, out int length)
                        && DialogId.TryParse(text[..length], out DialogId again)
                        && again == id
                        && again.GetHashCode() == id.GetHashCode()
                        && DialogId.FromValue(id.Value) == id
                        && $"{id}" == Encoding.ASCII.GetString(text[..length])
                        && !id.TryFormat(text[..(length - 1)], out int none)
                        && none == 0;
                }
            );

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1")]
    [InlineData("1.")]
    [InlineData(".1")]
    [InlineData("1.2.3")]
    [InlineData("g.1")]
    [InlineData("1.-1")]
    [InlineData(" 1.1")]
    [InlineData("123456789.1")]
    [InlineData("1.123456789")]
    [InlineData("1.１")]
    public void Other_text_is_no_did(string text)
    {
        Assert.False(DialogId.TryParse(Encoding.UTF8.GetBytes(text), out _));
        Assert.False(DialogId.TryParse(text, out _));
    }

    [Fact]
    public void No_bytes_from_the_network_make_it_throw() =>
        Gen.Byte.Array[0, 24].Sample(bytes => DialogId.TryParse(bytes, out DialogId id) || id == default);

    [Fact]
    public void Parsing_and_writing_allocate_nothing()
    {
        Span<byte> text = stackalloc byte[DialogId.MaxTextLength];
        Run(text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(text);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Run(Span<byte> text)
        {
            for (uint i = 0; i < 100; i++)
            {
                new DialogId(i, CoreHash.Compute(text, 4096)).TryFormat(text, out int length);
                Assert.True(DialogId.TryParse(text[..length], out _));
            }
        }
    }
}
