using System.Data.Common;

namespace Parley.Sql;

/// <summary>A connection in use, with its transaction and its prepared statements. One user at a time.</summary>
internal sealed class SqlWork : IAsyncDisposable
{
    private readonly Dictionary<string, IDisposable> _kept = [];

    internal SqlWork(SqlDialect dialect, DbConnection connection)
    {
        Dialect = dialect;
        Connection = connection;
    }

    public SqlDialect Dialect { get; }

    public DbConnection Connection { get; }

    public DbTransaction? Transaction { get; private set; }

    /// <summary>The number of this session at the server, when it owns a table; 0 where there is no server.</summary>
    public long Number { get; set; }

    /// <summary>What lives as long as the session, such as the lock on a file.</summary>
    public IDisposable? Held { get; set; }

    /// <summary>Begins the one transaction; it ends by <see cref="CommitAsync"/> or <see cref="RollbackAsync"/>.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellation) =>
        Transaction = await Connection.BeginTransactionAsync(Dialect.Isolation, cancellation).ConfigureAwait(false);

    /// <summary>Begins a transaction that only reads, and sees one state throughout.</summary>
    public async ValueTask BeginReadAsync(CancellationToken cancellation) =>
        Transaction = await Dialect.BeginReadAsync(Connection, cancellation).ConfigureAwait(false);

    public async ValueTask CommitAsync(CancellationToken cancellation)
    {
        // Not given up half-way: a commit whose answer is not awaited may have been done.
        cancellation.ThrowIfCancellationRequested();
        DbTransaction transaction = Transaction!;
        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        Transaction = null;
        await transaction.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Undoes the transaction; never throws, for it is called when something has failed already.</summary>
    public async ValueTask RollbackAsync()
    {
        if (Transaction is not { } transaction)
            return;
        Transaction = null;
        try
        {
            await transaction.RollbackAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or IOException)
        {
            // The connection is gone, and its transaction with it.
        }

        await transaction.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A command of this connection and transaction, for one use.</summary>
    public DbCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        DbCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = Transaction;
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>A statement of the driver's own that is kept for as long as the connection: made once.</summary>
    public T Kept<T>(string sql, Func<DbConnection, string, T> make)
        where T : class, IDisposable
    {
        if (_kept.TryGetValue(sql, out IDisposable? known))
            return (T)known;
        T made = make(Connection, sql);
        _kept.Add(sql, made);
        return made;
    }

    public async ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using DbCommand command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The first value of the first row; null without a row and for NULL.</summary>
    public async ValueTask<object?> ScalarAsync(
        string sql,
        CancellationToken cancellation,
        params (string Name, object? Value)[] parameters
    )
    {
        await using DbCommand command = Command(sql, parameters);
        object? value = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
        return value is DBNull ? null : value;
    }

    public async ValueTask DisposeAsync()
    {
        await RollbackAsync().ConfigureAwait(false);
        foreach (IDisposable statement in _kept.Values)
            statement.Dispose();
        await Connection.DisposeAsync().ConfigureAwait(false);
        Held?.Dispose();
    }
}
