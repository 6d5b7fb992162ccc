using System.Data.Common;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>A database: opens connections. One per process and database; stores share it, and it is disposed after them.</summary>
public sealed class SqlDatabase : IAsyncDisposable
{
    private readonly SqlDatabaseOptions _options;

    /// <summary>Makes ready to connect; nothing is connected yet.</summary>
    /// <param name="options">Which database. Read now; later changes have no effect.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">An option cannot be, or the connection string is none of the driver's; the message names it.</exception>
    public SqlDatabase(SqlDatabaseOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();
        _options = options;
        Time = time;
        Dialect = options.Provider switch
        {
            SqlProvider.Sqlite => new SqliteDialect(options),
            SqlProvider.PostgreSql => new PostgreSqlDialect(options),
            _ => new MySqlDialect(options),
        };
    }

    /// <summary>The kind of database.</summary>
    public SqlProvider Provider => _options.Provider;

    /// <summary>Where it is, without a password: for messages.</summary>
    public string Place => Dialect.Place;

    internal SqlDialect Dialect { get; }

    internal TimeProvider Time { get; }

    internal SqlNames Names => _options.Names;

    internal string Node => _options.Node;

    /// <summary>A connection to work with.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DialogStoreException">The database is set up wrongly: trying again does not help.</exception>
    /// <exception cref="DbException">It cannot be reached now.</exception>
    internal ValueTask<SqlWork> OpenAsync(CancellationToken cancellation) => OpenAsync(pooled: true, cancellation);

    private async ValueTask<SqlWork> OpenAsync(bool pooled, CancellationToken cancellation)
    {
        try
        {
            return new SqlWork(Dialect, await Dialect.OpenAsync(pooled, cancellation).ConfigureAwait(false));
        }
        catch (DbException e) when (Dialect.IsSetUpWrongly(e))
        {
            throw new DialogStoreException($"{Place} cannot be used: {OneLine(e.Message)}", e);
        }
    }

    /// <summary>A session that owns a table until it is disposed: no other process gets it meanwhile.</summary>
    /// <param name="table">The table.</param>
    /// <param name="previous">The number of the session that this one takes the place of, in case that the server still has it; 0: none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DialogStoreException">Another process has it.</exception>
    internal async ValueTask<SqlWork> OpenOwnerAsync(string table, long previous, CancellationToken cancellation)
    {
        SqlWork session = await OpenAsync(pooled: false, cancellation).ConfigureAwait(false);
        try
        {
            await OwnAsync(session, table, previous, cancellation).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask OwnAsync(SqlWork session, string table, long previous, CancellationToken cancellation)
    {
        long begin = Time.GetTimestamp();
        while (await Dialect.TryOwnAsync(session, table, Node, cancellation).ConfigureAwait(false) is { } owner)
        {
            if (owner.Number != 0 && owner.Number == previous)
                await Dialect.EndAsync(session, previous, cancellation).ConfigureAwait(false);
            else if (Time.GetElapsedTime(begin) >= _options.OwnershipWait)
                throw new DialogStoreException(
                    $"The table {table} of {Place} is in use by another process ({owner.Text}): stop that one, or give this server another database or table."
                );
            await Task.Delay(TimeSpan.FromMilliseconds(100), Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connections that are not in use.</summary>
    public ValueTask DisposeAsync() => Dialect.DisposeAsync();

    internal static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
