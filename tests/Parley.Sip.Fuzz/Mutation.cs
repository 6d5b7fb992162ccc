using System.Text;

namespace Parley.Sip.Fuzz;

/// <summary>Makes new inputs of old ones, by a seed.</summary>
public sealed class Mutation(int seed)
{
    private const int MaxLength = 8_000;

    private static readonly byte[][] Words =
    [
        .. (
            "\r\n|\n|\r|\r\n |\r\n\r\n|:|;|,|,,|;;|=|\"|\\|<|>|@|%|%00|%41|?|&|*|[|]|[::1]|[2001:db8:::1.2.3.4]|..|\0|\u00ff|ÿ|SIP/2.0|SIP/2.0/UDP |SIP/7.0|"
            + "Via: |v: |From: |f:|To: |t :|Call-ID: |i: |CSeq: |Contact: |m: |Max-Forwards: |Content-Length: |l: |Route: |Record-Route: |Supported: |"
            + "Authorization: Digest |Proxy-Require: |Expires: |RAck: 1 2 INVITE|INVITE|ACK|CANCEL|BYE|REGISTER|PRACK|branch=z9hG4bK|;branch=|;rport|;received=|"
            + ";maddr=|;ttl=|;lr|;tag=|;q=0.5|;expires=|;+sip.instance=\"<urn:x>\"|;reg-id=1|sip:|sips:|tel:|urn:|http://|255.255.255.255|192.0.2.1|"
            + "0|1|-1|70|255|256|65535|65536|2147483647|2147483648|4294967295|4294967296|99999999999999999999|realm=\"a,b\"|transport=tcp"
        )
            .Split('|')
            .Where(word => word.Length > 0)
            .Select(Encoding.Latin1.GetBytes),
    ];

    private readonly Random _random = new(seed);
    private readonly byte[] _spare = new byte[MaxLength];

    public int Next(int limit) => _random.Next(limit);

    /// <summary>Mutates the buffer in place and returns the new length.</summary>
    public int Mutate(byte[] buffer, int length, ReadOnlySpan<byte> other)
    {
        for (int rounds = 1 + (int)Math.Min(7, -Math.Log2(1 - _random.NextDouble())); rounds > 0; rounds--)
            length = Once(buffer, length, other);
        return length;
    }

    private int Once(byte[] buffer, int length, ReadOnlySpan<byte> other)
    {
        int at = _random.Next(length + 1);
        int size = Math.Min(length - at, 1 + _random.Next(_random.Next(4) == 0 ? 200 : 12));
        switch (_random.Next(10))
        {
            case 0 when at < length:
                buffer[at] ^= (byte)(1 << _random.Next(8));
                return length;
            case 1 when at < length:
                buffer[at] = (byte)_random.Next(256);
                return length;
            case 2:
                buffer.AsSpan(at + size, length - at - size).CopyTo(buffer.AsSpan(at));
                return length - size;
            case 3:
                buffer.AsSpan(at, size).CopyTo(_spare);
                return Insert(buffer, length, _random.Next(length + 1), _spare.AsSpan(0, size));
            case 4 when !other.IsEmpty:
                int from = _random.Next(other.Length);
                return Insert(buffer, length, at, other.Slice(from, Math.Min(other.Length - from, 1 + _random.Next(120))));
            case 5:
                return _random.Next(20) == 0 ? at : length;
            case 6:
                int line = buffer.AsSpan(0, length)[at..].IndexOf((byte)'\n');
                return line < 0 ? length : Insert(buffer, length, at + line + 1, Words[_random.Next(Words.Length)]);
            case 7 when _random.Next(50) == 0:
                for (int i = _random.Next(200); i > 0; i--)
                    length = Insert(buffer, length, at, buffer.AsSpan(at, Math.Min(size, length - at)).ToArray());
                return length;
            default:
                return Insert(buffer, length, at, Words[_random.Next(Words.Length)]);
        }
    }

    private static int Insert(byte[] buffer, int length, int at, ReadOnlySpan<byte> what)
    {
        if (length + what.Length > MaxLength)
            return length;
        buffer.AsSpan(at, length - at).CopyTo(buffer.AsSpan(at + what.Length));
        what.CopyTo(buffer.AsSpan(at));
        return length + what.Length;
    }
}
