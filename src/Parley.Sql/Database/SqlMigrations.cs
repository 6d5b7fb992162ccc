using System.Data.Common;
using System.Globalization;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Brings the tables to their newest form, and knows which form they have.</summary>
internal static class SqlMigrations
{
    /// <summary>The version of a table; null without one.</summary>
    public static async ValueTask<int?> VersionOfAsync(SqlWork session, SqlNames names, string table, CancellationToken cancellation)
    {
        if (await session.Dialect.ShapeAsync(session, names.Version, cancellation).ConfigureAwait(false) is null)
            return null;
        object? version = await session
            .ScalarAsync($"SELECT table_version FROM {names.Version} WHERE table_name=@table", cancellation, ("@table", table))
            .ConfigureAwait(false);
        return version is null ? null : Convert.ToInt32(version, CultureInfo.InvariantCulture);
    }

    /// <summary>The steps that were not run yet.</summary>
    public static async ValueTask<IReadOnlyList<SqlMigration>> PendingAsync(SqlWork session, SqlNames names, CancellationToken cancellation)
    {
        int done = await VersionOfAsync(session, names, SqlMigration.VersionName, cancellation).ConfigureAwait(false) ?? 0;
        IReadOnlyList<SqlMigration> all = SqlMigration.Of(session.Dialect.Folder);
        int newest = all.Count == 0 ? 0 : all[^1].Number;
        if (done > newest)
            throw new DialogStoreException(
                $"The tables of {session.Dialect.Place} are at step {done}, this program knows {newest}: it is older than they are."
            );
        return [.. all.Where(step => step.Number > done)];
    }

    /// <summary>Runs the steps that were not run yet, each in a transaction where the database has that for tables.</summary>
    /// <returns>The names of the steps.</returns>
    public static async ValueTask<IReadOnlyList<string>> RunAsync(SqlWork session, SqlNames names, CancellationToken cancellation)
    {
        var run = new List<string>();
        foreach (SqlMigration step in await PendingAsync(session, names, cancellation).ConfigureAwait(false))
        {
            await session.BeginAsync(cancellation).ConfigureAwait(false);
            try
            {
                await session.ExecuteAsync(step.SqlWith(names), cancellation).ConfigureAwait(false);
                await session.CommitAsync(cancellation).ConfigureAwait(false);
            }
            catch (DbException e)
            {
                await session.RollbackAsync().ConfigureAwait(false);
                throw new DialogStoreException($"{step.Name} failed on {session.Dialect.Place}: {SqlDatabase.OneLine(e.Message)}", e);
            }

            run.Add(step.Name);
        }

        return run;
    }

    /// <summary>Makes the tables, and brings them to their newest form. Those of another process that runs are not touched.</summary>
    /// <exception cref="DialogStoreException">A step failed, or the tables are newer than this program.</exception>
    public static async ValueTask BringUpAsync(SqlDatabase database, CancellationToken cancellation)
    {
        await using SqlWork look = await database.OpenAsync(cancellation).ConfigureAwait(false);
        if ((await PendingAsync(look, database.Names, cancellation).ConfigureAwait(false)).Count == 0)
            return;
        bool hasTable = await look.Dialect.ShapeAsync(look, database.Names.Dialog, cancellation).ConfigureAwait(false) is not null;
        if (!hasTable)
        {
            await RunAsync(look, database.Names, cancellation).ConfigureAwait(false);
            return;
        }

        await using SqlWork owner = await database.OpenOwnerAsync(database.Names.Dialog, 0, cancellation).ConfigureAwait(false);
        await RunAsync(owner, database.Names, cancellation).ConfigureAwait(false);
    }
}
