namespace Parley.Server.Configuration;

/// <summary>Where calls and registrations outlive the process.</summary>
internal enum StoreProvider : byte
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>A file.</summary>
    Sqlite,

    /// <summary>PostgreSQL.</summary>
    PostgreSql,

    /// <summary>MySQL or MariaDB.</summary>
    MySql,
}
