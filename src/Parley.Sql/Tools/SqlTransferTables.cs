namespace Parley.Sql;

/// <summary>The tables, beside those of dialogs, whose rows an export has.</summary>
internal static class SqlTransferTables
{
    /// <summary>
    /// All of them. One that is not in the database is passed over. Not carried: what waits for a consumer, whose order is the table's, and the tables
    /// of OpenSIPS for accounting, which have keys of their own in each database.
    /// </summary>
    /// <param name="names">The names in this database.</param>
    public static IReadOnlyList<SqlTransferTable> Of(SqlNames names)
    {
        string[] location = [.. SqlLocationColumns.All];
        var contacts = new SqlTable(
            names.Location,
            1,
            [
                new SqlColumn(names.LocationColumn(SqlLocationColumns.Id), SqlColumnType.UInt64),
                .. SqlLocationColumns
                    .Written.Concat(SqlLocationColumns.Others)
                    .Select(c => new SqlColumn(names.LocationColumn(c.Name), c.Type)),
            ]
        );
        SqlTable details = SqlLocationTables.DetailsOf(names);
        return
        [
            new("location", contacts, location),
            new("parley_location", details, [SqlLocationColumns.Id, .. details.ColumnNames.Skip(1)]),
            Plain("cdr", SqlCallRecordTables.FinalOf(names)),
            Plain("cdr_intermediate", SqlCallRecordTables.IntermediateOf(names)),
            Plain("cdr_key", SqlCallRecordTables.KeysOf(names)),
        ];
    }

    private static SqlTransferTable Plain(string kind, SqlTable table) => new(kind, table, [.. table.ColumnNames]);
}
