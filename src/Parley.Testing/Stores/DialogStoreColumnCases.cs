using System.Text;
using Parley.Dialogs;
using static Parley.Testing.DialogStoreSteps;

namespace Parley.Testing;

/// <summary>Every column, with values that databases like to change.</summary>
internal static class DialogStoreColumnCases
{
    public static IReadOnlyList<DialogStoreCase> All { get; } =
    [
        new("A row comes back as it was written", static (t, c) => ComesBackAsync(t, c, DialogStoreRows.Row(1), DialogStoreRows.Row(2, 7))),
        new("Texts as long as the table allows come back", static (t, c) => ComesBackAsync(t, c, Filled(0, static n => Ascii(n)))),
        new(
            "Texts one character too long for the table come back whole",
            static (t, c) => ComesBackAsync(t, c, Filled(1, static n => Ascii(n)))
        ),
        new("Texts of thousands of characters come back whole", static (t, c) => ComesBackAsync(t, c, Filled(9_000, static n => Ascii(n)))),
        new(
            "UTF-8 comes back byte by byte, as many characters as the table allows",
            static (t, c) => ComesBackAsync(t, c, Filled(0, Utf8))
        ),
        new("Bytes that are no UTF-8 come back", static (t, c) => ComesBackAsync(t, c, Each([.. "a"u8, 0xff, 0xc3, .. "z"u8]))),
        new("NUL bytes come back, in any column", static (t, c) => ComesBackAsync(t, c, Each([0, .. "a"u8, 0, 0, .. "b"u8, 0]))),
        new("Blanks at both ends come back", static (t, c) => ComesBackAsync(t, c, Each("  a b  "u8))),
        new(
            "Quotes, backslashes, percent signs and line ends come back",
            static (t, c) => ComesBackAsync(t, c, Each("'\"\\%_;--\r\n\t\\'"u8))
        ),
        new("A row without texts comes back", static (t, c) => ComesBackAsync(t, c, new DialogRecord(new DialogId(3, 4), default))),
        new("Sixty-four routes and IPv6 addresses come back", static (t, c) => ComesBackAsync(t, c, Routes())),
        new("Every byte comes back in values", static (t, c) => ComesBackAsync(t, c, EveryByte())),
        new(
            "Numbers of 32 bits come back to the last bit",
            static (t, c) => ComesBackAsync(t, c, Numbers(uint.MaxValue), Numbers(0x8000_0000), Numbers(0))
        ),
        new("Times after 2038 and after 2106 come back", static (t, c) => ComesBackAsync(t, c, Times())),
        new("Every state comes back", static (t, c) => ComesBackAsync(t, c, States())),
        new("Ids with the top bit set come back, behind the others", static (t, c) => ComesBackAsync(t, c, Ids())),
    ];

    private static byte[] Ascii(int length) => Encoding.ASCII.GetBytes(new string('x', length));

    /// <summary>As many characters of two to four bytes, as long as the bytes stay below what 16 bits count.</summary>
    private static byte[] Utf8(int length) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("ü€\U0001F600", length / 4))[..(length / 4 * 4)]);

    private static DialogRecord[] Filled(int more, Func<int, byte[]> text)
    {
        var rows = new List<DialogRecord>();
        DialogRecord all = DialogStoreRows.Row(0);
        foreach (DialogColumn column in DialogStoreRows.TextColumns)
        {
            byte[] value = text(Math.Min(DialogRecord.MaxLength(column), 65_535) + more);
            rows.Add(DialogStoreRows.With(DialogStoreRows.Row(1 + (int)column), column, value));
            if (more < 1_000)
                all = DialogStoreRows.With(all, column, value);
        }

        rows.Add(all);
        return [.. rows];
    }

    private static DialogRecord[] Each(ReadOnlySpan<byte> text)
    {
        var rows = new List<DialogRecord>();
        DialogRecord all = DialogStoreRows.Row(0);
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
        {
            rows.Add(DialogStoreRows.With(DialogStoreRows.Row(1 + (int)column), column, text));
            all = DialogStoreRows.With(all, column, text);
        }

        rows.Add(all);
        return [.. rows];
    }

    private static DialogRecord Routes()
    {
        string routes = string.Join(',', Enumerable.Range(0, 64).Select(static i => $"<sip:[2001:db8::{i:x}]:5060;transport=tcp;lr>"));
        DialogRecord row = DialogStoreRows.With(DialogStoreRows.Row(1), DialogColumn.CallerRouteSet, Encoding.ASCII.GetBytes(routes));
        return DialogStoreRows.With(row, DialogColumn.CalleeSocket, "tls:[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:65535"u8);
    }

    private static DialogRecord EveryByte() =>
        DialogStoreRows.With(
            DialogStoreRows.Row(1),
            DialogColumn.Values,
            [.. "all#"u8, .. Enumerable.Range(0, 1_024).Select(static i => (byte)i), (byte)'|']
        );

    private static DialogRecord Numbers(uint value) =>
        new(new DialogId(7, value), new DialogRecordTexts { CallId = "n"u8 })
        {
            State = DialogState.Confirmed,
            CallerCSeq = value,
            CalleeCSeq = value,
            CallerPingCSeq = value,
            CalleePingCSeq = value,
            StartTime = value,
            Timeout = value,
            UserFlags = value,
            ModuleFlags = value,
            Flags = value,
        };

    private static DialogRecord[] Times() =>
        [
            .. new[] { int.MaxValue, int.MaxValue + 1L, uint.MaxValue, uint.MaxValue + 1L, 253_402_300_799 }.Select(
                static (time, i) =>
                    new DialogRecord(new DialogId(8, (uint)i), new DialogRecordTexts { CallId = "t"u8 })
                    {
                        State = DialogState.Confirmed,
                        StartTime = time,
                        Timeout = time,
                    }
            ),
        ];

    private static DialogRecord[] States() =>
        [
            .. Enum.GetValues<DialogState>()
                .Select(static state => new DialogRecord(new DialogId(9, (uint)state), default) { State = state }),
        ];

    private static DialogRecord[] Ids() =>
        [
            .. new ulong[] { 0, 1, int.MaxValue, uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue }.Select(static id =>
                DialogStoreRows.Row(1).WithId(DialogId.FromValue(id))
            ),
        ];
}
