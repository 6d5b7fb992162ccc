using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>The tables of call records as they were found in a database.</summary>
internal sealed class SqlCallRecordTables
{
    /// <summary>The version of <c>cdr</c> and of those beside it.</summary>
    public const int Version = 1;

    private static readonly SqlColumn[] s_key = [new("did", SqlColumnType.Text), new("start_time", SqlColumnType.DateTime)];
    private static readonly SqlColumn s_number = new("number", SqlColumnType.Int64);

    private static readonly SqlColumn[] s_fields =
    [
        new("ring_time", SqlColumnType.DateTime),
        new("answer_time", SqlColumnType.DateTime),
        new("end_time", SqlColumnType.DateTime),
        new("setup_ms", SqlColumnType.Int64),
        new("ring_ms", SqlColumnType.Int64),
        new("duration_ms", SqlColumnType.Int64),
        new("disposition", SqlColumnType.Text),
        new("code", SqlColumnType.Int64),
        new("reason", SqlColumnType.Text),
        new("ended_by", SqlColumnType.Text),
        new("call_id", SqlColumnType.Text),
        new("from_uri", SqlColumnType.Text),
        new("from_tag", SqlColumnType.Text),
        new("to_uri", SqlColumnType.Text),
        new("to_tag", SqlColumnType.Text),
        new("request_uri", SqlColumnType.Text),
        new("source", SqlColumnType.Text),
        new("target", SqlColumnType.Text),
        new("target_uri", SqlColumnType.Text),
        new("node", SqlColumnType.Text),
        new("custom", SqlColumnType.Text),
    ];

    private readonly SqlTextRoom _room;

    private SqlCallRecordTables(SqlNames names, SqlTextRoom room, SqlAccTables? acc)
    {
        _room = room;
        Final = FinalOf(names);
        Intermediate = IntermediateOf(names);
        Keys = KeysOf(names);
        Outbox = new SqlTable(names.CallRecordOutbox, 1, new("id", SqlColumnType.Text), new("json", SqlColumnType.Text));
        Acc = acc;
    }

    public SqlTable Final { get; }

    public SqlTable Intermediate { get; }

    /// <summary>The keys of records that are in the tables of OpenSIPS, which have no place for them.</summary>
    public SqlTable Keys { get; }

    public SqlTable Outbox { get; }

    /// <summary>Null: the records are written to <see cref="Final"/>.</summary>
    public SqlAccTables? Acc { get; }

    public static SqlTable FinalOf(SqlNames names) => new(names.CallRecord, 2, [.. s_key, .. s_fields]);

    public static SqlTable IntermediateOf(SqlNames names) => new(names.IntermediateRecord, 3, [.. s_key, s_number, .. s_fields]);

    public static SqlTable KeysOf(SqlNames names) => new(names.CallRecordKey, 2, s_key);

    /// <summary>Finds them.</summary>
    /// <exception cref="DialogStoreException">One is missing, or is of another version; the message is one line.</exception>
    public static async ValueTask<SqlCallRecordTables> FindAsync(
        SqlWork session,
        SqlNames names,
        SqlCallRecordShape shape,
        CancellationToken cancellation
    )
    {
        SqlTableShape found = await ShapeAsync(session, names.CallRecord, cancellation).ConfigureAwait(false);
        foreach (string table in (string[])[names.IntermediateRecord, names.CallRecordKey, names.CallRecordOutbox])
            await ShapeAsync(session, table, cancellation).ConfigureAwait(false);
        int? version = await SqlMigrations.VersionOfAsync(session, names, names.CallRecord, cancellation).ConfigureAwait(false);
        if (version != Version)
            throw new DialogStoreException(
                $"The table {names.CallRecord} of {session.Dialect.Place} has version {version?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}; this program has {Version}: run parley db migrate."
            );
        SqlAccTables? acc =
            shape == SqlCallRecordShape.Acc ? await SqlAccTables.FindAsync(session, names, cancellation).ConfigureAwait(false) : null;
        return new SqlCallRecordTables(names, found.Room("call_id"), acc);
    }

    /// <summary>The columns of a table that must be there.</summary>
    public static async ValueTask<SqlTableShape> ShapeAsync(SqlWork session, string table, CancellationToken cancellation) =>
        await session.Dialect.ShapeAsync(session, table, cancellation).ConfigureAwait(false)
        ?? throw new DialogStoreException($"{session.Dialect.Place} has no table {table}: run parley db init, or parley db migrate.");

    /// <summary>Adds a record to rows of <see cref="Final"/> or <see cref="Intermediate"/>.</summary>
    public void Add(SqlRows rows, CallRecord record)
    {
        AddKey(rows, record);
        if (rows.Table == Intermediate)
            rows.Add(record.Number);
        AddTime(rows, record.Ring);
        AddTime(rows, record.Answer);
        rows.Add(record.End)
            .Add((long)record.SetupTime.TotalMilliseconds)
            .Add((long)record.RingTime.TotalMilliseconds)
            .Add((long)record.Duration.TotalMilliseconds)
            .Add(CallRecordJson.NameOf(record.Disposition))
            .Add((long)record.StatusCode)
            .Add(Fit(record.Reason))
            .Add(CallRecordJson.NameOf(record.EndedBy))
            .Add(Fit(record.CallId))
            .Add(Fit(record.FromUri))
            .Add(Fit(record.FromTag))
            .Add(Fit(record.ToUri))
            .Add(Fit(record.ToTag))
            .Add(Fit(record.RequestUri))
            .Add(record.Source)
            .Add(record.Target)
            .Add(Fit(record.TargetUri))
            .Add(Fit(record.Node))
            .Add(Fit(CallRecordJson.FormatValues(record)))
            .EndRow();
    }

    /// <summary>Adds the key alone, without ending the row.</summary>
    public static void AddKey(SqlRows rows, CallRecord record) => rows.Add(record.DialogId.ToString()).Add(record.Start);

    /// <summary>Adds a record to rows of <see cref="Outbox"/>.</summary>
    public void AddEntry(SqlRows rows, CallRecord record) =>
        rows.Add(CallRecordJson.IdOf(record)).Add(Fit(System.Text.Encoding.UTF8.GetString(CallRecordJson.Format(record)))).EndRow();

    private string Fit(string text) => SqlCallRecordText.Fit(text, _room);

    private static void AddTime(SqlRows rows, DateTimeOffset? time)
    {
        if (time is { } known)
            rows.Add(known);
        else
            rows.AddNull();
    }
}
