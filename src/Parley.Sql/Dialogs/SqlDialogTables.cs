using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>The two tables of dialogs as they were found in a database: names, version, and what their columns take.</summary>
internal sealed class SqlDialogTables
{
    /// <summary>The versions of the <c>dialog</c> table that are known.</summary>
    public const int OldestVersion = 11,
        NewestVersion = 12;

    /// <summary>The version of the table beside it.</summary>
    public const int DetailsVersion = 1;

    private readonly SqlTextRoom[] _rooms;

    private SqlDialogTables(SqlNames names, int version, SqlTableShape shape, SqlTableShape details)
    {
        Version = version;
        Id = names.DialogColumn("dlg_id");
        CallId = names.DialogColumn("callid");
        SqlColumn id = new(Id, SqlColumnType.UInt64);
        SqlColumn[] numbers =
        [
            .. SqlDialogColumns.Numbers.Select(c => new SqlColumn(
                names.DialogColumn(c),
                c is "caller_cseq" or "callee_cseq" || (c == "script_flags" && HasFlagNames) ? SqlColumnType.Text : SqlColumnType.UInt32
            )),
        ];
        SqlColumn[] texts =
        [
            .. SqlDialogColumns.Texts.Select(c => new SqlColumn(
                names.DialogColumn(c),
                c == "vars" ? SqlColumnType.Bytes : SqlColumnType.Text
            )),
        ];
        Numbers = new SqlTable(names.Dialog, 1, [id, .. numbers]);
        Rows = new SqlTable(names.Dialog, 1, [id, .. numbers, .. texts]);
        Details = new SqlTable(
            names.DialogDetails,
            1,
            id,
            new("node", SqlColumnType.Text),
            new("written", SqlColumnType.Int64),
            new("details", SqlColumnType.Text),
            new("call_hash", SqlColumnType.Int64),
            new("overflow_hash", SqlColumnType.Int64),
            new("overflow", SqlColumnType.Bytes)
        );
        _rooms = [.. SqlDialogColumns.Texts.Select(c => shape.Room(names.DialogColumn(c))), details.Room("details")];
        FlagsRoom = shape.Room(names.DialogColumn("script_flags"));
    }

    /// <summary>The version of the table.</summary>
    public int Version { get; }

    /// <summary>Whether <c>script_flags</c> are names, as version 12 has them.</summary>
    public bool HasFlagNames => Version >= 12;

    /// <summary>The name of the key of both tables.</summary>
    public string Id { get; }

    /// <summary>The name of the column of Call-IDs.</summary>
    public string CallId { get; }

    /// <summary>The dialogs, whole rows.</summary>
    public SqlTable Rows { get; }

    /// <summary>The dialogs, their numbers alone.</summary>
    public SqlTable Numbers { get; }

    /// <summary>What is beside them.</summary>
    public SqlTable Details { get; }

    /// <summary>What <c>script_flags</c> takes, as names.</summary>
    public SqlTextRoom FlagsRoom { get; }

    /// <summary>Whether the column takes the text as it is.</summary>
    public bool Takes(DialogColumn column, ReadOnlySpan<byte> text) =>
        column == DialogColumn.Values ? text.Length <= _rooms[(int)column].Bytes : _rooms[(int)column].Takes(text);

    /// <summary>Finds the tables.</summary>
    /// <exception cref="DialogStoreException">One is missing, or is of another version; the message is one line.</exception>
    public static async ValueTask<SqlDialogTables> FindAsync(SqlWork session, SqlNames names, CancellationToken cancellation)
    {
        string place = session.Dialect.Place;
        SqlTableShape shape =
            await session.Dialect.ShapeAsync(session, names.Dialog, cancellation).ConfigureAwait(false)
            ?? throw new DialogStoreException($"{place} has no table {names.Dialog}: run parley db init.");
        int? version = await SqlMigrations.VersionOfAsync(session, names, names.Dialog, cancellation).ConfigureAwait(false);
        if (version is null)
            throw new DialogStoreException(
                $"The table {names.Version} of {place} has no version of {names.Dialog}: run parley db init, or name the table that has it."
            );
        if (version is < OldestVersion or > NewestVersion)
            throw new DialogStoreException(
                $"The table {names.Dialog} of {place} has version {version}; versions {OldestVersion} and {NewestVersion} can be used."
            );
        SqlTableShape details =
            await session.Dialect.ShapeAsync(session, names.DialogDetails, cancellation).ConfigureAwait(false)
            ?? throw new DialogStoreException($"{place} has no table {names.DialogDetails}: run parley db init.");
        int? beside = await SqlMigrations.VersionOfAsync(session, names, names.DialogDetails, cancellation).ConfigureAwait(false);
        if (beside != DetailsVersion)
            throw new DialogStoreException(
                $"The table {names.DialogDetails} of {place} has version {beside?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}; this program has {DetailsVersion}: run parley db migrate."
            );
        string[] missing = [.. SqlDialogColumns.All.Select(names.DialogColumn).Where(c => !shape.Has(c))];
        if (missing.Length > 0)
            throw new DialogStoreException($"The table {names.Dialog} of {place} has no column {string.Join(", ", missing)}.");
        return new SqlDialogTables(names, version.Value, shape, details);
    }
}
