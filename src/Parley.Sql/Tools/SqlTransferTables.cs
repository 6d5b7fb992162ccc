namespace Parley.Sql;

/// <summary>The tables, beside those of dialogs, whose rows an export has.</summary>
internal static class SqlTransferTables
{
    /// <summary>All of them, each with the columns that are carried, the key first. One that is not in the database is passed over.</summary>
    /// <param name="names">The names in this database.</param>
    public static IReadOnlyList<(string Kind, SqlTable Table)> Of(SqlNames names) => [];
}
