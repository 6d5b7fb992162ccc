namespace Parley.Sql;

/// <summary>A kind of database.</summary>
public enum SqlProvider
{
    /// <summary>SQLite, in a file.</summary>
    Sqlite,

    /// <summary>PostgreSQL.</summary>
    PostgreSql,

    /// <summary>MySQL or MariaDB.</summary>
    MySql,
}
