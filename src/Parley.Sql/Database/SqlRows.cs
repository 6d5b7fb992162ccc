using System.Text;

namespace Parley.Sql;

/// <summary>
/// Rows to write, column by column: what an array parameter, a COPY and a prepared statement want. A row is added value by value in the order of
/// the table's columns, then ended.
/// </summary>
internal sealed class SqlRows
{
    private readonly SqlColumnValues[] _columns;
    private int _column;

    public SqlRows(SqlTable table)
    {
        Table = table;
        _columns = [.. table.Columns.Select(static c => new SqlColumnValues(c.Type))];
    }

    public SqlTable Table { get; }

    /// <summary>How many rows were ended.</summary>
    public int Count { get; private set; }

    public SqlColumnValues this[int column] => _columns[column];

    public SqlRows Add(ulong value) => AddNumber(unchecked((long)value));

    public SqlRows Add(long value) => AddNumber(value);

    public SqlRows Add(double value) => AddNumber(BitConverter.DoubleToInt64Bits(value));

    public SqlRows Add(DateTimeOffset value) => AddNumber(value.ToUnixTimeMilliseconds());

    /// <summary>Null: NULL.</summary>
    public SqlRows Add(string? value)
    {
        _columns[_column++].SetObject(Count, value);
        return this;
    }

    /// <summary>Null: NULL.</summary>
    public SqlRows Add(byte[]? value)
    {
        _columns[_column++].SetObject(Count, value);
        return this;
    }

    /// <summary>Adds a text.</summary>
    /// <param name="utf8">Its bytes; empty: an empty text.</param>
    /// <param name="asBytes">It is kept as bytes, for a database that <see cref="SqlDialect.TakesUtf8"/>.</param>
    public SqlRows AddText(ReadOnlySpan<byte> utf8, bool asBytes)
    {
        _columns[_column++].SetObject(Count, asBytes ? utf8.ToArray() : Encoding.UTF8.GetString(utf8));
        return this;
    }

    public SqlRows AddNull()
    {
        _columns[_column++].SetNull(Count);
        return this;
    }

    public void EndRow()
    {
        if (_column != _columns.Length)
            throw new InvalidOperationException($"A row of {Table.Name} has {_columns.Length} values, not {_column}.");
        _column = 0;
        Count++;
    }

    /// <summary>Some of the rows, as rows of their own.</summary>
    public SqlRows Pick(IReadOnlyList<int> rows)
    {
        var picked = new SqlRows(Table);
        foreach (int row in rows)
        {
            for (int c = 0; c < _columns.Length; c++)
            {
                SqlColumnValues from = _columns[c],
                    to = picked._columns[c];
                if (from.IsNull(row))
                    to.SetNull(picked.Count);
                else if (from.Type == SqlColumnType.Text)
                    to.SetObject(picked.Count, from.Utf8(row) ?? (object?)from.Text(row));
                else if (from.Type == SqlColumnType.Bytes)
                    to.SetObject(picked.Count, from.Bytes(row));
                else
                    to.SetNumber(picked.Count, from.Number(row));
            }

            picked.Count++;
        }

        return picked;
    }

    private SqlRows AddNumber(long value)
    {
        _columns[_column++].SetNumber(Count, value);
        return this;
    }
}
