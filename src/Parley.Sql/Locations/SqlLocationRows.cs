using System.Text;
using Parley.Registrar;

namespace Parley.Sql;

/// <summary>The rows of one write: what goes into the table of contacts, and what goes beside it.</summary>
internal sealed class SqlLocationRows(SqlLocationTables tables, string node)
{
    /// <summary>The Call-ID and CSeq of a contact that no REGISTER made: the table's own defaults.</summary>
    internal const string NoCallId = "Default-Call-ID";
    internal const uint NoCSeq = 13;

    private readonly Dictionary<int, SqlRows> _rows = [];

    /// <summary>Whole rows, by the columns that they set.</summary>
    public IEnumerable<SqlRows> Rows => _rows.Values;

    /// <summary>Details of the same contacts, and those contacts whole that the table would not keep as they are.</summary>
    public SqlRows Details { get; } = new(tables.Details);

    /// <summary>Contacts that have no row in the table of contacts any more, or never had.</summary>
    public List<ulong> Elsewhere { get; } = [];

    /// <summary>Adds a contact. What the table would not keep as it is (a long Path, a blank at the end of a user, bytes that are no text) is kept beside it, whole: a
    /// part of it in the table would be another contact.</summary>
    public void Add(LocationRecord record)
    {
        ulong id = unchecked((ulong)record.ContactId);
        (byte[] user, byte[]? domain) = Split(record.Address.Span);
        byte[] path = Join(record.Path);
        string? received = record.FlowUse == FlowUse.Only ? record.Received : null;
        bool fits =
            record.CSeq <= int.MaxValue
            && record.CallId is not NoCallId
            && Takes("username", user)
            && Takes("domain", domain)
            && Takes("contact", record.Contact.Span)
            && Takes("path", path)
            && Takes("callid", record.CallId)
            && Takes("received", received)
            && Takes("socket", record.Socket)
            && Takes("cflags", record.BranchFlags)
            && Takes("kv_store", record.KeyValues)
            && Takes("attr", record.Attributes);
        Details.Add(id).Add(node.Length == 0 ? null : node);
        if (fits)
        {
            bool hasAgent = Takes("user_agent", record.UserAgent),
                hasInstance = Takes("sip_instance", record.InstanceId);
            SqlRows rows = RowsOf(record);
            rows.Add(id).Add(Encoding.UTF8.GetString(user)).Add(domain is null ? null : Encoding.UTF8.GetString(domain));
            rows.Add(Encoding.UTF8.GetString(record.Contact.Span))
                .Add(received)
                .Add(path.Length == 0 ? null : Encoding.UTF8.GetString(path));
            rows.Add(LocationRecordJson.Seconds(record.Expires)).Add(record.Q < 0 ? -1.0 : record.Q / 1000.0);
            rows.Add(record.CallId.Length == 0 ? NoCallId : record.CallId).Add((long)record.CSeq);
            rows.Add(DateTimeOffset.FromUnixTimeSeconds(record.LastModified.ToUnixTimeSeconds()));
            rows.Add(hasAgent ? record.UserAgent ?? "" : "").Add(record.Socket).Add(hasInstance ? record.InstanceId : null);
            AddOthers(rows, record);
            rows.EndRow();
            Details.Add(LocationRecordJson.WriteDetails(record, hasAgent, hasInstance)).AddNull();
        }
        else
        {
            Elsewhere.Add(id);
            Details.AddNull().Add(LocationRecordJson.Write(record));
        }

        Details.EndRow();
    }

    private SqlRows RowsOf(LocationRecord record)
    {
        int others =
            (record.Flags is null ? 0 : 1)
            | (record.BranchFlags is null ? 0 : 2)
            | (record.Methods is null ? 0 : 4)
            | (record.KeyValues is null ? 0 : 8)
            | (record.Attributes is null ? 0 : 16);
        if (!_rows.TryGetValue(others, out SqlRows? rows))
            _rows[others] = rows = new SqlRows(tables.Rows(others));
        return rows;
    }

    private static void AddOthers(SqlRows rows, LocationRecord record)
    {
        if (record.Flags is { } flags)
            rows.Add((long)flags);
        if (record.BranchFlags is { } branchFlags)
            rows.Add(branchFlags);
        if (record.Methods is { } methods)
            rows.Add((long)methods);
        if (record.KeyValues is { } keyValues)
            rows.Add(keyValues);
        if (record.Attributes is { } attributes)
            rows.Add(attributes);
    }

    private bool Takes(string column, ReadOnlySpan<byte> text) => tables.Room(column).Takes(text);

    // A lone surrogate has no UTF-8, and would come back as another character.
    private bool Takes(string column, string? text) =>
        text is null
        || (Takes(column, Encoding.UTF8.GetBytes(text)) && !text.Contains('\uFFFD', StringComparison.Ordinal) && IsWellFormed(text));

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private static (byte[] User, byte[]? Domain) Split(ReadOnlySpan<byte> address)
    {
        int at = address.LastIndexOf((byte)'@');
        return at < 0 ? (address.ToArray(), null) : (address[..at].ToArray(), address[(at + 1)..].ToArray());
    }

    private static byte[] Join(IReadOnlyList<byte[]> path) =>
        path.Count switch
        {
            0 => [],
            1 => path[0],
            _ => [.. path[0], .. path.Skip(1).SelectMany(static hop => (byte[])[(byte)',', .. hop])],
        };
}
