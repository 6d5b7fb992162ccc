using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Parley.Sql.Tests.Dialogs;

/// <summary>
/// Reads a row of the <c>dialog</c> table by the rules of the reference, with code of its own: nothing of Parley's is used. Throws when a rule is broken.
/// </summary>
internal sealed class OpenSipsReader
{
    private const int HashSize = 4096;

    private static readonly (string Column, int Length)[] Lengths =
    [
        ("callid", 255),
        ("from_uri", 255),
        ("from_tag", 64),
        ("to_uri", 255),
        ("to_tag", 64),
        ("mangled_from_uri", 64),
        ("mangled_to_uri", 64),
        ("caller_cseq", 11),
        ("callee_cseq", 11),
        ("caller_contact", 255),
        ("callee_contact", 255),
        ("caller_sock", 64),
        ("callee_sock", 64),
        ("rt_on_answer", 64),
        ("rt_on_timeout", 64),
        ("rt_on_hangup", 64),
    ];

    private readonly Dictionary<string, object?> _row = [];

    private OpenSipsReader(DbDataReader reader)
    {
        for (int i = 0; i < reader.FieldCount; i++)
            _row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
    }

    /// <summary>All rows that the reference would load; a row that it would not take throws.</summary>
    public static async Task<List<OpenSipsReader>> ReadAsync(DbConnection connection)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM dialog ORDER BY dlg_id";
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        var rows = new List<OpenSipsReader>();
        while (await reader.ReadAsync())
        {
            var row = new OpenSipsReader(reader);
            row.Check();
            rows.Add(row);
        }

        return rows;
    }

    public uint Entry => (uint)(Id >> 32);

    public string Did => $"{Digits(Entry)}.{Digits((uint)Id)}";

    public string? Text(string column) =>
        _row[column] switch
        {
            null => null,
            byte[] bytes => Encoding.Latin1.GetString(bytes),
            object value => (string)value,
        };

    /// <summary>As the reference's own driver reads an INTEGER: 32 bits, then without a sign.</summary>
    public uint Number(string column) => unchecked((uint)Convert.ToInt64(_row[column], CultureInfo.InvariantCulture));

    /// <summary>The pairs of <c>vars</c> or <c>profiles</c>.</summary>
    public List<(string Name, string Value)> Pairs(string column)
    {
        string text = Text(column) ?? "";
        var pairs = new List<(string, string)>();
        var part = new StringBuilder();
        string? name = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                part.Append(text[++i]);
            }
            else if (text[i] == '#' && name is null)
            {
                name = part.ToString();
                part.Clear();
            }
            else if (text[i] == '|')
            {
                pairs.Add((name ?? throw new FormatException($"{column} has a pair without #."), part.ToString()));
                name = null;
                part.Clear();
            }
            else
            {
                part.Append(text[i]);
            }
        }

        if (name is not null || part.Length > 0)
            throw new FormatException($"{column} does not end with |.");
        return pairs;
    }

    private ulong Id => _row["dlg_id"] is ulong id ? id : unchecked((ulong)Convert.ToInt64(_row["dlg_id"], CultureInfo.InvariantCulture));

    private void Check()
    {
        if (Hash(Encoding.UTF8.GetBytes(Text("callid")!)) != Entry)
            throw new FormatException("h_entry is not the hash of the Call-ID.");
        foreach ((string column, int length) in Lengths)
        {
            if (Text(column) is { } text && text.Length > length)
                throw new FormatException($"{column} has {text.Length} characters, {length} at most.");
        }

        foreach (string column in (string[])["caller_cseq", "callee_cseq"])
            _ = uint.Parse(Text(column)!, NumberStyles.None, CultureInfo.InvariantCulture);
        foreach (string column in (string[])["caller_sock", "callee_sock"])
        {
            if (Text(column)!.Split(':', 2) is not [("udp" or "tcp" or "tls" or "ws" or "wss"), _])
                throw new FormatException($"{column} is no proto:ip:port: {Text(column)}");
        }

        if (Number("state") is < 1 or > 5)
            throw new FormatException("There is no such state.");
        // NEW, CHANGED, VP_CHANGED and DB_DELETED are never written.
        if ((Number("flags") & 0b11_0000_0011) != 0)
            throw new FormatException("flags has a bit that is never written.");
        foreach (string column in (string[])["caller_route_set", "callee_route_set"])
        {
            if (Text(column) is { Length: > 0 } routes && !routes.Split(',').All(static r => r.StartsWith('<') && r.EndsWith('>')))
                throw new FormatException($"{column} is no list of name-addrs without blanks.");
        }
    }

    /// <summary>core_hash: words of four signed bytes, then the rest, which counts even when it is empty.</summary>
    private static uint Hash(byte[] text)
    {
        uint hash = 0;
        int i = 0;
        for (; i + 4 <= text.Length; i += 4)
        {
            int word = 0;
            for (int j = 0; j < 4; j++)
                word = unchecked(word + ((sbyte)text[i + j] << (24 - (8 * j))));
            hash = unchecked(hash + ((uint)word ^ ((uint)word >> 3)));
        }

        uint rest = 0;
        for (; i < text.Length; i++)
            rest = unchecked((rest << 8) + (uint)(sbyte)text[i]);
        hash = unchecked(hash + (rest ^ (rest >> 3)));
        return unchecked(hash + (hash >> 11) + (hash >> 13) + (hash >> 23)) & (HashSize - 1);
    }

    private static string Digits(uint value)
    {
        string hex = value.ToString("x", CultureInfo.InvariantCulture);
        return new string([.. hex.Reverse()]);
    }
}
