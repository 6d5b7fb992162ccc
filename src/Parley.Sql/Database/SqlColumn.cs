namespace Parley.Sql;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name in the database.</param>
/// <param name="Type">What it holds.</param>
internal readonly record struct SqlColumn(string Name, SqlColumnType Type);
