namespace Parley.Sql;

/// <summary>Which database, and how it is used.</summary>
public sealed class SqlDatabaseOptions
{
    /// <summary>The kind of database.</summary>
    public SqlProvider Provider { get; set; } = SqlProvider.Sqlite;

    /// <summary>
    /// How to reach it, in the driver's form: <c>Data Source=/var/lib/parley/parley.db</c> (Microsoft.Data.Sqlite),
    /// <c>Host=db;Database=parley;Username=parley;Password=…</c> (Npgsql), <c>Server=db;Database=parley;User ID=parley;Password=…</c> (MySqlConnector).
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// A commit is on the disk when it returns: <c>synchronous=FULL</c> of SQLite, <c>synchronous_commit=on</c> of PostgreSQL. False: a loss of power
    /// may take the last commits with it, never a half one. MySQL and MariaDB decide by the server's own <c>innodb_flush_log_at_trx_commit</c>.
    /// </summary>
    public bool IsDurable { get; set; } = true;

    /// <summary>How long a statement waits for a lock that another connection holds before it fails: a second or more.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a start waits for the tables while another process has them: the server notices the end of one that was killed a little later. Zero or more.</summary>
    public TimeSpan OwnershipWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The name of this node, written beside each dialog and shown to a second process that wants the tables; empty: none. At most 64 characters.</summary>
    public string Node { get; set; } = "";

    /// <summary>The names of the tables and columns.</summary>
    public SqlNames Names { get; } = new();

    internal void Validate()
    {
        if (!Enum.IsDefined(Provider))
            throw new ArgumentException($"SqlDatabaseOptions.Provider has no value {(int)Provider}.", nameof(Provider));
        if (string.IsNullOrWhiteSpace(ConnectionString))
            throw new ArgumentException("SqlDatabaseOptions.ConnectionString is empty.", nameof(ConnectionString));
        if (BusyTimeout < TimeSpan.FromSeconds(1) || BusyTimeout > TimeSpan.FromHours(1))
            throw new ArgumentException($"SqlDatabaseOptions.BusyTimeout is 1 s to 1 h, not {BusyTimeout}.", nameof(BusyTimeout));
        if (OwnershipWait < TimeSpan.Zero || OwnershipWait > TimeSpan.FromHours(1))
            throw new ArgumentException($"SqlDatabaseOptions.OwnershipWait is 0 to 1 h, not {OwnershipWait}.", nameof(OwnershipWait));
        if (Node.Length > 64 || Node.Any(char.IsControl))
            throw new ArgumentException("SqlDatabaseOptions.Node has at most 64 characters and no control character.", nameof(Node));
        Names.Validate();
    }
}
