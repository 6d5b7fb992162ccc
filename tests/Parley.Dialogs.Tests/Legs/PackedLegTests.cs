using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests.Legs;

public class PackedLegTests
{
    [Fact]
    public void What_was_packed_comes_out() =>
        Gen.Select(
                Gen.String[Gen.Char.AlphaNumeric, 0, 40],
                Gen.String[Gen.Char.AlphaNumeric, 0, 80],
                Gen.String[Gen.Char.AlphaNumeric, 0, 60].List[0, 20]
            )
            .Sample(
                (tag, contact, routes) =>
                {
                    PackedLeg leg = PackedLeg.Build(default, Bytes(tag), Bytes(contact), routes.Count, Pack(routes));
                    var read = new List<string>();
                    foreach (ReadOnlySpan<byte> route in leg.Routes)
                        read.Add(Encoding.ASCII.GetString(route));

                    Assert.Equal(tag, Encoding.ASCII.GetString(leg.Tag));
                    Assert.Equal(contact, Encoding.ASCII.GetString(leg.Contact));
                    Assert.Equal(routes, read);
                    Assert.Equal(routes.Count, leg.RouteCount);
                    Assert.Equal(5 + tag.Length + contact.Length + routes.Sum(r => 2 + r.Length), leg.Bytes.Length);
                    Assert.Same(leg.Bytes, PackedLeg.Build(leg, Bytes(tag), Bytes(contact), routes.Count, Pack(routes)).Bytes);
                    Assert.NotSame(leg.Bytes, PackedLeg.Build(leg, Bytes(tag + "x"), Bytes(contact), routes.Count, Pack(routes)).Bytes);
                },
                iter: 200
            );

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Pack(List<string> routes)
    {
        var packed = new List<byte>();
        byte[] length = new byte[2];
        foreach (string route in routes)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)route.Length);
            packed.AddRange(length);
            packed.AddRange(Bytes(route));
        }

        return [.. packed];
    }
}
