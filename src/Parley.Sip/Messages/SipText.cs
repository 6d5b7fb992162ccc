using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Parley.Sip;

/// <summary>The protocol's words as bytes, and comparison of such words.</summary>
public static class SipText
{
    private static readonly byte[][] MethodNames =
    [
        [],
        "INVITE"u8.ToArray(),
        "ACK"u8.ToArray(),
        "BYE"u8.ToArray(),
        "CANCEL"u8.ToArray(),
        "OPTIONS"u8.ToArray(),
        "REGISTER"u8.ToArray(),
        "PRACK"u8.ToArray(),
        "UPDATE"u8.ToArray(),
        "INFO"u8.ToArray(),
        "SUBSCRIBE"u8.ToArray(),
        "NOTIFY"u8.ToArray(),
        "REFER"u8.ToArray(),
        "MESSAGE"u8.ToArray(),
        "PUBLISH"u8.ToArray(),
    ];

    private static readonly string[] MethodTexts = Array.ConvertAll(MethodNames, Encoding.ASCII.GetString);

    /// <summary>The method of this name. Method names are case-sensitive (RFC 3261 7.1): "invite" is <see cref="SipMethod.Other"/>.</summary>
    public static SipMethod ParseMethod(ReadOnlySpan<byte> text)
    {
        var candidate = text.Length switch
        {
            3 => text[0] == 'A' ? SipMethod.Ack : SipMethod.Bye,
            4 => SipMethod.Info,
            5 => text[0] == 'P' ? SipMethod.Prack : SipMethod.Refer,
            6 => text[0] switch
            {
                (byte)'I' => SipMethod.Invite,
                (byte)'C' => SipMethod.Cancel,
                (byte)'U' => SipMethod.Update,
                _ => SipMethod.Notify,
            },
            7 => text[0] switch
            {
                (byte)'O' => SipMethod.Options,
                (byte)'M' => SipMethod.Message,
                _ => SipMethod.Publish,
            },
            8 => SipMethod.Register,
            9 => SipMethod.Subscribe,
            _ => SipMethod.Other,
        };
        return candidate != SipMethod.Other && text.SequenceEqual(MethodNames[(int)candidate]) ? candidate : SipMethod.Other;
    }

    /// <summary>The method's name on the wire; empty for <see cref="SipMethod.Other"/>.</summary>
    public static ReadOnlySpan<byte> Method(SipMethod method) =>
        (uint)method < (uint)MethodNames.Length ? MethodNames[(int)method] : default;

    /// <summary>The method's name as text, as on the wire; empty for <see cref="SipMethod.Other"/>. Allocates nothing.</summary>
    public static string MethodName(SipMethod method) => (uint)method < (uint)MethodTexts.Length ? MethodTexts[(int)method] : "";

    /// <summary>The header's full name on the wire; empty for <see cref="SipHeaderName.Other"/>.</summary>
    public static ReadOnlySpan<byte> Header(SipHeaderName name) => HeaderNames.Full(name);

    /// <summary>The header of this name, full or compact, in any case; <see cref="SipHeaderName.Other"/> when it is not in the table.</summary>
    public static SipHeaderName ParseHeaderName(ReadOnlySpan<byte> name) => HeaderNames.Parse(name);

    /// <summary>The reason phrase of a status code (RFC 3261 21 and the registry); for an unregistered code that of its class.</summary>
    public static ReadOnlySpan<byte> Reason(int statusCode) => ReasonPhrases.Of(statusCode);

    /// <summary>Writes a number as 16 lower-case hexadecimal digits.</summary>
    /// <param name="number">The number.</param>
    /// <param name="destination">At least 16 bytes.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void WriteHex(ulong number, Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        if (!Convert.TryToHexStringLower(bytes, destination, out _))
            throw new ArgumentException("16 digits do not fit.", nameof(destination));
    }

    /// <summary>Equality that ignores the case of ASCII letters; other bytes must be the same.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length)
            return false;
        // Most senders write names in their usual case; where not, the first letter usually differs.
        if (a.SequenceEqual(b))
            return true;
        for (int i = 0; i < a.Length; i++)
        {
            int difference = a[i] ^ b[i];
            if (difference != 0 && (difference != 0x20 || !char.IsAsciiLetter((char)a[i])))
                return false;
        }
        return true;
    }

    /// <summary>True when the value runs over several lines (RFC 3261 7.3.1).</summary>
    public static bool IsFolded(ReadOnlySpan<byte> value) => value.IndexOfAny((byte)'\r', (byte)'\n') >= 0;

    /// <summary>Copies a header value on one line: each fold, with the white space around it, becomes one space.</summary>
    /// <param name="value">A header value as received.</param>
    /// <param name="destination">At least as long as the value.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than the value.</exception>
    public static int Unfold(ReadOnlySpan<byte> value, Span<byte> destination)
    {
        if (destination.Length < value.Length)
            throw new ArgumentException("Shorter than the value.", nameof(destination));
        int written = 0;
        while (true)
        {
            int end = value.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                value.CopyTo(destination[written..]);
                return written + value.Length;
            }
            int next = SipGrammar.SkipWhite(value, end);
            while (end > 0 && value[end - 1] is (byte)' ' or (byte)'\t')
                end--;
            value[..end].CopyTo(destination[written..]);
            written += end;
            if (next == value.Length)
                return written;
            destination[written++] = (byte)' ';
            value = value[next..];
        }
    }

    /// <summary>A header value as text on one line: as <see cref="Unfold"/>, read as UTF-8. Allocates.</summary>
    /// <param name="value">A header value as received.</param>
    public static string ToLine(ReadOnlySpan<byte> value)
    {
        if (!IsFolded(value))
            return Encoding.UTF8.GetString(value);
        Span<byte> line = value.Length <= 512 ? stackalloc byte[value.Length] : new byte[value.Length];
        return Encoding.UTF8.GetString(line[..Unfold(value, line)]);
    }

    /// <summary>Writes a number in decimal digits and returns how many; 20 bytes always suffice.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Format(ulong value, Span<byte> destination) =>
        Utf8Formatter.TryFormat(value, destination, out int written)
            ? written
            : throw new ArgumentException("Too short.", nameof(destination));

    /// <summary>Reads a number of digits only, at least one, not above <paramref name="max"/>.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> text, uint max, out uint value) => SipGrammar.TryParseNumber(text, max, out value);
}
