using System.Buffers;

namespace Parley.Proxy;

/// <summary>Values of URI parameters: which bytes may stand, and the escapes for those that may not (RFC 3261 25.1, paramchar).</summary>
internal static class UriParameterText
{
    private static readonly SearchValues<byte> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()[]/:&+$"u8
    );

    /// <summary>Only bytes that may stand as they are.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> value) => !value.ContainsAnyExcept(Allowed);

    /// <summary>Writes a value, escaped where needed; destination is at least three times as long. Returns the bytes written.</summary>
    public static int Write(ReadOnlySpan<byte> value, Span<byte> destination)
    {
        if (IsPlain(value))
        {
            value.CopyTo(destination);
            return value.Length;
        }
        var length = 0;
        foreach (var b in value)
        {
            if (Allowed.Contains(b))
            {
                destination[length++] = b;
                continue;
            }
            destination[length++] = (byte)'%';
            destination[length++] = "0123456789ABCDEF"u8[b >> 4];
            destination[length++] = "0123456789ABCDEF"u8[b & 15];
        }
        return length;
    }

    /// <summary>A value as it came back against the plain text it stands for.</summary>
    public static bool Matches(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> plain)
    {
        if (escaped.SequenceEqual(plain))
            return true;
        var i = 0;
        var matched = 0;
        while (i < escaped.Length)
        {
            var b = escaped[i];
            if (
                b == '%'
                && i + 2 < escaped.Length
                && HexDigit(escaped[i + 1]) is var high and >= 0
                && HexDigit(escaped[i + 2]) is var low and >= 0
            )
            {
                b = (byte)((high << 4) | low);
                i += 2;
            }
            i++;
            if (matched == plain.Length || plain[matched++] != b)
                return false;
        }
        return matched == plain.Length;
    }

    internal static int HexDigit(byte b) =>
        b switch
        {
            >= (byte)'0' and <= (byte)'9' => b - '0',
            >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
            _ => -1,
        };
}
