namespace Parley.Sql;

/// <summary>A table of an export.</summary>
/// <param name="Kind">What its lines begin with.</param>
/// <param name="Table">The table, all columns, the key first.</param>
/// <param name="Names">What the columns are called in the lines: their default names.</param>
internal sealed record SqlTransferTable(string Kind, SqlTable Table, IReadOnlyList<string> Names);
