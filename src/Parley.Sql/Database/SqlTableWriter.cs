using System.Data;

namespace Parley.Sql;

/// <summary>The session by which a store writes: it owns a table, and after a lost connection it is another one, which owns the table again before anything is written.</summary>
/// <param name="database">The database.</param>
/// <param name="table">The table that is owned.</param>
/// <param name="opened">Looks at the tables, each time that a session was opened.</param>
internal sealed class SqlTableWriter(SqlDatabase database, string table, Func<SqlWork, CancellationToken, ValueTask> opened)
    : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private SqlWork? _session;
    private long _previous;
    private bool _isDisposed;

    /// <summary>Opens it, unless it is open.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await SessionAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Does some work in one transaction, one at a time.</summary>
    public async ValueTask TransactAsync(Func<SqlWork, ValueTask> work, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            SqlWork session = await SessionAsync(cancellation).ConfigureAwait(false);
            try
            {
                await session.BeginAsync(cancellation).ConfigureAwait(false);
                await work(session).ConfigureAwait(false);
                await session.CommitAsync(cancellation).ConfigureAwait(false);
            }
            catch
            {
                await session.RollbackAsync().ConfigureAwait(false);
                if (session.Connection.State != ConnectionState.Open)
                    await CloseAsync().ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Closes it, after the work that is under way; another process may have the table then.</summary>
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            _isDisposed = true;
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private async ValueTask<SqlWork> SessionAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_session is { } open)
            return open;
        SqlWork session = await database.OpenOwnerAsync(table, _previous, cancellation).ConfigureAwait(false);
        try
        {
            await opened(session, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _previous = session.Number;
        return _session = session;
    }

    private async ValueTask CloseAsync()
    {
        if (_session is not { } session)
            return;
        _session = null;
        await session.DisposeAsync().ConfigureAwait(false);
    }
}
