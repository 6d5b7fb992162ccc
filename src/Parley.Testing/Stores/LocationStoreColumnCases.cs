using System.Globalization;
using System.Text;
using Parley.Registrar;
using static Parley.Testing.LocationStoreSteps;

namespace Parley.Testing;

/// <summary>Everything that a contact has comes back whole.</summary>
internal static class LocationStoreColumnCases
{
    // Before the cases that use it.
    private static readonly uint[] CSeqs = [0, 1, 13, int.MaxValue, int.MaxValue + 1u, uint.MaxValue];

    public static IReadOnlyList<LocationStoreCase> All { get; } =
    [
        Same("A contact that says nothing it need not comes back", LocationStoreRows.Row(1)),
        Same("A contact that says all it can comes back", LocationStoreRows.Full(1)),
        Same("A contact without end, one bound by code, and one that ends after 2038 come back", Ends()),
        Same("Every preference comes back", [.. Enumerable.Range(0, 1001).Select(static q => LocationStoreRows.Row(q) with { Q = q })]),
        Same("Every CSeq comes back", [.. CSeqs.Select(static (cseq, i) => LocationStoreRows.Row(i) with { CSeq = cseq })]),
        Same("Every kind of flow comes back", Flows()),
        Same("Ids from the lowest to the highest come back", Ids()),
        Same("Addresses with blanks, signs and more than one at-sign come back", Addresses()),
        Same("Texts that are longer than the columns of OpenSIPS come back whole", Long()),
        Same("Texts in other scripts come back", Scripts()),
        Same("Bytes that are no text come back", Bytes()),
        Same("Paths come back hop by hop", Paths()),
    ];

    private static LocationStoreCase Same(string name, params LocationRecord[] rows) =>
        new(name, (target, cancellation) => ComesBackAsync(target, cancellation, rows));

    private static LocationRecord[] Ends() =>
        [
            LocationStoreRows.Row(1) with
            {
                Expires = null,
            },
            LocationStoreRows.Row(2) with
            {
                Expires = null,
                CallId = "",
                CSeq = 0,
            },
            LocationStoreRows.Row(3) with
            {
                Expires = DateTimeOffset.FromUnixTimeMilliseconds(5_000_000_000_001),
            },
            LocationStoreRows.Row(4) with
            {
                LastModified = DateTimeOffset.FromUnixTimeMilliseconds(1),
                CallId = "Default-Call-ID",
            },
        ];

    private static LocationRecord[] Flows()
    {
        string[] received = ["sip:198.51.100.7:5060", "sip:[2001:db8::7]:49152;transport=tls", "sip:198.51.100.7:1;transport=wss"];
        var rows = new List<LocationRecord>();
        foreach (FlowUse use in Enum.GetValues<FlowUse>())
        {
            rows.Add(LocationStoreRows.Row(rows.Count) with { FlowUse = use });
            foreach (string uri in received)
            {
                rows.Add(LocationStoreRows.Row(rows.Count) with { FlowUse = use, Received = uri });
                rows.Add(LocationStoreRows.Row(rows.Count) with { FlowUse = use, Received = uri, Socket = "udp:[2001:db8::9]:5060" });
            }
        }

        return [.. rows];
    }

    private static LocationRecord[] Ids() =>
        [.. ((long[])[1, 2, int.MaxValue, 1L << 46, (1L << 62) - 1]).Select(static id => LocationStoreRows.Row(1) with { ContactId = id })];

    private static LocationRecord[] Addresses()
    {
        string[] addresses =
        [
            "alice",
            "@example.com",
            "a b@example.com",
            "a@b@example.com",
            " a @example.com",
            "a%@example.com",
            "a'\\\";--@example.com",
        ];
        return [.. addresses.Select(static (a, i) => LocationStoreRows.Row(i) with { Address = Encoding.UTF8.GetBytes(a) })];
    }

    private static LocationRecord[] Long() =>
        [
            LocationStoreRows.Full(1) with
            {
                Address = Encoding.ASCII.GetBytes(new string('u', 200) + "@" + new string('d', 200)),
            },
            LocationStoreRows.Full(2) with
            {
                Contact = Encoding.ASCII.GetBytes("sip:x@192.0.2.1;p=" + new string('c', 70_000)),
            },
            LocationStoreRows.Full(3) with
            {
                CallId = new string('i', 1_000),
            },
            LocationStoreRows.Full(4) with
            {
                UserAgent = new string('a', 256),
            },
            LocationStoreRows.Full(5) with
            {
                InstanceId = "<urn:" + new string('n', 600) + ">",
            },
            LocationStoreRows.Full(6) with
            {
                Path = [.. Enumerable.Range(0, 4).Select(static i => Hop(i, 255))],
            },
            LocationStoreRows.Full(7) with
            {
                KeyValues = new string('k', 70_000),
                Attributes = new string('t', 256),
            },
        ];

    private static LocationRecord[] Scripts() =>
        [
            LocationStoreRows.Full(1) with
            {
                Address = Encoding.UTF8.GetBytes("jürgen@example.com"),
                Contact = Encoding.UTF8.GetBytes("sip:日本@192.0.2.1"),
                UserAgent = "電話 ☎",
            },
            LocationStoreRows.Full(2) with
            {
                CallId = "📞@example.com",
                InstanceId = "📞",
                UserAgent = new string('ü', 255),
            },
        ];

    private static LocationRecord[] Bytes() =>
        [
            LocationStoreRows.Full(1) with
            {
                Address = (byte[])[0, 0xff, .. "@example.com"u8],
            },
            LocationStoreRows.Full(2) with
            {
                Contact = (byte[])[.. "sip:"u8, 0xfe, 0, .. "@192.0.2.1"u8],
            },
            LocationStoreRows.Full(3) with
            {
                Path = [(byte[])[.. "\""u8, 0xe4, .. "\" <sip:edge.example.com;lr>"u8]],
            },
            LocationStoreRows.Full(4) with
            {
                UserAgent = "a\0b",
                CallId = "c\0d",
            },
        ];

    private static LocationRecord[] Paths() =>
        [
            .. Enumerable
                .Range(0, 5)
                .Select(static count =>
                    LocationStoreRows.Row(count) with
                    {
                        Path = [.. Enumerable.Range(0, count).Select(static i => Hop(i, 40))],
                    }
                ),
            LocationStoreRows.Row(9) with
            {
                Path = ["\"a, \\\"b\\\", <c>\" <sip:h;x=%2C>;y=\"d,e\""u8.ToArray(), "<sip:i?h=a,b>"u8.ToArray()],
            },
        ];

    private static byte[] Hop(int number, int length) =>
        Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"<sip:edge{number}.example.com;lr;x=").PadRight(length - 1, 'p') + ">"
        );
}
