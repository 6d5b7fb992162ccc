using System.Buffers;
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>Compares required option tags with those known, and writes the Unsupported header of a 420 (RFC 3261 8.2.2.3).</summary>
internal static class UnsupportedOptions
{
    /// <summary>"Unsupported: a, b" with CRLF; null when all are known.</summary>
    public static byte[]? Find(TokenList required, ReadOnlySpan<byte[]> known)
    {
        ArrayBufferWriter<byte>? line = null;
        foreach (var token in required)
        {
            if (IsKnown(token, known))
                continue;
            if (line is null)
            {
                line = new ArrayBufferWriter<byte>(64);
                line.Write("Unsupported: "u8);
            }
            else
            {
                line.Write(", "u8);
            }
            foreach (var b in token)
            {
                if (b is > 0x20 and < 0x7f and not (byte)',') // what is echoed is a token, whatever came
                    line.Write([b]);
            }
        }
        if (line is null)
            return null;
        line.Write("\r\n"u8);
        return line.WrittenSpan.ToArray();
    }

    private static bool IsKnown(ReadOnlySpan<byte> token, ReadOnlySpan<byte[]> known)
    {
        if (token.IsEmpty)
            return true;
        foreach (var one in known)
        {
            if (SipText.EqualsIgnoreCase(token, one))
                return true;
        }
        return false;
    }
}
