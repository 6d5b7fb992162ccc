using System.Buffers.Binary;
using System.Text;

namespace Parley.Management;

/// <summary>An event as it waits for its target: what it is about, its id, and the body to be posted.</summary>
/// <param name="Key">Events of one key are delivered one after the other: the Call-ID, or what else it is about.</param>
/// <param name="Dialog">The dialog's id as text, for the log; empty without one.</param>
/// <param name="Id">Its id, for the target to know it again.</param>
/// <param name="Body">JSON of CloudEvents.</param>
internal sealed record QueuedEvent(string Key, string Dialog, string Id, ReadOnlyMemory<byte> Body)
{
    private const byte Version = 1;

    /// <summary>The version, then key, dialog and id, each with its length in two bytes, then the body.</summary>
    public byte[] Format()
    {
        byte[] text = new byte[1 + 6 + Size(Key) + Size(Dialog) + Size(Id) + Body.Length];
        text[0] = Version;
        Span<byte> rest = text.AsSpan(1);
        Write(ref rest, Key);
        Write(ref rest, Dialog);
        Write(ref rest, Id);
        Body.Span.CopyTo(rest);
        return text;
    }

    /// <summary>Null: another version of this program wrote it.</summary>
    public static QueuedEvent? Read(byte[] text)
    {
        if (text.Length < 1 || text[0] != Version)
            return null;
        int at = 1;
        return TryRead(text, ref at, out string key) && TryRead(text, ref at, out string dialog) && TryRead(text, ref at, out string id)
            ? new QueuedEvent(key, dialog, id, text.AsMemory(at))
            : null;
    }

    // A Call-ID is shorter than a datagram; what a subscriber of its own gives as a subject may be cut.
    private static int Size(string text) => Math.Min(Encoding.UTF8.GetByteCount(text), ushort.MaxValue);

    private static void Write(ref Span<byte> rest, string text)
    {
        int size = Size(text);
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)size);
        Encoding.UTF8.GetBytes(text).AsSpan(0, size).CopyTo(rest[2..]);
        rest = rest[(2 + size)..];
    }

    private static bool TryRead(byte[] text, ref int at, out string value)
    {
        value = "";
        if (text.Length - at < 2)
            return false;
        int size = BinaryPrimitives.ReadUInt16LittleEndian(text.AsSpan(at));
        at += 2;
        if (text.Length - at < size)
            return false;
        value = Encoding.UTF8.GetString(text, at, size);
        at += size;
        return true;
    }
}
