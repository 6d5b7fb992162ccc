using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Parley.Dialogs;

/// <summary>One entry of the journal as bytes and back. Numbers are little-endian, texts UTF-8 behind their length.</summary>
internal readonly struct JournalEntry
{
    private const int RowNumbers = 1 + (4 * 4) + (2 * 8) + (3 * 4);

    private JournalEntry(JournalEntryKind kind, DialogId id) => (Kind, Id) = (kind, id);

    public JournalEntryKind Kind { get; }

    public DialogId Id { get; }

    /// <summary>Of <see cref="JournalEntryKind.Save"/>.</summary>
    public DialogRecord? Row { get; private init; }

    /// <summary>Of <see cref="JournalEntryKind.Record"/>.</summary>
    public CallRecord? Record { get; private init; }

    public static byte[] Write(DialogRecord row)
    {
        ReadOnlySpan<byte> texts = row.PackedTexts;
        byte[] bytes = new byte[9 + RowNumbers + texts.Length];
        var writer = new Writer(bytes);
        writer.Byte((byte)JournalEntryKind.Save);
        writer.Int64((long)row.Id.Value);
        writer.Byte((byte)row.State);
        writer.Int32((int)row.CallerCSeq);
        writer.Int32((int)row.CalleeCSeq);
        writer.Int32((int)row.CallerPingCSeq);
        writer.Int32((int)row.CalleePingCSeq);
        writer.Int64(row.StartTime);
        writer.Int64(row.Timeout);
        writer.Int32((int)row.UserFlags);
        writer.Int32((int)row.ModuleFlags);
        writer.Int32((int)row.Flags);
        writer.Raw(texts);
        return bytes;
    }

    /// <summary>Of <see cref="JournalEntryKind.Keep"/>: how many entries before it still count.</summary>
    public int Kept { get; private init; }

    public static byte[] WriteKeep(int kept)
    {
        byte[] bytes = new byte[9];
        bytes[0] = (byte)JournalEntryKind.Keep;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), (uint)kept);
        return bytes;
    }

    public static byte[] WriteDelete(DialogId id)
    {
        byte[] bytes = new byte[9];
        bytes[0] = (byte)JournalEntryKind.Delete;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), id.Value);
        return bytes;
    }

    public static byte[] Write(CallRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        bytes.Write([(byte)JournalEntryKind.Record]);
        Int64(bytes, (long)record.DialogId.Value);
        Int64(bytes, record.Start.ToUnixTimeMilliseconds());
        Int64(bytes, record.Ring?.ToUnixTimeMilliseconds() ?? long.MinValue);
        Int64(bytes, record.Answer?.ToUnixTimeMilliseconds() ?? long.MinValue);
        Int64(bytes, record.End.ToUnixTimeMilliseconds());
        Int64(bytes, record.Number);
        Int64(bytes, record.StatusCode);
        Int64(bytes, (long)record.Disposition);
        Int64(bytes, (long)record.EndedBy);
        foreach (string text in TextsOf(record))
            Text(bytes, text);
        Int64(bytes, record.Values.Count);
        foreach ((string name, string value) in record.Values)
        {
            Text(bytes, name);
            Text(bytes, value);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>False for what no version of this program has written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out JournalEntry entry)
    {
        entry = default;
        if (bytes.Length < 9)
            return false;
        var kind = (JournalEntryKind)bytes[0];
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]);
        var id = new DialogId((uint)(value >> 32), (uint)value);
        try
        {
            switch (kind)
            {
                case JournalEntryKind.Save when bytes.Length >= 9 + RowNumbers:
                    entry = new JournalEntry(kind, id) { Row = ReadRow(id, bytes[9..]) };
                    return true;
                case JournalEntryKind.Delete:
                    entry = new JournalEntry(kind, id);
                    return true;
                case JournalEntryKind.Record:
                    entry = new JournalEntry(kind, id) { Record = ReadRecord(id, bytes[9..]) };
                    return true;
                case JournalEntryKind.Keep when value <= int.MaxValue:
                    entry = new JournalEntry(kind, default) { Kept = (int)value };
                    return true;
                default:
                    return false;
            }
        }
        catch (ArgumentException)
        {
            return false; // its checksum is right, its content is not: another version's
        }
    }

    private static DialogRecord ReadRow(DialogId id, ReadOnlySpan<byte> bytes)
    {
        var reader = new Reader(bytes);
        var state = (DialogState)reader.Byte();
        var numbers = new DialogRecordNumbers
        {
            CallerCSeq = (uint)reader.Int32(),
            CalleeCSeq = (uint)reader.Int32(),
            CallerPingCSeq = (uint)reader.Int32(),
            CalleePingCSeq = (uint)reader.Int32(),
            StartTime = reader.Int64(),
            Timeout = reader.Int64(),
            UserFlags = (uint)reader.Int32(),
            ModuleFlags = (uint)reader.Int32(),
            Flags = (uint)reader.Int32(),
        };
        return DialogRecord.FromPacked(id, bytes[RowNumbers..], state, in numbers);
    }

    private static CallRecord ReadRecord(DialogId id, ReadOnlySpan<byte> bytes)
    {
        var reader = new Reader(bytes);
        long start = reader.Int64(),
            ring = reader.Int64(),
            answer = reader.Int64(),
            end = reader.Int64(),
            number = reader.Int64(),
            status = reader.Int64(),
            disposition = reader.Int64(),
            endedBy = reader.Int64();
        string callId = reader.Text(),
            fromUri = reader.Text(),
            fromTag = reader.Text(),
            toUri = reader.Text(),
            toTag = reader.Text(),
            requestUri = reader.Text(),
            source = reader.Text(),
            target = reader.Text(),
            targetUri = reader.Text(),
            reason = reader.Text(),
            node = reader.Text();
        long count = reader.Int64();
        var values = new List<KeyValuePair<string, string>>();
        for (long i = 0; i < count; i++)
            values.Add(new KeyValuePair<string, string>(reader.Text(), reader.Text()));
        return new CallRecord
        {
            DialogId = id,
            Start = DateTimeOffset.FromUnixTimeMilliseconds(start),
            Ring = Time(ring),
            Answer = Time(answer),
            End = DateTimeOffset.FromUnixTimeMilliseconds(end),
            Number = (int)number,
            StatusCode = (int)status,
            Disposition = (CallDisposition)disposition,
            EndedBy = (CallEndedBy)endedBy,
            CallId = callId,
            FromUri = fromUri,
            FromTag = fromTag,
            ToUri = toUri,
            ToTag = toTag,
            RequestUri = requestUri,
            Source = source,
            Target = target,
            TargetUri = targetUri,
            Reason = reason,
            Node = node,
            Values = values,
        };
    }

    private static string[] TextsOf(CallRecord record) =>
        [
            record.CallId,
            record.FromUri,
            record.FromTag,
            record.ToUri,
            record.ToTag,
            record.RequestUri,
            record.Source,
            record.Target,
            record.TargetUri,
            record.Reason,
            record.Node,
        ];

    private static DateTimeOffset? Time(long milliseconds) =>
        milliseconds == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static void Int64(ArrayBufferWriter<byte> into, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(into.GetSpan(8), value);
        into.Advance(8);
    }

    private static void Text(ArrayBufferWriter<byte> into, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Int64(into, bytes.Length);
        into.Write(bytes);
    }

    private ref struct Writer(Span<byte> into)
    {
        private Span<byte> _rest = into;

        public void Byte(byte value)
        {
            _rest[0] = value;
            _rest = _rest[1..];
        }

        public void Int32(int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_rest, value);
            _rest = _rest[4..];
        }

        public void Int64(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_rest, value);
            _rest = _rest[8..];
        }

        public readonly void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_rest);
    }

    private ref struct Reader(ReadOnlySpan<byte> from)
    {
        private ReadOnlySpan<byte> _rest = from;

        public byte Byte() => Take(1)[0];

        public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

        public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public string Text()
        {
            long length = Int64();
            if (length < 0 || length > _rest.Length)
                throw new ArgumentException("A text is longer than its entry.");
            return Encoding.UTF8.GetString(Take((int)length));
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (_rest.Length < length)
                throw new ArgumentException("An entry ends early.");
            ReadOnlySpan<byte> taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}
