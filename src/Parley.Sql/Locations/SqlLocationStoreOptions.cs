namespace Parley.Sql;

/// <summary>How contacts are kept in a database.</summary>
public sealed class SqlLocationStoreOptions
{
    /// <summary>
    /// The tables are made, and brought to their newest form, when the store is opened. Else a start with tables that are missing or older stops and
    /// says so. Null: yes for SQLite, no for the others, whose tables are the administrator's.
    /// </summary>
    public bool? Migrate { get; set; }
}
