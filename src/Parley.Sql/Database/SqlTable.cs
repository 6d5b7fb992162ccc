namespace Parley.Sql;

/// <summary>A table, or those of its columns that a statement writes: the key's columns first.</summary>
/// <param name="name">Its name in the database, perhaps behind a schema.</param>
/// <param name="keyCount">How many of the columns are the key.</param>
/// <param name="columns">The columns.</param>
internal sealed class SqlTable(string name, int keyCount, params SqlColumn[] columns)
{
    public string Name { get; } = name;

    public int KeyCount { get; } = keyCount;

    public IReadOnlyList<SqlColumn> Columns { get; } = columns;

    public IEnumerable<string> ColumnNames => Columns.Select(static c => c.Name);

    public IEnumerable<string> KeyNames => ColumnNames.Take(KeyCount);

    public IEnumerable<string> OtherNames => ColumnNames.Skip(KeyCount);

    /// <summary>What an insert does where the key is there: a table that is all key has nothing to replace.</summary>
    public SqlConflict Conflict(SqlConflict wanted) => KeyCount == Columns.Count ? SqlConflict.Keep : wanted;

    /// <summary>The statement of a kind for this table, made once.</summary>
    public string Statement(string kind, Func<SqlTable, string> make)
    {
        lock (_statements)
        {
            if (!_statements.TryGetValue(kind, out string? sql))
                _statements[kind] = sql = make(this);
            return sql;
        }
    }

    private readonly Dictionary<string, string> _statements = [];
}
