using System.Runtime.CompilerServices;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>
/// Dialogs in a database: in the table that OpenSIPS has, and in one beside it for what that cannot hold. It owns the table while it is open; a
/// second process is refused.
/// </summary>
public sealed class SqlDialogStore : IDialogStore, ICallRecordOutbox
{
    /// <summary>Rows of one page of a load.</summary>
    private const int PageSize = 2_000;

    private readonly SqlDatabase _database;
    private readonly SqlDialogStoreOptions _options;
    private readonly SqlUserFlags _flagNames;
    private readonly int _hashSize;
    private readonly SqlCallRecordOutbox _outbox;
    private readonly SqlTableWriter _writer;
    private SqlDialogTables? _tables;
    private SqlDialogWriter? _rows;
    private bool _isDisposed;

    /// <summary>Makes a store; nothing is connected yet.</summary>
    /// <param name="database">The database; not disposed.</param>
    /// <param name="options">How; null: the defaults. Read now; later changes have no effect.</param>
    /// <exception cref="ArgumentException">An option cannot be; the message names it.</exception>
    public SqlDialogStore(SqlDatabase database, SqlDialogStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _options = options ?? new SqlDialogStoreOptions();
        _options.Validate();
        _database = database;
        _flagNames = new SqlUserFlags([.. _options.UserFlagNames]);
        _hashSize = _options.HashSize;
        _outbox = new SqlCallRecordOutbox(database);
        _writer = new SqlTableWriter(database, database.Names.Dialog, FindTablesAsync);
        if (_options.CallRecords is not { } records)
            return;
        Parts.Add(new SqlCallRecords(records));
        IsKept = records.Outbox;
    }

    /// <summary>What else is written in the transaction of a batch. Set before the store is opened.</summary>
    internal IList<ISqlBatchPart> Parts { get; } = new List<ISqlBatchPart>();

    /// <summary>Call records are put into the table <c>cdr_outbox</c>: <see cref="SqlCallRecordOptions.Outbox"/>.</summary>
    public bool IsKept { get; }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CallRecordEntry>> ReadAsync(int count, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return RunAsync(() => _outbox.ReadAsync(count, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(IReadOnlyList<CallRecordEntry> entries, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return RunAsync(() => _outbox.RemoveAsync(entries, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellation) =>
        RunAsync(
            async () =>
            {
                await MigrateAsync(cancellation).ConfigureAwait(false);
                await _writer.OpenAsync(cancellation).ConfigureAwait(false);
                if (_options.Rehash)
                    await _writer
                        .TransactAsync(
                            session => new SqlRehash(_tables!, _rows!, _flagNames, _hashSize).RunAsync(session, cancellation),
                            cancellation
                        )
                        .ConfigureAwait(false);
            },
            cancellation
        );

    /// <inheritdoc/>
    public async IAsyncEnumerable<DialogRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await using SqlWork session = await ConnectAsync(cancellation).ConfigureAwait(false);
        SqlDialogTables tables = _tables ?? await SqlDialogTables.FindAsync(session, _database.Names, cancellation).ConfigureAwait(false);
        var reader = new SqlDialogReader(tables, _flagNames);
        await foreach (DialogRecord row in reader.AllAsync(session, PageSize, cancellation).ConfigureAwait(false))
            yield return row;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<DialogRecord>> FindAsync(ReadOnlyMemory<byte> callId, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await using SqlWork session = await ConnectAsync(cancellation).ConfigureAwait(false);
        SqlDialogTables tables = _tables ?? await SqlDialogTables.FindAsync(session, _database.Names, cancellation).ConfigureAwait(false);
        var reader = new SqlDialogReader(tables, _flagNames);
        return await RunAsync(
                async () =>
                    (IReadOnlyList<DialogRecord>)await reader.FindAsync(session, callId, _hashSize, cancellation).ConfigureAwait(false),
                cancellation
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return TransactAsync(session => WriteAsync(session, batch, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(all);
        return TransactAsync(session => _rows!.ReplaceAsync(session, all, cancellation), cancellation);
    }

    /// <summary>Closes it, after the write that is under way; another process may have the table then.</summary>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return _writer.DisposeAsync();
    }

    private async ValueTask WriteAsync(SqlWork session, DialogStoreBatch batch, CancellationToken cancellation)
    {
        await _rows!.WriteAsync(session, batch, cancellation).ConfigureAwait(false);
        foreach (ISqlBatchPart part in Parts)
            await part.WriteAsync(session, batch, cancellation).ConfigureAwait(false);
    }

    private ValueTask TransactAsync(Func<SqlWork, ValueTask> work, CancellationToken cancellation) =>
        RunAsync(() => _writer.TransactAsync(work, cancellation), cancellation);

    private async ValueTask FindTablesAsync(SqlWork session, CancellationToken cancellation)
    {
        _tables = await SqlDialogTables.FindAsync(session, _database.Names, cancellation).ConfigureAwait(false);
        _rows = new SqlDialogWriter(_database, _tables, _flagNames);
        foreach (ISqlBatchPart part in Parts)
            await part.OpenAsync(session, _database, cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes the tables where the options say so. Those of another process that runs are not touched.</summary>
    private async ValueTask MigrateAsync(CancellationToken cancellation)
    {
        if (!(_options.Migrate ?? _database.Provider == SqlProvider.Sqlite))
            return;
        await SqlMigrations.BringUpAsync(_database, cancellation).ConfigureAwait(false);
    }

    private ValueTask<SqlWork> ConnectAsync(CancellationToken cancellation) =>
        RunAsync(() => _database.OpenAsync(cancellation), cancellation);

    /// <summary>Runs work of a driver that blocks its thread on a thread of the pool, so that the caller can give up waiting.</summary>
    private ValueTask<T> RunAsync<T>(Func<ValueTask<T>> work, CancellationToken cancellation) =>
        _database.Dialect.BlocksCaller ? new ValueTask<T>(Task.Run(() => work().AsTask(), cancellation)) : work();

    private ValueTask RunAsync(Func<ValueTask> work, CancellationToken cancellation) =>
        _database.Dialect.BlocksCaller ? new ValueTask(Task.Run(() => work().AsTask(), cancellation)) : work();
}
