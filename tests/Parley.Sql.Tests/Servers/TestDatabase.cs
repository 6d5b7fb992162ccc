namespace Parley.Sql.Tests.Servers;

/// <summary>An empty database of a kind, for one test.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestFolder? _folder;
    private readonly List<SqlDatabase> _opened = [];

    /// <summary>Makes one.</summary>
    /// <param name="provider">The kind; of a server there must be one here (<see cref="DatabaseServers.Missing"/>).</param>
    /// <param name="server">The server; null: the shared one.</param>
    public TestDatabase(SqlProvider provider, DatabaseServer? server = null)
    {
        Provider = provider;
        if (provider == SqlProvider.Sqlite)
        {
            _folder = new TestFolder("sqlite");
            ConnectionString = $"Data Source={File}";
        }
        else
        {
            ConnectionString = (server ?? DatabaseServers.Of(provider)).NewDatabase();
        }
    }

    public SqlProvider Provider { get; }

    public string ConnectionString { get; }

    /// <summary>The file of an SQLite database.</summary>
    public string File => Path.Combine(_folder!.Path, "parley.db");

    /// <summary>Opens it as one process would; disposed with this.</summary>
    public SqlDatabase Open(Action<SqlDatabaseOptions>? configure = null)
    {
        var options = new SqlDatabaseOptions
        {
            Provider = Provider,
            ConnectionString = ConnectionString,
            OwnershipWait = TimeSpan.FromMilliseconds(300),
        };
        configure?.Invoke(options);
        var database = new SqlDatabase(options, TimeProvider.System);
        lock (_opened)
            _opened.Add(database);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SqlDatabase database in _opened)
            await database.DisposeAsync();
        _folder?.Dispose();
    }
}
