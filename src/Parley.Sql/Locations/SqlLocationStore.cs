using System.Runtime.CompilerServices;
using Parley.Dialogs;
using Parley.Registrar;

namespace Parley.Sql;

/// <summary>
/// Registered contacts in a database: in the table <c>location</c> that OpenSIPS has, and in one beside it for what that cannot hold. It owns the table while it is
/// open; a second process is refused.
/// </summary>
public sealed class SqlLocationStore : ILocationStore
{
    /// <summary>Rows of one page of a load, and of one statement's worth of a write.</summary>
    private const int PageSize = 5_000,
        ChunkSize = 5_000;

    private readonly SqlDatabase _database;
    private readonly SqlTableWriter _writer;
    private readonly bool _migrates;
    private SqlLocationTables? _tables;
    private bool _isDisposed;

    /// <summary>Makes a store; nothing is connected yet.</summary>
    /// <param name="database">The database; not disposed.</param>
    /// <param name="options">How; null: the defaults. Read now; later changes have no effect.</param>
    public SqlLocationStore(SqlDatabase database, SqlLocationStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        _migrates = options?.Migrate ?? database.Provider == SqlProvider.Sqlite;
        _writer = new SqlTableWriter(database, database.Names.Location, FindTablesAsync);
    }

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellation) =>
        RunAsync(
            async () =>
            {
                if (_migrates)
                    await SqlMigrations.BringUpAsync(_database, cancellation).ConfigureAwait(false);
                await _writer.OpenAsync(cancellation).ConfigureAwait(false);
            },
            cancellation
        );

    /// <inheritdoc/>
    public async IAsyncEnumerable<LocationRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        SqlWork session = null!;
        SqlLocationReader reader = null!;
        await RunAsync(
                async () =>
                {
                    session = await _database.OpenAsync(cancellation).ConfigureAwait(false);
                    SqlLocationTables tables =
                        _tables ?? await SqlLocationTables.FindAsync(session, _database.Names, cancellation).ConfigureAwait(false);
                    reader = new SqlLocationReader(tables);
                },
                cancellation
            )
            .ConfigureAwait(false);
        await using (session)
        {
            for (int table = 0; table < 2; table++)
            {
                List<LocationRecord> page = [];
                do
                {
                    long? after = page.Count == 0 ? null : page[^1].ContactId;
                    await RunAsync(
                            async () => page = await ReadAsync(reader, session, table, after, cancellation).ConfigureAwait(false),
                            cancellation
                        )
                        .ConfigureAwait(false);
                    foreach (LocationRecord row in page)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        yield return row;
                    }
                } while (page.Count == PageSize);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return RunAsync(
            () =>
                _writer.TransactAsync(
                    async session =>
                    {
                        await SaveAsync(session, batch.Saves, cancellation).ConfigureAwait(false);
                        await DeleteAsync(session, [.. batch.Deletes.Select(static id => unchecked((ulong)id))], cancellation)
                            .ConfigureAwait(false);
                    },
                    cancellation
                ),
            cancellation
        );
    }

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(IEnumerable<LocationRecord> all, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(all);
        return RunAsync(
            () =>
                _writer.TransactAsync(
                    async session =>
                    {
                        // Not emptied first: what OpenSIPS keeps in the rows stays.
                        var gone = new HashSet<ulong>(
                            await new SqlLocationReader(_tables!).IdsAsync(session, cancellation).ConfigureAwait(false)
                        );
                        foreach (LocationRecord[] chunk in all.Chunk(ChunkSize))
                        {
                            foreach (LocationRecord record in chunk)
                                gone.Remove(unchecked((ulong)record.ContactId));
                            await SaveAsync(session, chunk, cancellation).ConfigureAwait(false);
                        }

                        foreach (ulong[] chunk in gone.Chunk(ChunkSize))
                            await DeleteAsync(session, chunk, cancellation).ConfigureAwait(false);
                    },
                    cancellation
                ),
            cancellation
        );
    }

    /// <summary>Closes it, after the write that is under way; another process may have the table then.</summary>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return _writer.DisposeAsync();
    }

    private static ValueTask<List<LocationRecord>> ReadAsync(
        SqlLocationReader reader,
        SqlWork session,
        int table,
        long? after,
        CancellationToken cancellation
    ) =>
        table == 0
            ? reader.PageAsync(session, after, PageSize, cancellation)
            : reader.OverflowAsync(session, after, PageSize, cancellation);

    private async ValueTask FindTablesAsync(SqlWork session, CancellationToken cancellation) =>
        _tables = await SqlLocationTables.FindAsync(session, _database.Names, cancellation).ConfigureAwait(false);

    private async ValueTask SaveAsync(SqlWork session, IReadOnlyList<LocationRecord> records, CancellationToken cancellation)
    {
        var rows = new SqlLocationRows(_tables!, _database.Node);
        foreach (LocationRecord record in records)
            rows.Add(record);
        foreach (SqlRows some in rows.Rows)
            await session.Dialect.UpsertAsync(session, some, SqlConflict.Replace, cancellation).ConfigureAwait(false);
        await session.Dialect.UpsertAsync(session, rows.Details, SqlConflict.Replace, cancellation).ConfigureAwait(false);
        await session.Dialect.DeleteAsync(session, _tables!.Name, _tables.Id, rows.Elsewhere, cancellation).ConfigureAwait(false);
    }

    private async ValueTask DeleteAsync(SqlWork session, IReadOnlyList<ulong> ids, CancellationToken cancellation)
    {
        await session.Dialect.DeleteAsync(session, _tables!.Name, _tables.Id, ids, cancellation).ConfigureAwait(false);
        await session.Dialect.DeleteAsync(session, _tables.Details.Name, _tables.Id, ids, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs work of a driver that blocks its thread on a thread of the pool, so that the caller can give up waiting.</summary>
    private async ValueTask RunAsync(Func<ValueTask> work, CancellationToken cancellation)
    {
        try
        {
            if (_database.Dialect.BlocksCaller)
                await Task.Run(() => work().AsTask(), cancellation).ConfigureAwait(false);
            else
                await work().ConfigureAwait(false);
        }
        catch (DialogStoreException e)
        {
            throw new LocationStoreException(e.Message, e); // of the floor that both stores stand on
        }
    }
}
