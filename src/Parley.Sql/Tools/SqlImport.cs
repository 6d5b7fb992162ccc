using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Reads what <see cref="SqlExport"/> wrote, in the transaction of the session.</summary>
internal sealed class SqlImport(SqlDatabase database, SqlUserFlags flagNames, Stream lines)
{
    private const int Chunk = 5_000;

    private readonly List<DialogRecord> _dialogs = [];
    private readonly Dictionary<string, SqlRows> _tables = [];
    private readonly IReadOnlyList<SqlTransferTable> _kinds = SqlTransferTables.Of(database.Names);
    private SqlDialogWriter? _writer;
    private long _rows;
    private bool _ended;

    public async ValueTask<long> RunAsync(SqlWork session, CancellationToken cancellation)
    {
        SqlDialogTables tables = await SqlDialogTables.FindAsync(session, database.Names, cancellation).ConfigureAwait(false);
        _writer = new SqlDialogWriter(database, tables, flagNames);
        using var reader = new StreamReader(lines, new UTF8Encoding(false, true), leaveOpen: true);
        long number = 0;
        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            number++;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                Read(document.RootElement, isFirst: number == 1);
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
            {
                throw new FormatException(
                    string.Create(CultureInfo.InvariantCulture, $"Line {number} is no line of an export: {SqlDatabase.OneLine(e.Message)}"),
                    e
                );
            }

            if (_rows % Chunk == 0)
                await WriteAsync(session, cancellation).ConfigureAwait(false);
        }

        if (!_ended)
            throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The export ends after line {number} without its number of rows: it is not whole."
                )
            );
        await WriteAsync(session, cancellation).ConfigureAwait(false);
        return _rows;
    }

    private void Read(JsonElement line, bool isFirst)
    {
        JsonProperty property = line.EnumerateObject().FirstOrDefault();
        if (isFirst)
        {
            if (property.Name != "parley" || property.Value.GetInt32() != SqlExport.Form)
                throw new FormatException($"it begins with {{\"parley\":{SqlExport.Form}}}.");
            return;
        }

        if (_ended)
            throw new FormatException("nothing follows the number of rows.");
        if (property.Name == "rows")
        {
            if (property.Value.GetInt64() != _rows)
                throw new FormatException($"it says {property.Value.GetInt64()} rows, {_rows} came before it.");
            _ended = true;
            return;
        }

        _rows++;
        if (property.Name == "dialog")
            _dialogs.Add(Dialog(property.Value));
        else
            Row(property.Name, property.Value);
    }

    private void Row(string kind, JsonElement values)
    {
        SqlTransferTable table = _kinds.FirstOrDefault(t => t.Kind == kind) ?? throw new FormatException($"there is no table '{kind}'.");
        if (!_tables.TryGetValue(kind, out SqlRows? rows))
            _tables[kind] = rows = new SqlRows(table.Table);
        for (int i = 0; i < table.Names.Count; i++)
        {
            SqlColumn column = table.Table.Columns[i];
            JsonElement value = values.GetProperty(table.Names[i]);
            if (value.ValueKind == JsonValueKind.Null)
                rows.AddNull();
            else if (column.Type == SqlColumnType.Text)
                rows.Add(Encoding.UTF8.GetString(Text(value)));
            else if (column.Type == SqlColumnType.Bytes)
                rows.Add(Text(value));
            else if (column.Type == SqlColumnType.Real)
                rows.Add(value.GetDouble());
            else if (column.Type == SqlColumnType.UInt64)
                rows.Add(value.GetUInt64());
            else
                rows.Add(value.GetInt64());
        }

        rows.EndRow();
    }

    private async ValueTask WriteAsync(SqlWork session, CancellationToken cancellation)
    {
        await _writer!.SaveAsync(session, _dialogs, areNew: false, cancellation).ConfigureAwait(false);
        _dialogs.Clear();
        foreach (SqlRows rows in _tables.Values)
            await session.Dialect.UpsertAsync(session, rows, SqlConflict.Replace, cancellation).ConfigureAwait(false);
        _tables.Clear();
    }

    private static DialogRecord Dialog(JsonElement row)
    {
        if (!DialogId.TryParse(row.GetProperty("did").GetString().AsSpan(), out DialogId id))
            throw new FormatException("did is no id.");
        var texts = new DialogRecordTexts();
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
        {
            string name = column == DialogColumn.Details ? "details" : SqlDialogColumns.Texts[(int)column];
            if (row.TryGetProperty(name, out JsonElement text))
                texts.Set(column, Text(text));
        }

        return new DialogRecord(id, in texts)
        {
            State = (DialogState)row.GetProperty("state").GetByte(),
            CallerCSeq = row.GetProperty("caller_cseq").GetUInt32(),
            CalleeCSeq = row.GetProperty("callee_cseq").GetUInt32(),
            CallerPingCSeq = row.GetProperty("caller_ping_cseq").GetUInt32(),
            CalleePingCSeq = row.GetProperty("callee_ping_cseq").GetUInt32(),
            StartTime = row.GetProperty("start_time").GetInt64(),
            Timeout = row.GetProperty("timeout").GetInt64(),
            UserFlags = row.GetProperty("script_flags").GetUInt32(),
            ModuleFlags = row.GetProperty("module_flags").GetUInt32(),
            Flags = row.GetProperty("flags").GetUInt32(),
        };
    }

    private static byte[] Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? Encoding.UTF8.GetBytes(value.GetString()!)
            : value.GetProperty("base64").GetBytesFromBase64();
}
