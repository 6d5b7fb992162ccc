namespace Parley.Sql;

/// <summary>What the database says of a table: its columns, and how much a text column takes.</summary>
/// <param name="columns">Column (lower case) to what it takes.</param>
internal sealed class SqlTableShape(IReadOnlyDictionary<string, SqlTextRoom> columns)
{
    public IEnumerable<string> Columns => columns.Keys;

    public bool Has(string column) => columns.ContainsKey(column.ToLowerInvariant());

    /// <summary>How much the column takes; of a column that is no text, without a bound.</summary>
    public SqlTextRoom Room(string column) =>
        columns.TryGetValue(column.ToLowerInvariant(), out SqlTextRoom room) ? room : SqlTextRoom.Unbounded;
}
