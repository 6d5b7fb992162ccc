using Parley.Dialogs;
using Parley.Registrar;
using Parley.Sql;

namespace Parley.Server.Configuration;

/// <summary>What the section <c>Store</c>, and those for registrations and call records, say.</summary>
internal sealed class StoreConfiguration
{
    /// <summary>The kind of database; none: calls and registrations live in memory alone.</summary>
    public StoreProvider Provider { get; set; } = StoreProvider.Sqlite;

    /// <summary>The file of SQLite; null: <c>parley.db</c> of the state directory.</summary>
    public string? File { get; set; }

    /// <summary>How PostgreSQL or MySQL is reached; holds a password. Null: not said.</summary>
    public string? Connection { get; set; }

    /// <summary>The journal's file; null: <c>journal</c> of the state directory.</summary>
    public string? Journal { get; set; }

    /// <summary>The file of the journal of registrations; null: <c>journal-registrations</c> of the state directory.</summary>
    public string? LocationJournal { get; set; }

    /// <summary>What the database does not take waits in a file.</summary>
    public bool UsesJournal { get; set; } = true;

    /// <summary>Whether the tables are made and brought to their newest form at the start.</summary>
    public StoreMigration Migration { get; set; }

    /// <summary>Answered calls get records.</summary>
    public bool KeepsCallRecords { get; set; } = true;

    /// <summary>How many days call records are kept in the database; 0: for ever.</summary>
    public int KeepDays { get; set; }

    public SqlDatabaseOptions Database { get; init; } = new();

    public SqlDialogStoreOptions Tables { get; init; } = new();

    public DialogStoreOptions Dialogs { get; init; } = new();

    public LocationStoreOptions Locations { get; init; } = new();

    public CallRecordOptions CallRecords { get; init; } = new();

    public SqlCallRecordOptions CallRecordTables { get; init; } = new();

    public CallRecordFileOptions CallRecordFile { get; init; } = new();

    /// <summary>Nothing is kept.</summary>
    public bool IsOff => Provider == StoreProvider.None;

    /// <summary>Call records go to a file too.</summary>
    public bool WritesFile => KeepsCallRecords && CallRecordFile.Path.Length > 0;
}
