using System.Text;

namespace Parley.Dialogs;

/// <summary>
/// A dialog as a row of the <c>dialog</c> table (version 11), immutable: numbers as they are, all texts in one array, each behind its
/// length. What stores write and read, and what changes on the feed carry.
/// </summary>
public sealed class DialogRecord
{
    private const int ColumnCount = (int)DialogColumn.Details + 1;
    private readonly byte[] _texts;

    /// <summary>Packs a row.</summary>
    /// <param name="id">Its identity (column <c>dlg_id</c>).</param>
    /// <param name="texts">Its texts, copied.</param>
    public DialogRecord(DialogId id, in DialogRecordTexts texts)
    {
        Id = id;
        int length = 0;
        for (int i = 0; i < ColumnCount; i++)
        {
            int text = texts.Get((DialogColumn)i).Length;
            length += text + Base128.SizeOf((uint)text);
        }

        _texts = new byte[length];
        int at = 0;
        for (int i = 0; i < ColumnCount; i++)
        {
            ReadOnlySpan<byte> text = texts.Get((DialogColumn)i);
            Base128.Write(_texts, ref at, (uint)text.Length);
            text.CopyTo(_texts.AsSpan(at));
            at += text.Length;
        }
    }

    private DialogRecord(DialogId id, byte[] packedTexts)
    {
        Id = id;
        _texts = packedTexts;
        Check();
    }

    private DialogRecord(DialogId id, DialogRecord other)
    {
        Id = id;
        _texts = other._texts;
        State = other.State;
        CallerCSeq = other.CallerCSeq;
        CalleeCSeq = other.CalleeCSeq;
        CallerPingCSeq = other.CallerPingCSeq;
        CalleePingCSeq = other.CalleePingCSeq;
        StartTime = other.StartTime;
        Timeout = other.Timeout;
        UserFlags = other.UserFlags;
        ModuleFlags = other.ModuleFlags;
        Flags = other.Flags;
    }

    /// <summary>The same row under another id; the texts are shared.</summary>
    /// <param name="id">The id.</param>
    public DialogRecord WithId(DialogId id) => new(id, this);

    /// <summary><c>dlg_id</c>.</summary>
    public DialogId Id { get; }

    /// <summary>As the journal had it.</summary>
    /// <exception cref="ArgumentException">The texts are not whole.</exception>
    internal static DialogRecord FromPacked(
        DialogId id,
        ReadOnlySpan<byte> packedTexts,
        DialogState state,
        in DialogRecordNumbers numbers
    ) =>
        new(id, packedTexts.ToArray())
        {
            State = state,
            CallerCSeq = numbers.CallerCSeq,
            CalleeCSeq = numbers.CalleeCSeq,
            CallerPingCSeq = numbers.CallerPingCSeq,
            CalleePingCSeq = numbers.CalleePingCSeq,
            StartTime = numbers.StartTime,
            Timeout = numbers.Timeout,
            UserFlags = numbers.UserFlags,
            ModuleFlags = numbers.ModuleFlags,
            Flags = numbers.Flags,
        };

    /// <summary>All texts, each behind its length.</summary>
    internal ReadOnlySpan<byte> PackedTexts => _texts;

    /// <summary><c>state</c>.</summary>
    public DialogState State { get; init; }

    /// <summary><c>caller_cseq</c>: the highest CSeq sent towards the caller.</summary>
    public uint CallerCSeq { get; init; }

    /// <summary><c>callee_cseq</c>: the highest CSeq sent towards the callee.</summary>
    public uint CalleeCSeq { get; init; }

    /// <summary><c>caller_ping_cseq</c>: the last CSeq the proxy generated towards the caller; 0: never.</summary>
    public uint CallerPingCSeq { get; init; }

    /// <summary><c>callee_ping_cseq</c>.</summary>
    public uint CalleePingCSeq { get; init; }

    /// <summary><c>start_time</c>: when it was answered, unix seconds; 0 before.</summary>
    public long StartTime { get; init; }

    /// <summary><c>timeout</c>: when its lifetime is over, unix seconds of the wall clock.</summary>
    public long Timeout { get; init; }

    /// <summary><c>script_flags</c>: the user flags.</summary>
    public uint UserFlags { get; init; }

    /// <summary><c>module_flags</c>.</summary>
    public uint ModuleFlags { get; init; }

    /// <summary><c>flags</c>: the bits of <see cref="DialogFlags"/> and the others of OpenSIPS.</summary>
    public uint Flags { get; init; }

    /// <summary>The bytes of a text column; empty when it is NULL.</summary>
    /// <param name="column">The column.</param>
    public ReadOnlySpan<byte> this[DialogColumn column]
    {
        get
        {
            int at = 0;
            for (int i = 0; ; i++)
            {
                int length = (int)Base128.Read(_texts, ref at);
                if (i == (int)column)
                    return _texts.AsSpan(at, length);
                at += length;
            }
        }
    }

    /// <summary>A text column as a string; allocates.</summary>
    /// <param name="column">The column.</param>
    /// <returns>Null when the column is NULL: empty, where the table allows that.</returns>
    public string? GetText(DialogColumn column)
    {
        ReadOnlySpan<byte> text = this[column];
        return text.IsEmpty && IsNullable(column) ? null : Encoding.UTF8.GetString(text);
    }

    /// <summary>Whether the table allows NULL in this column; an empty text is stored as NULL then.</summary>
    /// <param name="column">The column.</param>
    public static bool IsNullable(DialogColumn column) =>
        column is >= DialogColumn.MangledFromUri and <= DialogColumn.CalleeContact or >= DialogColumn.Values;

    /// <summary>The most characters (of <c>vars</c>: bytes) that the table holds in this column.</summary>
    /// <param name="column">The column.</param>
    public static int MaxLength(DialogColumn column) =>
        column switch
        {
            DialogColumn.CallId or DialogColumn.FromUri or DialogColumn.ToUri or DialogColumn.CallerContact or DialogColumn.CalleeContact =>
                255,
            DialogColumn.CallerRouteSet or DialogColumn.CalleeRouteSet or DialogColumn.Values or DialogColumn.Profiles => 65_535,
            DialogColumn.Details => int.MaxValue,
            _ => 64,
        };

    /// <summary>Whether every text fits its column, asked before a write: a database may cut what is too long and say nothing.</summary>
    /// <param name="tooLong">The first that does not fit.</param>
    public bool FitsTable(out DialogColumn tooLong)
    {
        for (tooLong = 0; (int)tooLong < ColumnCount; tooLong++)
        {
            if (this[tooLong].Length > MaxLength(tooLong))
                return false;
        }

        tooLong = default;
        return true;
    }

    private void Check()
    {
        int at = 0;
        for (int i = 0; i < ColumnCount; i++)
        {
            if (!Base128.TryRead(_texts, ref at, out uint length))
                throw new ArgumentException("The texts of a row end early.");
            if (length > _texts.Length - at)
                throw new ArgumentException("A text is longer than its row.");
            at += (int)length;
        }
    }
}
