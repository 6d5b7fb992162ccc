using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Parley.Dialogs;

/// <summary>
/// A row of the store that says how much of the journal is out of date: written when the store has all that the journal has, and the journal can
/// neither be emptied nor appended to. A replay passes over what it covers. It is no dialog: it has the state of those that are over.
/// </summary>
/// <param name="Entries">So many entries from the start.</param>
/// <param name="Hash">Of these entries, so that it says nothing of another journal.</param>
/// <param name="Kept">Dialogs whose rows the store refuses: what the journal has of them still counts.</param>
internal sealed record JournalMark(long Entries, ulong Hash, IReadOnlyCollection<DialogId> Kept)
{
    /// <summary>No hash table is as large, so it is no dialog's.</summary>
    public static readonly DialogId Id = new(uint.MaxValue, uint.MaxValue - 1);

    /// <summary>What it is found by.</summary>
    public static readonly byte[] CallId = "parley-journal"u8.ToArray();

    public DialogRecord ToRow()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("entries"u8, Entries);
            json.WriteString("hash"u8, Hash.ToString("x16", CultureInfo.InvariantCulture));
            json.WriteStartArray("kept"u8);
            foreach (DialogId id in Kept)
                json.WriteStringValue(id.Value.ToString(CultureInfo.InvariantCulture));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new DialogRecord(Id, new DialogRecordTexts { CallId = CallId, Details = buffer.WrittenSpan })
        {
            State = DialogState.Deleted,
        };
    }

    /// <summary>Null when the row is none.</summary>
    public static JournalMark? Of(DialogRecord row)
    {
        if (row.Id != Id)
            return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(row[DialogColumn.Details].ToArray());
            JsonElement root = json.RootElement;
            return new JournalMark(
                root.GetProperty("entries").GetInt64(),
                ulong.Parse(root.GetProperty("hash").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                [
                    .. root.GetProperty("kept")
                        .EnumerateArray()
                        .Select(static id => DialogId.FromValue(ulong.Parse(id.GetString()!, CultureInfo.InvariantCulture))),
                ]
            );
        }
        catch (Exception error)
            when (error is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            return null; // changed by hand
        }
    }
}
