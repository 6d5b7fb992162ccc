using System.Globalization;
using System.Text;
using Parley.Registrar;

namespace Parley.Testing;

/// <summary>Contacts of the cases, and how two of them differ.</summary>
internal static class LocationStoreRows
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A contact that says nothing it need not.</summary>
    public static LocationRecord Row(int number) =>
        new()
        {
            ContactId = (1134L << 46) | ((long)number << 14) | 7,
            Address = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"user{number}@example.com")),
            Contact = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"sip:user{number}@192.0.2.1:5062")),
            Expires = Noon.AddSeconds(3600 + number),
            LastModified = Noon.AddSeconds(number),
            CallId = string.Create(CultureInfo.InvariantCulture, $"call-{number}"),
            CSeq = 1,
        };

    /// <summary>A contact that says all it can.</summary>
    public static LocationRecord Full(int number) =>
        Row(number) with
        {
            Expires = Noon.AddMilliseconds(3_600_123),
            LastModified = Noon.AddMilliseconds(-987_654),
            Q = 437,
            CSeq = 4711,
            Path = ["<sip:edge1.example.com;lr>"u8.ToArray(), "\"Zwei, <oder>\" <sip:edge2.example.com;lr;ob>;x=\"a,b\""u8.ToArray()],
            Received = "sip:198.51.100.7:49152;transport=tcp",
            Socket = "tcp:192.0.2.9:5060",
            FlowUse = FlowUse.Only,
            InstanceId = "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>",
            RegId = 2,
            UserAgent = "Phone 1.2 \"beta\" (ä)",
            Flags = 4,
            BranchFlags = "NAT_FLAG SIP_PING",
            Methods = 0x1FFF,
            KeyValues = "{\"a\":\"b|c\"}",
            Attributes = "1.2.3.4|x",
        };

    /// <summary>What is not the same, as "name a instead of b"; null when all is. What OpenSIPS keeps in a row counts only where something is expected.</summary>
    public static string? Difference(LocationRecord expected, LocationRecord found)
    {
        Dictionary<string, string> wanted = Fields(expected),
            got = Fields(found);
        foreach ((string name, string value) in wanted)
        {
            bool isOpen = value == "-" && name is ("Flags" or "BranchFlags" or "Methods" or "KeyValues" or "Attributes");
            if (!isOpen && got[name] != value)
                return $"{name} {got[name]} instead of {value}";
        }

        return null;
    }

    private static Dictionary<string, string> Fields(LocationRecord row) =>
        new()
        {
            ["ContactId"] = Text(row.ContactId),
            ["Address"] = Text(row.Address.Span),
            ["Contact"] = Text(row.Contact.Span),
            ["Expires"] = Text(row.Expires?.ToUnixTimeMilliseconds()),
            ["LastModified"] = Text(row.LastModified.ToUnixTimeMilliseconds()),
            ["Q"] = Text(row.Q),
            ["CallId"] = row.CallId,
            ["CSeq"] = Text(row.CSeq),
            ["Path"] = string.Join(" then ", row.Path.Select(static hop => Text(hop))),
            ["Received"] = row.Received ?? "-",
            ["Socket"] = row.Socket ?? "-",
            ["FlowUse"] = row.FlowUse.ToString(),
            ["InstanceId"] = row.InstanceId ?? "-",
            ["RegId"] = Text(row.RegId),
            ["UserAgent"] = row.UserAgent ?? "-",
            ["Flags"] = Text(row.Flags),
            ["BranchFlags"] = row.BranchFlags ?? "-",
            ["Methods"] = Text(row.Methods),
            ["KeyValues"] = row.KeyValues ?? "-",
            ["Attributes"] = row.Attributes ?? "-",
        };

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    // One character a byte: bytes that are no UTF-8 must differ too.
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
