using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>
/// Writes an export: <c>{"parley":1}</c>, a line per row (<c>{"dialog":{…}}</c>, <c>{"<i>table</i>":{…}}</c>), <c>{"rows":<i>n</i>}</c>. A text is a string, or
/// <c>{"base64":…}</c> where it is no UTF-8; one that is empty is left out of a dialog.
/// </summary>
internal sealed class SqlExport(SqlDatabase database, SqlUserFlags flagNames, Stream lines)
{
    /// <summary>The form of the lines.</summary>
    public const int Form = 1;

    private const int PageSize = 2_000;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _rows;

    public async ValueTask<long> RunAsync(SqlWork session, CancellationToken cancellation)
    {
        SqlDialogTables tables = await SqlDialogTables.FindAsync(session, database.Names, cancellation).ConfigureAwait(false);
        await LineAsync(static json => json.WriteNumber("parley", Form), cancellation).ConfigureAwait(false);
        var reader = new SqlDialogReader(tables, flagNames);
        await foreach (DialogRecord record in reader.AllAsync(session, PageSize, cancellation).ConfigureAwait(false))
        {
            _rows++;
            await LineAsync(json => Write(json, record), cancellation).ConfigureAwait(false);
        }

        foreach (SqlTransferTable table in SqlTransferTables.Of(database.Names))
        {
            if (await session.Dialect.ShapeAsync(session, table.Table.Name, cancellation).ConfigureAwait(false) is not null)
                await TableAsync(session, table, cancellation).ConfigureAwait(false);
        }

        await LineAsync(json => json.WriteNumber("rows", _rows), cancellation).ConfigureAwait(false);
        await lines.FlushAsync(cancellation).ConfigureAwait(false);
        return _rows;
    }

    private async ValueTask TableAsync(SqlWork session, SqlTransferTable transfer, CancellationToken cancellation)
    {
        SqlTable table = transfer.Table;
        string keys = string.Join(',', table.KeyNames);
        await using DbCommand command = session.Command($"SELECT {string.Join(',', table.ColumnNames)} FROM {table.Name} ORDER BY {keys}");
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            _rows++;
            await LineAsync(
                    json =>
                    {
                        json.WriteStartObject(transfer.Kind);
                        for (int i = 0; i < table.Columns.Count; i++)
                            WriteColumn(json, session.Dialect, reader, i, transfer.Names[i], table.Columns[i].Type);
                        json.WriteEndObject();
                    },
                    cancellation
                )
                .ConfigureAwait(false);
        }
    }

    private static void WriteColumn(Utf8JsonWriter json, SqlDialect dialect, DbDataReader reader, int i, string name, SqlColumnType type)
    {
        if (reader.IsDBNull(i))
        {
            json.WriteNull(name);
            return;
        }

        switch (type)
        {
            case SqlColumnType.Text:
                WriteText(json, name, dialect.ReadText(reader, i));
                break;
            case SqlColumnType.Bytes:
                WriteText(json, name, dialect.ReadBytes(reader, i));
                break;
            case SqlColumnType.Real:
                json.WriteNumber(name, Convert.ToDouble(reader.GetValue(i), CultureInfo.InvariantCulture));
                break;
            case SqlColumnType.DateTime:
                json.WriteNumber(name, dialect.ReadTime(reader, i));
                break;
            case SqlColumnType.UInt32:
                json.WriteNumber(name, unchecked((uint)dialect.ReadNumber(reader, i)));
                break;
            case SqlColumnType.UInt64:
                json.WriteNumber(name, unchecked((ulong)dialect.ReadNumber(reader, i)));
                break;
            default:
                json.WriteNumber(name, dialect.ReadNumber(reader, i));
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, DialogRecord record)
    {
        json.WriteStartObject("dialog");
        json.WriteString("did", record.Id.ToString());
        json.WriteNumber("state", (int)record.State);
        json.WriteNumber("caller_cseq", record.CallerCSeq);
        json.WriteNumber("callee_cseq", record.CalleeCSeq);
        json.WriteNumber("caller_ping_cseq", record.CallerPingCSeq);
        json.WriteNumber("callee_ping_cseq", record.CalleePingCSeq);
        json.WriteNumber("start_time", record.StartTime);
        json.WriteNumber("timeout", record.Timeout);
        json.WriteNumber("script_flags", record.UserFlags);
        json.WriteNumber("module_flags", record.ModuleFlags);
        json.WriteNumber("flags", record.Flags);
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
        {
            ReadOnlySpan<byte> text = record[column];
            if (!text.IsEmpty)
                WriteText(json, column == DialogColumn.Details ? "details" : SqlDialogColumns.Texts[(int)column], text);
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            json.WriteString(name, text);
            return;
        }

        json.WriteStartObject(name);
        json.WriteBase64String("base64", text);
        json.WriteEndObject();
    }

    private async ValueTask LineAsync(Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        _buffer.Clear();
        await using (var json = new Utf8JsonWriter(_buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        _buffer.Write("\n"u8);
        await lines.WriteAsync(_buffer.WrittenMemory, cancellation).ConfigureAwait(false);
    }
}
