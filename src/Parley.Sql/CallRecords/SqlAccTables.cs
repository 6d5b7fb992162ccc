using System.Globalization;
using System.Text;
using Parley.Dialogs;
using Parley.Sip;

namespace Parley.Sql;

/// <summary>The tables <c>acc</c> (version 6 or 7) and <c>missed_calls</c> (version 5) of OpenSIPS, with what their columns take.</summary>
internal sealed class SqlAccTables
{
    private readonly SqlTableShape _accShape;
    private readonly SqlTableShape _missedShape;
    private readonly bool _hasMilliseconds;

    private SqlAccTables(SqlNames names, SqlTableShape acc, SqlTableShape missed)
    {
        _accShape = acc;
        _missedShape = missed;
        _hasMilliseconds = acc.Has("ms_duration"); // since version 7
        Answered = new SqlTable(
            names.Acc,
            1,
            [
                .. Columns(),
                new("duration", SqlColumnType.Int64),
                .. _hasMilliseconds ? new SqlColumn[] { new("ms_duration", SqlColumnType.Int64) } : [],
                .. LastColumns(),
            ]
        );
        Missed = new SqlTable(names.MissedCalls, 1, [.. Columns(), .. LastColumns()]);
    }

    public SqlTable Answered { get; }

    public SqlTable Missed { get; }

    public static async ValueTask<SqlAccTables> FindAsync(SqlWork session, SqlNames names, CancellationToken cancellation)
    {
        SqlTableShape acc = await SqlCallRecordTables.ShapeAsync(session, names.Acc, cancellation).ConfigureAwait(false);
        SqlTableShape missed = await SqlCallRecordTables.ShapeAsync(session, names.MissedCalls, cancellation).ConfigureAwait(false);
        return new SqlAccTables(names, acc, missed);
    }

    /// <summary>Adds a record to the rows of the table that it belongs to; false when that would not keep it whole.</summary>
    public bool TryAdd(SqlRows answered, SqlRows missed, CallRecord record)
    {
        bool isAnswered = record.Answer is not null;
        SqlTableShape shape = isAnswered ? _accShape : _missedShape;
        if (!Takes(shape, "callid", record.CallId) || !Takes(shape, "from_tag", record.FromTag) || !Takes(shape, "to_tag", record.ToTag))
            return false;
        SqlRows rows = isAnswered ? answered : missed;
        rows.Add("INVITE")
            .Add(record.FromTag)
            .Add(record.ToTag)
            .Add(record.CallId)
            .Add(record.StatusCode.ToString(CultureInfo.InvariantCulture))
            .Add(ReasonOf(shape, record))
            .Add(Seconds(record.Answer ?? record.End));
        if (isAnswered)
            rows.Add((long)record.Duration.TotalSeconds);
        if (isAnswered && _hasMilliseconds)
            rows.Add((long)record.Duration.TotalMilliseconds);
        rows.Add((long)((record.Answer ?? record.End) - record.Start).TotalSeconds).Add(Seconds(record.Start)).EndRow();
        return true;
    }

    private static SqlColumn[] Columns() =>
        [
            new("method", SqlColumnType.Text),
            new("from_tag", SqlColumnType.Text),
            new("to_tag", SqlColumnType.Text),
            new("callid", SqlColumnType.Text),
            new("sip_code", SqlColumnType.Text),
            new("sip_reason", SqlColumnType.Text),
            new("time", SqlColumnType.DateTime),
        ];

    private static SqlColumn[] LastColumns() => [new("setuptime", SqlColumnType.Int64), new("created", SqlColumnType.DateTime)];

    private static bool Takes(SqlTableShape shape, string column, string text) =>
        IsText(text) && shape.Room(column).Takes(Encoding.UTF8.GetBytes(text));

    /// <summary>The phrase that came where the column takes it, else the registered one: it is not cut either.</summary>
    private static string ReasonOf(SqlTableShape shape, CallRecord record)
    {
        if (record.Answer is null && record.EndedBy == CallEndedBy.Callee && Takes(shape, "sip_reason", record.Reason))
            return record.Reason;
        string registered = Encoding.ASCII.GetString(SipText.Reason(record.StatusCode));
        return Takes(shape, "sip_reason", registered) ? registered : "";
    }

    private static bool IsText(string text) => SqlCallRecordText.Fit(text, SqlTextRoom.Unbounded).Length == text.Length;

    /// <summary>Whole seconds: a column without a fraction would round up.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
