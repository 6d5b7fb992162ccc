using System.Data.Common;
using System.Globalization;
using System.Text;
using Parley.Registrar;

namespace Parley.Sql;

/// <summary>Reads contacts, page by page in the order of their ids.</summary>
internal sealed class SqlLocationReader(SqlLocationTables tables)
{
    // Dates and fractions as text: each driver has types of its own for them, and not all read what OpenSIPS may have written ("0000-00-00").
    private readonly string _rows = SelectRows(tables);

    private readonly string _overflow = $"SELECT p.{tables.Id},p.overflow FROM {tables.Details.Name} p WHERE p.overflow IS NOT NULL";

    /// <summary>The next rows of the table.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="after">The id of the last row that was read; null for the first page.</param>
    /// <param name="count">The most rows.</param>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<List<LocationRecord>> PageAsync(SqlWork session, long? after, int count, CancellationToken cancellation) =>
        ReadAsync(
            session,
            $"{_rows}{(after is null ? "" : $" WHERE l.{tables.Id}>@after")} ORDER BY l.{tables.Id} LIMIT {count.ToString(CultureInfo.InvariantCulture)}",
            after,
            Read,
            cancellation
        );

    /// <summary>The next contacts that stand beside the table.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="after">The id of the last one that was read; null for the first page.</param>
    /// <param name="count">The most rows.</param>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<List<LocationRecord>> OverflowAsync(SqlWork session, long? after, int count, CancellationToken cancellation) =>
        ReadAsync(
            session,
            $"{_overflow}{(after is null ? "" : $" AND p.{tables.Id}>@after")} ORDER BY p.{tables.Id} LIMIT {count.ToString(CultureInfo.InvariantCulture)}",
            after,
            static (dialect, reader) =>
                (LocationRecordJson.Read(dialect.ReadText(reader, 1)) ?? Nothing) with
                {
                    ContactId = dialect.ReadNumber(reader, 0),
                },
            cancellation
        );

    /// <summary>The ids of all rows, of either table.</summary>
    public async ValueTask<List<ulong>> IdsAsync(SqlWork session, CancellationToken cancellation)
    {
        await using DbCommand command = session.Command(
            $"SELECT {tables.Id} FROM {tables.Name} UNION SELECT {tables.Id} FROM {tables.Details.Name}"
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var ids = new List<ulong>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            ids.Add(unchecked((ulong)session.Dialect.ReadNumber(reader, 0)));
        return ids;
    }

    private static LocationRecord Nothing { get; } =
        new()
        {
            ContactId = 0,
            Address = default,
            Contact = default,
        };

    private static async ValueTask<List<LocationRecord>> ReadAsync(
        SqlWork session,
        string sql,
        long? after,
        Func<SqlDialect, DbDataReader, LocationRecord> read,
        CancellationToken cancellation
    )
    {
        await using DbCommand command = after is { } id
            ? session.Command(sql, ("@after", session.Dialect.Id(unchecked((ulong)id))))
            : session.Command(sql);
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var rows = new List<LocationRecord>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(read(session.Dialect, reader));
        return rows;
    }

    private static LocationRecord Read(SqlDialect dialect, DbDataReader reader)
    {
        byte[] user = Bytes(1) ?? [];
        byte[]? domain = Bytes(2);
        string callId = Text(8) ?? "";
        string? received = Text(4);
        uint seconds = unchecked((uint)(Number(6) ?? 0));
        var row = new LocationRecord
        {
            ContactId = dialect.ReadNumber(reader, 0),
            Address = domain is null ? user : (byte[])[.. user, (byte)'@', .. domain],
            Contact = Bytes(3) ?? [],
            Received = received,
            FlowUse = received is null ? FlowUse.None : FlowUse.Only,
            Path = SplitPath(Bytes(5) ?? []),
            Expires = seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds),
            Q = Thousandths(Text(7)),
            CallId = callId == SqlLocationRows.NoCallId ? "" : callId,
            CSeq = unchecked((uint)(Number(9) ?? 0)),
            LastModified = Time(Text(10)),
            UserAgent = Text(11),
            Socket = Text(12),
            InstanceId = Text(13),
            Flags = unchecked((int?)Number(14)),
            BranchFlags = Text(15),
            Methods = unchecked((int?)Number(16)),
            KeyValues = Text(17),
            Attributes = Text(18),
        };
        return Bytes(19) is { } details ? LocationRecordJson.WithDetails(row, details) : row;

        byte[]? Bytes(int column)
        {
            if (reader.IsDBNull(column))
                return null;
            byte[] text = dialect.ReadText(reader, column);
            return text.Length == 0 ? null : text; // OpenSIPS takes either for nothing
        }

        string? Text(int column) => Bytes(column) is { } text ? Encoding.UTF8.GetString(text) : null;

        long? Number(int column) => reader.IsDBNull(column) ? null : dialect.ReadNumber(reader, column);
    }

    private static int Thousandths(string? q) =>
        double.TryParse(q, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1
            ? (int)Math.Round(value * 1000)
            : -1;

    private static DateTimeOffset Time(string? text) =>
        DateTimeOffset.TryParse(
            text?.Trim(),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset time
        )
            ? time
            : DateTimeOffset.UnixEpoch;

    /// <summary>A Path is name-addrs joined by commas; a comma between quotes or angle brackets joins nothing.</summary>
    internal static List<byte[]> SplitPath(ReadOnlySpan<byte> path)
    {
        var hops = new List<byte[]>();
        int start = 0;
        bool isQuoted = false,
            isUri = false;
        for (int i = 0; i <= path.Length; i++)
        {
            byte c = i < path.Length ? path[i] : (byte)',';
            if (isQuoted && c == '\\')
                i++;
            else if (c == '"' && !isUri)
                isQuoted = !isQuoted;
            else if (c is (byte)'<' or (byte)'>' && !isQuoted)
                isUri = c == '<';
            if (i < path.Length && (c != ',' || isQuoted || isUri))
                continue;
            ReadOnlySpan<byte> hop = path[start..Math.Min(i, path.Length)].Trim((byte)' ');
            if (!hop.IsEmpty)
                hops.Add(hop.ToArray());
            start = i + 1;
        }

        return hops;
    }

    // Dates and fractions as text: each driver has types of its own for them, and not all read what OpenSIPS may have written ("0000-00-00").
    private static string SelectRows(SqlLocationTables tables)
    {
        string[] columns =
        [
            .. (
                (string[])
                    ["contact_id", "username", "domain", "contact", "received", "path", "expires", "q", "callid", "cseq", "last_modified"]
            ),
            .. ((string[])["user_agent", "socket", "sip_instance", "flags", "cflags", "methods", "kv_store", "attr"]),
        ];
        IEnumerable<string> selected = columns.Select(column =>
            column is "q" or "last_modified" ? $"CAST(l.{tables.Column(column)} AS CHAR(32))" : $"l.{tables.Column(column)}"
        );
        return $"SELECT {string.Join(',', selected)},p.details FROM {tables.Name} l LEFT JOIN {tables.Details.Name} p ON p.{tables.Id}=l.{tables.Id}";
    }
}
