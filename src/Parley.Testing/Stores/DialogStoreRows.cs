using System.Globalization;
using System.Text;
using Parley.Dialogs;

namespace Parley.Testing;

/// <summary>Rows for tests of stores.</summary>
public static class DialogStoreRows
{
    /// <summary>Columns that hold texts; all but <see cref="DialogColumn.Details"/>.</summary>
    internal static IReadOnlyList<DialogColumn> TextColumns { get; } =
    [.. Enumerable.Range(0, (int)DialogColumn.Details).Select(static i => (DialogColumn)i)];

    /// <summary>A confirmed dialog as calls leave them: some 900 bytes, every number and text of its own. Its id begins with the hash of its Call-ID.</summary>
    /// <param name="number">Which; the same number gives the same row.</param>
    /// <param name="version">Changes its numbers and its values, as requests of the call do.</param>
    public static DialogRecord Row(int number, int version = 0)
    {
        string n = number.ToString(CultureInfo.InvariantCulture);
        byte[] callId = Encoding.ASCII.GetBytes($"{n}-8f3b61c0a9d24e5f@[2001:db8::{number & 0xffff:x}]");
        var texts = new DialogRecordTexts
        {
            CallId = callId,
            FromUri = Encoding.ASCII.GetBytes($"sip:+4930{n}@atlanta.example.com"),
            FromTag = Encoding.ASCII.GetBytes($"ft{n}"),
            ToUri = Encoding.ASCII.GetBytes($"sip:+4940{n}@biloxi.example.com;user=phone"),
            ToTag = Encoding.ASCII.GetBytes($"tt{n}"),
            CallerRouteSet = "<sip:edge1.atlanta.example.com;lr;transport=tcp>,<sip:10.1.2.3:5070;lr>"u8,
            CalleeRouteSet = Encoding.ASCII.GetBytes($"<sip:gw{n}.biloxi.example.com;lr>"),
            CallerContact = Encoding.ASCII.GetBytes($"sip:u{n}@192.0.2.7:5062;transport=udp"),
            CalleeContact = Encoding.ASCII.GetBytes($"sip:u{n}@[2001:db8::9]:5064"),
            CallerSocket = "udp:192.0.2.1:5060"u8,
            CalleeSocket = "tls:[2001:db8::1]:5061"u8,
            Values = Encoding.ASCII.GetBytes($"account#{n}|version#{version}|"),
            Profiles = "trunk#berlin|customer/b#17|"u8,
            OnAnswer = "answered"u8,
            Details = Encoding.ASCII.GetBytes($"{{\"node\":\"a\",\"number\":{n}}}"),
        };
        return new DialogRecord(new DialogId(CoreHash.Compute(callId, CoreHash.DefaultSize), (uint)number), in texts)
        {
            State = version == 0 ? DialogState.ConfirmedNoAck : DialogState.Confirmed,
            CallerCSeq = (uint)version,
            CalleeCSeq = 100 + (uint)version,
            CallerPingCSeq = (uint)version * 2,
            CalleePingCSeq = (uint)version * 3,
            StartTime = 1_790_000_000 + number,
            Timeout = 1_790_000_000 + number + 43_200 + version,
            UserFlags = (uint)number,
            ModuleFlags = (uint)version,
            Flags = 4,
        };
    }

    /// <summary>A record with one text changed.</summary>
    /// <param name="row">The record.</param>
    /// <param name="changed">The column.</param>
    /// <param name="text">Its text.</param>
    public static DialogRecord With(DialogRecord row, DialogColumn changed, ReadOnlySpan<byte> text) => Copy(row, row.Id, changed, text);

    /// <summary>A record with another Call-ID, and the entry that goes with it.</summary>
    /// <param name="row">The record.</param>
    /// <param name="callId">The Call-ID.</param>
    public static DialogRecord WithCallId(DialogRecord row, ReadOnlySpan<byte> callId) =>
        Copy(row, new DialogId(CoreHash.Compute(callId, CoreHash.DefaultSize), row.Id.Id), DialogColumn.CallId, callId);

    /// <summary>The first difference of two rows, by any column; null: none.</summary>
    /// <param name="expected">What should be.</param>
    /// <param name="found">What is.</param>
    public static string? Difference(DialogRecord expected, DialogRecord found)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(found);
        if (expected.Id != found.Id)
            return $"id {found.Id}, not {expected.Id}";
        (string, long, long)[] numbers =
        [
            ("state", (long)expected.State, (long)found.State),
            ("caller_cseq", expected.CallerCSeq, found.CallerCSeq),
            ("callee_cseq", expected.CalleeCSeq, found.CalleeCSeq),
            ("caller_ping_cseq", expected.CallerPingCSeq, found.CallerPingCSeq),
            ("callee_ping_cseq", expected.CalleePingCSeq, found.CalleePingCSeq),
            ("start_time", expected.StartTime, found.StartTime),
            ("timeout", expected.Timeout, found.Timeout),
            ("script_flags", expected.UserFlags, found.UserFlags),
            ("module_flags", expected.ModuleFlags, found.ModuleFlags),
            ("flags", expected.Flags, found.Flags),
        ];
        foreach ((string name, long wanted, long came) in numbers)
        {
            if (wanted != came)
                return $"{name} {came}, not {wanted}";
        }

        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
        {
            ReadOnlySpan<byte> wanted = expected[column],
                came = found[column];
            if (!wanted.SequenceEqual(came))
                return $"{column} of {came.Length} bytes ({Shown(came)}), not of {wanted.Length} ({Shown(wanted)})";
        }

        return null;
    }

    private static string Shown(ReadOnlySpan<byte> text) =>
        Convert.ToHexString(text[..Math.Min(text.Length, 24)]) + (text.Length > 24 ? "…" : "");

    private static DialogRecord Copy(DialogRecord row, DialogId id, DialogColumn changed, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(row);
        var texts = new DialogRecordTexts();
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
            texts.Set(column, column == changed ? text : row[column]);
        return new DialogRecord(id, in texts)
        {
            State = row.State,
            CallerCSeq = row.CallerCSeq,
            CalleeCSeq = row.CalleeCSeq,
            CallerPingCSeq = row.CallerPingCSeq,
            CalleePingCSeq = row.CalleePingCSeq,
            StartTime = row.StartTime,
            Timeout = row.Timeout,
            UserFlags = row.UserFlags,
            ModuleFlags = row.ModuleFlags,
            Flags = row.Flags,
        };
    }
}
