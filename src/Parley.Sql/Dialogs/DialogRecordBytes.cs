using System.Buffers.Binary;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>
/// A whole record as bytes, for column <c>overflow</c>: a byte of form (1), the numbers little-endian, each text behind its length (32 bits).
/// </summary>
internal static class DialogRecordBytes
{
    private const byte Form = 1;
    private const int NumbersLength = 1 + 8 + 4 + (4 * 4) + (8 * 2) + (4 * 3);

    public static byte[] Write(DialogRecord record)
    {
        int length = NumbersLength;
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
            length += 4 + record[column].Length;
        var bytes = new byte[length];
        Span<byte> rest = bytes;
        rest[0] = Form;
        BinaryPrimitives.WriteUInt64LittleEndian(rest[1..], record.Id.Value);
        rest = rest[9..];
        Put(ref rest, (uint)record.State);
        Put(ref rest, record.CallerCSeq);
        Put(ref rest, record.CalleeCSeq);
        Put(ref rest, record.CallerPingCSeq);
        Put(ref rest, record.CalleePingCSeq);
        BinaryPrimitives.WriteInt64LittleEndian(rest, record.StartTime);
        BinaryPrimitives.WriteInt64LittleEndian(rest[8..], record.Timeout);
        rest = rest[16..];
        Put(ref rest, record.UserFlags);
        Put(ref rest, record.ModuleFlags);
        Put(ref rest, record.Flags);
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
        {
            ReadOnlySpan<byte> text = record[column];
            Put(ref rest, (uint)text.Length);
            text.CopyTo(rest);
            rest = rest[text.Length..];
        }

        return bytes;
    }

    /// <summary>Null for bytes that are none of <see cref="Write"/>.</summary>
    public static DialogRecord? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < NumbersLength || bytes[0] != Form)
            return null;
        ulong id = BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]);
        ReadOnlySpan<byte> numbers = bytes[9..NumbersLength];
        ReadOnlySpan<byte> rest = bytes[NumbersLength..];
        var texts = new DialogRecordTexts();
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
        {
            if (rest.Length < 4)
                return null;
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            rest = rest[4..];
            if (length > rest.Length)
                return null;
            texts.Set(column, rest[..(int)length]);
            rest = rest[(int)length..];
        }

        return new DialogRecord(DialogId.FromValue(id), in texts)
        {
            State = (DialogState)Take(ref numbers),
            CallerCSeq = Take(ref numbers),
            CalleeCSeq = Take(ref numbers),
            CallerPingCSeq = Take(ref numbers),
            CalleePingCSeq = Take(ref numbers),
            StartTime = TakeLong(ref numbers),
            Timeout = TakeLong(ref numbers),
            UserFlags = Take(ref numbers),
            ModuleFlags = Take(ref numbers),
            Flags = Take(ref numbers),
        };
    }

    private static void Put(ref Span<byte> rest, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(rest, value);
        rest = rest[4..];
    }

    private static uint Take(ref ReadOnlySpan<byte> rest)
    {
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        rest = rest[4..];
        return value;
    }

    private static long TakeLong(ref ReadOnlySpan<byte> rest)
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(rest);
        rest = rest[8..];
        return value;
    }
}
