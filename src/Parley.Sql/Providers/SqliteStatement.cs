using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Parley.Sql;

/// <summary>
/// A prepared statement of SQLite, bound by number. A command of ADO.NET looks each parameter up by its name and makes a reader each time that it runs, which
/// costs more than SQLite's own work on a row.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private byte[] _text = new byte[512];

    /// <summary>Prepares it.</summary>
    /// <param name="connection">An open connection, which is closed after this is disposed.</param>
    /// <param name="sql">One statement; its parameters count from 1 in the order of their first use.</param>
    /// <exception cref="SqliteException">There is no such table or column.</exception>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Binds the values of a row, the first column to the first parameter.</summary>
    public void Bind(SqlRows rows, int row)
    {
        int count = rows.Table.Columns.Count;
        for (int i = 0; i < count; i++)
            Check(Bind(i + 1, rows[i], row));
    }

    /// <summary>Binds a number.</summary>
    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(_statement, parameter, value));

    /// <summary>Runs it, and makes it ready to be bound anew.</summary>
    /// <returns>How many rows it has changed.</returns>
    /// <exception cref="SqliteException">It failed.</exception>
    public int Run()
    {
        int result = raw.sqlite3_step(_statement);
        Check(raw.sqlite3_reset(_statement)); // says again what the step has said
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
            Check(result);
        return raw.sqlite3_changes(_database);
    }

    public void Dispose() => _statement.Dispose();

    private int Bind(int parameter, SqlColumnValues column, int row)
    {
        if (column.IsNull(row))
            return raw.sqlite3_bind_null(_statement, parameter);
        return column.Type switch
        {
            SqlColumnType.Text => column.Utf8(row) is { } bytes ? BindText(parameter, bytes) : BindText(parameter, column.Text(row)!),
            SqlColumnType.DateTime => BindText(parameter, column.TimeText(row)),
            SqlColumnType.Bytes => BindBytes(parameter, column.Bytes(row)!),
            SqlColumnType.Real => raw.sqlite3_bind_double(_statement, parameter, column.Real(row)),
            SqlColumnType.UInt32 => raw.sqlite3_bind_int64(_statement, parameter, column.Number(row) & uint.MaxValue),
            _ => raw.sqlite3_bind_int64(_statement, parameter, column.Number(row)),
        };
    }

    private int BindText(int parameter, string text)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_text.Length < most)
            _text = new byte[Math.Max(most, _text.Length * 2)];
        int length = Encoding.UTF8.GetBytes(text, _text);
        return BindText(parameter, _text.AsSpan(0, length));
    }

    // No bytes are no pointer, which would be NULL.
    private int BindText(int parameter, ReadOnlySpan<byte> text) =>
        text.IsEmpty ? raw.sqlite3_bind_text(_statement, parameter, "") : raw.sqlite3_bind_text(_statement, parameter, text);

    private int BindBytes(int parameter, byte[] bytes) =>
        bytes.Length == 0 ? raw.sqlite3_bind_zeroblob(_statement, parameter, 0) : raw.sqlite3_bind_blob(_statement, parameter, bytes);

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(result, _database);
    }
}
