using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Parley.Dialogs;

/// <summary>
/// What identifies a dialog in this node's table, in the row of a database and in a <c>did</c>: the hash entry of its Call-ID and a
/// number that is unique in that entry. Every pair is a valid identity, (0, 0) too; "no dialog" is never written as a number.
/// </summary>
/// <remarks>
/// The text form ("did") is both numbers in hexadecimal with the least significant nibble first, lower case, a dot between them:
/// entry 1134 (0x46e) and id 1122334455 give <c>e64.7f675e24</c>. The 64-bit form is <c>entry &lt;&lt; 32 | id</c>, unsigned.
/// An id is an index only: code that finds a dialog by it still compares Call-ID and tags.
/// </remarks>
public readonly struct DialogId : IEquatable<DialogId>, IComparable<DialogId>, IUtf8SpanFormattable, ISpanFormattable
{
    /// <summary>Length of the longest text form, in bytes.</summary>
    public const int MaxTextLength = 17;

    /// <summary>Makes an identity of its two numbers; any values are valid.</summary>
    /// <param name="entry">The hash entry (bucket).</param>
    /// <param name="id">The number in that entry.</param>
    public DialogId(uint entry, uint id)
    {
        Entry = entry;
        Id = id;
    }

    /// <summary>The hash entry: <see cref="CoreHash"/> of the Call-ID, masked with the table size.</summary>
    public uint Entry { get; }

    /// <summary>The number of the dialog in its entry.</summary>
    public uint Id { get; }

    /// <summary>The identity whose 64-bit form this is (column <c>dlg_id</c>); any value is valid.</summary>
    /// <param name="value">The 64-bit form.</param>
    public static DialogId FromValue(ulong value) => new((uint)(value >> 32), (uint)value);

    /// <summary>The 64-bit form, <c>entry &lt;&lt; 32 | id</c>.</summary>
    public ulong Value => ((ulong)Entry << 32) | Id;

    /// <summary>Reads the text form; upper-case digits are taken as well. Never throws.</summary>
    /// <param name="text">The did, from the wire or from an operator.</param>
    /// <param name="id">The identity, when the text is one.</param>
    /// <returns>False for anything but one to eight hex digits, a dot, and one to eight hex digits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out DialogId id)
    {
        int dot = text.IndexOf((byte)'.');
        if (dot >= 0 && TryParseNumber(text[..dot], out uint entry) && TryParseNumber(text[(dot + 1)..], out uint number))
        {
            id = new DialogId(entry, number);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Reads the text form; upper-case digits are taken as well. Never throws.</summary>
    /// <param name="text">The did.</param>
    /// <param name="id">The identity, when the text is one.</param>
    /// <returns>False for anything but one to eight hex digits, a dot, and one to eight hex digits.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out DialogId id)
    {
        Span<byte> bytes = stackalloc byte[MaxTextLength];
        if (
            text.Length <= MaxTextLength
            && System.Text.Ascii.FromUtf16(text, bytes, out int written) == System.Buffers.OperationStatus.Done
        )
            return TryParse(bytes[..written], out id);
        id = default;
        return false;
    }

    /// <summary>Writes the text form as UTF-8.</summary>
    /// <param name="utf8Destination">Where to; <see cref="MaxTextLength"/> bytes always suffice.</param>
    /// <param name="bytesWritten">How many bytes were written.</param>
    /// <returns>False when the destination is too short.</returns>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten)
    {
        bytesWritten = 0;
        int entryLength = DigitCount(Entry),
            idLength = DigitCount(Id);
        if (utf8Destination.Length < entryLength + 1 + idLength)
            return false;
        WriteNumber(Entry, utf8Destination[..entryLength]);
        utf8Destination[entryLength] = (byte)'.';
        WriteNumber(Id, utf8Destination.Slice(entryLength + 1, idLength));
        bytesWritten = entryLength + 1 + idLength;
        return true;
    }

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(utf8Destination, out bytesWritten);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<byte> bytes = stackalloc byte[MaxTextLength];
        TryFormat(bytes, out int length);
        charsWritten = 0;
        return destination.Length >= length
            && System.Text.Ascii.ToUtf16(bytes[..length], destination, out charsWritten) == System.Buffers.OperationStatus.Done;
    }

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, stackalloc char[MaxTextLength], $"{this}");

    /// <inheritdoc/>
    public bool Equals(DialogId other) => Entry == other.Entry && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is DialogId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)((Entry * 0x9E3779B1u) ^ Id);

    /// <summary>Orders by the 64-bit form.</summary>
    /// <param name="other">The other identity.</param>
    public int CompareTo(DialogId other) => Value.CompareTo(other.Value);

    /// <summary>Whether both name the same dialog.</summary>
    public static bool operator ==(DialogId left, DialogId right) => left.Equals(right);

    /// <summary>Whether they name different dialogs.</summary>
    public static bool operator !=(DialogId left, DialogId right) => !left.Equals(right);

    /// <summary>Compares the 64-bit forms.</summary>
    public static bool operator <(DialogId left, DialogId right) => left.Value < right.Value;

    /// <summary>Compares the 64-bit forms.</summary>
    public static bool operator <=(DialogId left, DialogId right) => left.Value <= right.Value;

    /// <summary>Compares the 64-bit forms.</summary>
    public static bool operator >(DialogId left, DialogId right) => left.Value > right.Value;

    /// <summary>Compares the 64-bit forms.</summary>
    public static bool operator >=(DialogId left, DialogId right) => left.Value >= right.Value;

    private static int DigitCount(uint value) => value == 0 ? 1 : (35 - System.Numerics.BitOperations.LeadingZeroCount(value)) >> 2;

    private static void WriteNumber(uint value, Span<byte> digits)
    {
        for (int i = 0; i < digits.Length; i++, value >>= 4)
            digits[i] = "0123456789abcdef"u8[(int)(value & 15)];
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> digits, out uint value)
    {
        value = 0;
        if (digits.IsEmpty || digits.Length > 8)
            return false;
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            uint digit = digits[i];
            uint lower = digit | 0x20;
            if (digit - '0' <= 9)
                digit -= '0';
            else if (lower - 'a' <= 5)
                digit = lower - 'a' + 10;
            else
                return false;
            value = (value << 4) | digit;
        }

        return true;
    }
}
