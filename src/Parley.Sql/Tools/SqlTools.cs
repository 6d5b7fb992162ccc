using System.Data.Common;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>What an operator does with the tables: makes them, brings them to their newest form, checks them, and carries their rows from one database to another.</summary>
public sealed class SqlTools
{
    private readonly SqlDatabase _database;
    private readonly SqlDialogStoreOptions _options;
    private readonly SqlUserFlags _flagNames;

    /// <summary>Makes ready; nothing is connected yet.</summary>
    /// <param name="database">The database; not disposed.</param>
    /// <param name="options">How dialogs are kept there; null: the defaults.</param>
    /// <exception cref="ArgumentException">An option cannot be; the message names it.</exception>
    public SqlTools(SqlDatabase database, SqlDialogStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        _options = options ?? new SqlDialogStoreOptions();
        _options.Validate();
        _flagNames = new SqlUserFlags([.. _options.UserFlagNames]);
    }

    /// <summary>Makes the tables that are missing. A table that is there stays as it is.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The names of the steps that were run; empty: there was nothing to do.</returns>
    /// <exception cref="DialogStoreException">The database cannot be used, a server runs on it, or it has a table of another version; one line.</exception>
    public async Task<IReadOnlyList<string>> InitAsync(CancellationToken cancellation = default)
    {
        await using SqlWork session = await _database.OpenAsync(cancellation).ConfigureAwait(false);
        SqlNames names = _database.Names;
        if (
            await session.Dialect.ShapeAsync(session, names.Dialog, cancellation).ConfigureAwait(false) is not null
            && await SqlMigrations.VersionOfAsync(session, names, names.Dialog, cancellation).ConfigureAwait(false) is null
        )
            throw new DialogStoreException(
                $"{_database.Place} has a table {names.Dialog}, but {names.Version} has no version of it: insert the version ({SqlDialogTables.OldestVersion} or {SqlDialogTables.NewestVersion}) if it is OpenSIPS's, or choose another name."
            );
        IReadOnlyList<string> steps = await RunStepsAsync(session, cancellation).ConfigureAwait(false);
        await SqlDialogTables.FindAsync(session, names, cancellation).ConfigureAwait(false);
        return steps;
    }

    /// <summary>Brings tables that are there to their newest form.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The names of the steps that were run; empty: there was nothing to do.</returns>
    /// <exception cref="DialogStoreException">There are no tables yet, they are newer than this program, a server runs on them, or a step failed; one line.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellation = default)
    {
        await using SqlWork session = await _database.OpenAsync(cancellation).ConfigureAwait(false);
        if (
            await SqlMigrations.VersionOfAsync(session, _database.Names, SqlMigration.VersionName, cancellation).ConfigureAwait(false)
            is null
        )
            throw new DialogStoreException($"{_database.Place} has no tables of Parley yet: run parley db init.");
        IReadOnlyList<string> steps = await RunStepsAsync(session, cancellation).ConfigureAwait(false);
        await SqlDialogTables.FindAsync(session, _database.Names, cancellation).ConfigureAwait(false);
        return steps;
    }

    /// <summary>Looks at the tables and reads all rows; changes nothing, and may run beside a server.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DialogStoreException">The database cannot be used.</exception>
    /// <exception cref="DbException">It cannot be reached now.</exception>
    public async Task<SqlReport> CheckAsync(CancellationToken cancellation = default)
    {
        if (_database.Dialect.Missing is { } missing)
            return new SqlReport([], [missing]);
        await using SqlWork session = await _database.OpenAsync(cancellation).ConfigureAwait(false);
        var check = new SqlCheck(_database, _options, _flagNames);
        return await check.RunAsync(session, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes all rows as JSON, a line each, between a first line and a last one with their number. May run beside a server.</summary>
    /// <param name="lines">Where to; not closed.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many rows were written.</returns>
    /// <exception cref="DialogStoreException">The tables are missing or of another version.</exception>
    public async Task<long> ExportAsync(Stream lines, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        await using SqlWork session = await _database.OpenAsync(cancellation).ConfigureAwait(false);
        return await new SqlExport(_database, _flagNames, lines).RunAsync(session, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads what <see cref="ExportAsync"/> wrote, all or nothing. A row whose key is there already takes its place; other rows stay.</summary>
    /// <param name="lines">Where from; not closed.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many rows were read.</returns>
    /// <exception cref="DialogStoreException">The tables are missing or of another version, or a server runs on them.</exception>
    /// <exception cref="FormatException">A line is none of an export, or lines are missing; the message has its number.</exception>
    public async Task<long> ImportAsync(Stream lines, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        await using SqlWork session = await _database.OpenOwnerAsync(_database.Names.Dialog, 0, cancellation).ConfigureAwait(false);
        await session.BeginAsync(cancellation).ConfigureAwait(false);
        long count = await new SqlImport(_database, _flagNames, lines).RunAsync(session, cancellation).ConfigureAwait(false);
        await session.CommitAsync(cancellation).ConfigureAwait(false);
        return count;
    }

    /// <summary>Runs what was not run yet. Tables that a running server has are not touched.</summary>
    private async ValueTask<IReadOnlyList<string>> RunStepsAsync(SqlWork session, CancellationToken cancellation)
    {
        SqlNames names = _database.Names;
        if ((await SqlMigrations.PendingAsync(session, names, cancellation).ConfigureAwait(false)).Count == 0)
            return [];
        if (await session.Dialect.ShapeAsync(session, names.Dialog, cancellation).ConfigureAwait(false) is null)
            return await SqlMigrations.RunAsync(session, names, cancellation).ConfigureAwait(false);
        await using SqlWork owner = await _database.OpenOwnerAsync(names.Dialog, 0, cancellation).ConfigureAwait(false);
        return await SqlMigrations.RunAsync(owner, names, cancellation).ConfigureAwait(false);
    }
}
