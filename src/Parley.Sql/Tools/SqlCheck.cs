using System.Globalization;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Looks at the tables and at each row of dialogs.</summary>
internal sealed class SqlCheck(SqlDatabase database, SqlDialogStoreOptions options, SqlUserFlags flagNames)
{
    private const int PageSize = 2_000;

    private readonly List<string> _facts = [];
    private readonly List<string> _findings = [];

    public async ValueTask<SqlReport> RunAsync(SqlWork session, CancellationToken cancellation)
    {
        SqlNames names = database.Names;
        _facts.Add($"{database.Place}, {session.Connection.ServerVersion}");
        _findings.AddRange(await session.Dialect.CheckAsync(session, names.Dialog, cancellation).ConfigureAwait(false));
        try
        {
            foreach (SqlMigration step in await SqlMigrations.PendingAsync(session, names, cancellation).ConfigureAwait(false))
                _findings.Add($"Step {step.Name} was not run yet: run parley db {(step.Number == 1 ? "init" : "migrate")}.");
            SqlDialogTables tables = await SqlDialogTables.FindAsync(session, names, cancellation).ConfigureAwait(false);
            _facts.Add(string.Create(CultureInfo.InvariantCulture, $"Table {names.Dialog} has version {tables.Version}."));
            CheckRoom(tables);
            await CheckRowsAsync(session, tables, cancellation).ConfigureAwait(false);
        }
        catch (DialogStoreException e)
        {
            _findings.Add(e.Message);
        }

        return new SqlReport(_facts, _findings);
    }

    /// <summary>Character sets that many texts do not fit are no fault, but the rows are out of sight of the table's other users.</summary>
    private void CheckRoom(SqlDialogTables tables)
    {
        if (!tables.Takes(DialogColumn.FromUri, "ü"u8))
            _findings.Add(
                $"The character set of {tables.Rows.Name} is not UTF-8: a dialog with texts that are not ASCII is kept in {tables.Details.Name}."
            );
    }

    private async ValueTask CheckRowsAsync(SqlWork session, SqlDialogTables tables, CancellationToken cancellation)
    {
        long rows = 0,
            overflows = 0,
            strange = 0,
            over = 0;
        var reader = new SqlDialogReader(tables, flagNames);
        await foreach (DialogRecord record in reader.AllAsync(session, PageSize, cancellation).ConfigureAwait(false))
        {
            rows++;
            if (CoreHash.Compute(record[DialogColumn.CallId], options.HashSize) != record.Id.Entry)
                strange++;
            if (record.State is not (DialogState.Early or DialogState.Unconfirmed or DialogState.ConfirmedNoAck or DialogState.Confirmed))
                over++;
        }

        overflows = await CountAsync(session, $"{tables.Details.Name} WHERE overflow_hash IS NOT NULL", cancellation).ConfigureAwait(false);
        long left = await CountAsync(
                session,
                $"{tables.Details.Name} p WHERE overflow_hash IS NULL AND NOT EXISTS (SELECT 1 FROM {tables.Rows.Name} d WHERE d.{tables.Id}=p.{tables.Id})",
                cancellation
            )
            .ConfigureAwait(false);
        _facts.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rows} dialogs, {overflows} of them in {tables.Details.Name} alone because {tables.Rows.Name} would not keep them whole."
            )
        );
        Find(strange, $"dialogs have an id that is not the hash of their Call-ID under hash_size {options.HashSize}: they are not loaded.");
        Find(over, "dialogs are over, or in no state that there is: they are not loaded.");
        Find(left, $"rows of {tables.Details.Name} belong to no dialog of {tables.Rows.Name}: another program deleted it there.");
    }

    private void Find(long count, string what)
    {
        if (count > 0)
            _findings.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}"));
    }

    private static async ValueTask<long> CountAsync(SqlWork session, string what, CancellationToken cancellation) =>
        Convert.ToInt64(
            await session.ScalarAsync($"SELECT COUNT(*) FROM {what}", cancellation).ConfigureAwait(false),
            CultureInfo.InvariantCulture
        );
}
