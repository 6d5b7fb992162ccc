using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>SQLite: a file in WAL mode, one prepared statement per table and kind, looped in the transaction.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    /// <summary>EWOULDBLOCK of flock(2), and ERROR_SHARING_VIOLATION of Windows.</summary>
    private const int WouldBlock = 11,
        SharingViolation = unchecked((int)0x80070020);

    private readonly string _connectionString;
    private readonly string _unpooled;
    private readonly string _pragmas;
    private readonly string _file;

    public SqliteDialect(SqlDatabaseOptions options)
    {
        SqliteConnectionStringBuilder builder;
        try
        {
            builder = new SqliteConnectionStringBuilder(options.ConnectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new ArgumentException($"SqlDatabaseOptions.ConnectionString is none of SQLite: {e.Message}", nameof(options), e);
        }

        int seconds = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds);
        builder.DefaultTimeout = seconds;
        _connectionString = builder.ConnectionString;
        builder.Pooling = false;
        _unpooled = builder.ConnectionString;
        _file = builder.DataSource;
        if (_file.Length == 0 || _file == ":memory:" || builder.Mode == SqliteOpenMode.Memory)
            throw new ArgumentException(
                "SqlDatabaseOptions.ConnectionString: of SQLite, Data Source names a file; a database in memory keeps nothing.",
                nameof(options)
            );
        _file = Path.GetFullPath(_file);
        _pragmas = string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA busy_timeout={seconds * 1000}; PRAGMA journal_mode=WAL; PRAGMA synchronous={(options.IsDurable ? "FULL" : "NORMAL")};"
        );
    }

    public override string Folder => "sqlite";

    public override string Title => "SQLite";

    public override string Place => $"SQLite {_file}";

    public override bool BlocksCaller => true;

    public override bool TakesUtf8 => true;

    public override System.Data.IsolationLevel Isolation => System.Data.IsolationLevel.Serializable;

    public override async ValueTask<DbConnection> OpenAsync(bool pooled, CancellationToken cancellation)
    {
        CheckFile();
        var connection = new SqliteConnection(pooled ? _connectionString : _unpooled);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            await using SqliteCommand pragmas = connection.CreateCommand();
            pragmas.CommandText = _pragmas;
            await pragmas.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// What SQLite says less about, or nothing: it takes a file of less than 100 bytes, whatever is in it, for an empty database and writes over it. The
    /// smallest that it makes has 512.
    /// </summary>
    private void CheckFile()
    {
        // Not read: to close a file takes off the locks that this process has on it.
        string? wrong =
            Directory.Exists(_file) ? "it is a directory"
            : Path.GetDirectoryName(_file) is { } folder && !Directory.Exists(folder) ? $"there is no folder {folder}"
            : new FileInfo(_file) is { Exists: true, Length: > 0 and < 512 } ? "the file is not a database"
            : null;
        if (wrong is not null)
            throw new DialogStoreException($"{Place} cannot be used: {wrong}");
    }

    /// <summary>1 ERROR, 3 PERM, 8 READONLY, 11 CORRUPT, 14 CANTOPEN, 23 AUTH, 26 NOTADB.</summary>
    public override bool IsSetUpWrongly(DbException exception) =>
        exception is SqliteException { SqliteErrorCode: 1 or 3 or 8 or 11 or 14 or 23 or 26 };

    /// <summary>A lock on a file beside the database: the kernel takes it off when the process ends, however that happens.</summary>
    public override async ValueTask<SqlOwner?> TryOwnAsync(SqlWork session, string table, string node, CancellationToken cancellation)
    {
        // Two names of one file are one database.
        string file = File.ResolveLinkTarget(_file, returnFinalTarget: true)?.FullName ?? _file;
        string path = $"{file}.{table}.lock";
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (e.HResult is WouldBlock or SharingViolation)
        {
            return new SqlOwner(0, OwnerOf(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DialogStoreException($"{path} cannot be opened: {SqlDatabase.OneLine(e.Message)}", e);
        }

        session.Held = stream;
        // In a file of its own: the runtime asks for a lock even to read.
        await File.WriteAllTextAsync(
                $"{path}.owner",
                $"process {Environment.ProcessId}{(node.Length == 0 ? "" : $", node {node}")}",
                cancellation
            )
            .ConfigureAwait(false);
        return null;
    }

    /// <summary>Deferred: the default would take the lock of writers.</summary>
    public override ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellation) =>
        ValueTask.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: true));

    public override async ValueTask<SqlTableShape?> ShapeAsync(SqlWork session, string table, CancellationToken cancellation)
    {
        int dot = table.IndexOf('.', StringComparison.Ordinal);
        await using DbCommand command = session.Command(
            "SELECT name FROM pragma_table_info($table, $schema)",
            ("$table", table[(dot + 1)..]),
            ("$schema", dot < 0 ? "main" : table[..dot])
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        // The lengths in a declaration of SQLite bind nothing: all texts are kept whole.
        var columns = new Dictionary<string, SqlTextRoom>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            columns[reader.GetString(0).ToLowerInvariant()] = SqlTextRoom.Unbounded;
        return columns.Count == 0 ? null : new SqlTableShape(columns);
    }

    public override ValueTask UpsertAsync(SqlWork session, SqlRows rows, SqlConflict conflict, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return ValueTask.CompletedTask;
        SqlTable table = rows.Table;
        string sql =
            table.Conflict(conflict) == SqlConflict.Keep
                ? table.Statement("keep", static t => $"{InsertText(t)} ON CONFLICT DO NOTHING")
                : table.Statement(
                    "replace",
                    static t =>
                        $"{InsertText(t)} ON CONFLICT ({string.Join(',', t.KeyNames)}) DO UPDATE SET {string.Join(',', t.OtherNames.Select(static c => $"{c}=excluded.{c}"))}"
                );
        SqliteStatement statement = Statement(session, sql);
        for (int row = 0; row < rows.Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            statement.Bind(rows, row);
            statement.Run();
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask<IReadOnlyList<int>> UpdateAsync(SqlWork session, SqlRows rows, CancellationToken cancellation)
    {
        SqlTable table = rows.Table;
        string sql = table.Statement(
            "update",
            static t =>
                $"UPDATE {t.Name} SET {string.Join(',', t.OtherNames.Select((c, i) => $"{c}=?{i + t.KeyCount + 1}"))} WHERE {string.Join(" AND ", t.KeyNames.Select(static (c, i) => $"{c}=?{i + 1}"))}"
        );
        var missing = new List<int>();
        if (rows.Count > 0)
        {
            SqliteStatement statement = Statement(session, sql);
            for (int row = 0; row < rows.Count; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                statement.Bind(rows, row);
                if (statement.Run() == 0)
                    missing.Add(row);
            }
        }

        return ValueTask.FromResult<IReadOnlyList<int>>(missing);
    }

    public override ValueTask DeleteAsync(
        SqlWork session,
        string table,
        string keyColumn,
        IReadOnlyList<ulong> keys,
        CancellationToken cancellation
    )
    {
        if (keys.Count == 0)
            return ValueTask.CompletedTask;
        SqliteStatement statement = Statement(session, $"DELETE FROM {table} WHERE {keyColumn}=?1");
        foreach (ulong key in keys)
        {
            cancellation.ThrowIfCancellationRequested();
            statement.Bind(1, unchecked((long)key));
            statement.Run();
        }

        return ValueTask.CompletedTask;
    }

    public override string? Missing => File.Exists(_file) ? null : $"There is no file {_file}: run parley db init.";

    public override async ValueTask<IReadOnlyList<string>> CheckAsync(SqlWork session, string table, CancellationToken cancellation)
    {
        object? damage = await session.ScalarAsync("PRAGMA quick_check(1)", cancellation).ConfigureAwait(false);
        return damage is "ok" ? [] : [$"The file is damaged: {SqlDatabase.OneLine(damage as string ?? "")}."];
    }

    public override byte[] ReadText(DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    public override async ValueTask DisposeAsync()
    {
        await using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private static string InsertText(SqlTable table) =>
        $"INSERT INTO {table.Name} ({string.Join(',', table.ColumnNames)}) VALUES ({string.Join(',', table.ColumnNames.Select(static (_, i) => $"?{i + 1}"))})";

    private static SqliteStatement Statement(SqlWork session, string sql) =>
        session.Kept(sql, static (connection, sql) => new SqliteStatement((SqliteConnection)connection, sql));

    private static string OwnerOf(string path)
    {
        try
        {
            return File.ReadAllText($"{path}.owner");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is being written, or there is none yet.
        }

        return $"the lock is on {path}";
    }
}
