using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;
using Parley.EndToEnd.Tests.Peers;
using Parley.Sql;
using Parley.Sql.Tests.Dialogs;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.EndToEnd.Tests.Stores;

/// <summary>
/// The database of an OpenSIPS with calls that are up, and the real server started on it: the phones go on as if nothing had happened. Ids and
/// Call-IDs are those of the reference's test vectors.
/// </summary>
public class OpenSipsDatabaseTests
{
    private const string HungUpByCaller = "a84b4c76e66710@pc33.atlanta.com";
    private const string HungUpByCallee = "1";
    private const string TimedOut = "abcd";
    private const string LongOver = "3848276298220188511@atlanta.example.com";

    public static TheoryData<SqlProvider, int> Databases =>
        [.. EachProvider.All.SelectMany(static row => (int[])[11, 12], static (row, version) => (row.Data, version))];

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Its_calls_go_on_and_end_here(SqlProvider provider, int version)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        int port = Ports.Next();
        using PlainPhone caller = new(port),
            callee = new(port),
            callerEdge = new(port),
            calleeEdge = new(port);
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string[] rows =
        [
            // Behind the callee's proxy; values, profiles and flags as a script leaves them.
            Row(
                HungUpByCaller,
                4871615248119,
                "0",
                "4",
                null,
                Route(calleeEdge),
                caller,
                callee,
                port,
                now + 3600,
                "account#427|note#a\\|b|",
                0
            ),
            // Behind the caller's proxy.
            Row(HungUpByCallee, 236223201280, "0", "1", Route(callerEdge), null, caller, callee, port, now + 3600, null, 0),
            // Ends by its timer, with BYEs (bit 3); the proxy has pinged the callee.
            Row(TimedOut, 4501125732907, "17", "314159", null, null, caller, callee, port, now + 6, null, 8, calleePing: 314170),
            // Its time was over while nothing ran; no BYEs asked for.
            Row(LongOver, 4526895529983, "0", "2", null, null, caller, callee, port, now - 60, null, 0),
        ];
        string[] statements = [OpenSipsTables.Create(provider, version), .. rows.Select(row => Insert(provider, version, row))];
        await ExecuteAsync(database, statements);
        string store =
            provider == SqlProvider.Sqlite
                ? $"\"Provider\": \"Sqlite\", \"File\": {JsonSerializer.Serialize(database.File)}"
                : $"\"Provider\": \"{provider}\", \"Connection\": {JsonSerializer.Serialize(database.ConnectionString)}, \"Migrate\": \"Yes\"";
        string settings =
            Settings.Udp(port)
            + $$""", "Store": { {{store}}, "UserFlagNames": [ "paid", "billed", "roaming" ] }, "CallRecords": { "Values": [ "account" ] }, "Dialogs": { "ProfilesWithValue": [ "trunk/s" ], "ProfilesNoValue": [ "all/b" ] } """;
        await using (ParleyServer parley = await ParleyServer.StartAsync(settings))
        {
            await parley.WaitForLineAsync("4 dialogs were loaded from the store, 0 rows passed over");

            // The caller hangs up, with the Routes that it learned from OpenSIPS.
            caller.Send(
                Request("BYE", callee.Uri, caller, HungUpByCaller, 5, isOfCaller: true, $"{Own(port, "e64.7f675e24")}, {Route(calleeEdge)}")
            );
            string bye = await calleeEdge.ExpectAsync("BYE", HungUpByCaller);
            Assert.StartsWith($"BYE {callee.Uri} SIP/2.0\r\n", bye, StringComparison.Ordinal);
            Assert.Equal([Route(calleeEdge)], PlainPhone.Header(bye, "Route"));
            Assert.Equal(["5 BYE"], PlainPhone.Header(bye, "CSeq"));
            await caller.ExpectAsync("SIP/2.0 200", HungUpByCaller);

            // The callee puts the call on hold with a URI that an ALG has spoiled, and hangs up.
            callee.Send(Request("INVITE", "sip:nobody@192.0.2.99", callee, HungUpByCallee, 77, isOfCaller: false, Own(port, "73.0")));
            string hold = await callerEdge.ExpectAsync("INVITE", HungUpByCallee);
            Assert.StartsWith($"INVITE {caller.Uri} SIP/2.0\r\n", hold, StringComparison.Ordinal);
            Assert.Equal([Route(callerEdge)], PlainPhone.Header(hold, "Route"));
            Assert.Equal([$"<{callee.Uri}>"], PlainPhone.Header(hold, "Contact"));
            await callee.ExpectAsync("SIP/2.0 200", HungUpByCallee);
            callee.Send(Request("ACK", callerEdge.Uri, callee, HungUpByCallee, 77, isOfCaller: false, Own(port, "73.0")));
            await callerEdge.ExpectAsync("ACK", HungUpByCallee);
            OpenSipsReader held = Assert.Single(await RowsAsync(database), static row => row.Text("callid") == HungUpByCallee);
            Assert.Equal([("trunk/s", "berlin"), ("all/b", "")], held.Pairs("profiles").OrderDescending());
            Assert.Equal($"sip:phone@127.0.0.1:{callerEdge.Port}", held.Text("caller_contact"));
            Assert.Equal(
                version >= 12 ? "paid roaming" : "5",
                version >= 12 ? held.Text("script_flags") : $"{held.Number("script_flags")}"
            );
            callee.Send(Request("BYE", callerEdge.Uri, callee, HungUpByCallee, 78, isOfCaller: false, Own(port, "73.0")));
            await callerEdge.ExpectAsync("BYE", HungUpByCallee);

            // The timer: one BYE to each side, numbered after what each has seen.
            string toCaller = await caller.ExpectAsync("BYE", TimedOut);
            string toCallee = await callee.ExpectAsync("BYE", TimedOut);
            Assert.Equal(
                ("18 BYE", "314171 BYE"),
                (PlainPhone.Header(toCaller, "CSeq").Single(), PlainPhone.Header(toCallee, "CSeq").Single())
            );
            Assert.Equal("<sip:bob@biloxi.com>;tag=t", PlainPhone.Header(toCaller, "From").Single());
            Assert.Equal("<sip:alice@atlanta.com>;tag=f", PlainPhone.Header(toCaller, "To").Single());
            Assert.StartsWith($"BYE {caller.Uri} SIP/2.0\r\n", toCaller, StringComparison.Ordinal);
            await GoneAsync(database);
            Assert.Equal((0, 0), (caller.Count("BYE", LongOver), callee.Count("BYE", LongOver)));
            await parley.StopAsync();
        }

        List<(string CallId, string Values)> records = await RecordsAsync(database);
        Assert.Equal(
            new[] { HungUpByCaller, HungUpByCallee, TimedOut, LongOver }.Order(StringComparer.Ordinal),
            records.Select(static record => record.CallId).Order(StringComparer.Ordinal)
        );
        Assert.Contains("427", records.Single(static record => record.CallId == HungUpByCaller).Values, StringComparison.Ordinal);
    }

    private static string Route(PlainPhone proxy) => $"<sip:127.0.0.1:{proxy.Port};lr>";

    private static string Own(int port, string did) => $"<sip:127.0.0.1:{port};lr;did={did}>";

    private static string Request(string method, string uri, PlainPhone from, string callId, int cseq, bool isOfCaller, string routes)
    {
        (string own, string other) = ("<sip:alice@atlanta.com>;tag=f", "<sip:bob@biloxi.com>;tag=t");
        if (!isOfCaller)
            (own, other) = (other, own);
        return $"""
            {method} {uri} SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:{from.Port};branch=z9hG4bK{method}{cseq}{callId.Length};rport
            Route: {routes}
            From: {own}
            To: {other}
            Call-ID: {callId}
            CSeq: {cseq} {method}
            Contact: <{from.Uri}>
            Max-Forwards: 70
            Content-Length: 0


            """;
    }

    /// <summary>The columns of a row but for script_flags, which stand at "{flags}".</summary>
    private static string Row(
        string callId,
        long id,
        string callerCSeq,
        string calleeCSeq,
        string? callerRoutes,
        string? calleeRoutes,
        PlainPhone caller,
        PlainPhone callee,
        int port,
        long timeout,
        string? values,
        int flags,
        long calleePing = 0
    ) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{id}, '{callId}', 'sip:alice@atlanta.com', 'f', 'sip:bob@biloxi.com', 't', NULL, NULL, '{callerCSeq}', '{calleeCSeq}', 0, {calleePing}, {Text(callerRoutes)}, {Text(calleeRoutes)}, '{caller.Uri}', '{callee.Uri}', 'udp:127.0.0.1:{port}', 'udp:127.0.0.1:{port}', 4, {timeout - 3700}, {timeout}, {Text(values)}, 'trunk/s#berlin|all/b#|', SCRIPTFLAGS, 0, {flags}, NULL, NULL, NULL"
        );

    private static string Text(string? text) => text is null ? "NULL" : $"'{text}'";

    private static string Insert(SqlProvider provider, int version, string row)
    {
        string values = row.Replace("SCRIPTFLAGS", version >= 12 ? "'paid roaming'" : "5", StringComparison.Ordinal);
        if (provider != SqlProvider.Sqlite)
            values = values.Replace("\\", "\\\\", StringComparison.Ordinal); // of bytes in PostgreSQL, of every text in MySQL
        return $"INSERT INTO dialog VALUES ({values})";
    }

    private static DbConnection Connect(TestDatabase database) =>
        database.Provider switch
        {
            SqlProvider.Sqlite => new SqliteConnection(database.ConnectionString + ";Pooling=false"),
            SqlProvider.PostgreSql => new NpgsqlConnection(database.ConnectionString),
            _ => new MySqlConnection(database.ConnectionString),
        };

    private static async Task ExecuteAsync(TestDatabase database, params string[] statements)
    {
        await using DbConnection connection = Connect(database);
        await connection.OpenAsync();
        foreach (string statement in statements)
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<List<OpenSipsReader>> RowsAsync(TestDatabase database)
    {
        await using DbConnection connection = Connect(database);
        await connection.OpenAsync();
        return await OpenSipsReader.ReadAsync(connection);
    }

    /// <summary>Waits until no row is left.</summary>
    private static async Task GoneAsync(TestDatabase database)
    {
        for (int i = 0; (await RowsAsync(database)).Count > 0; i++)
        {
            Assert.True(i < 100, "rows are left");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<List<(string CallId, string Values)>> RecordsAsync(TestDatabase database)
    {
        await using DbConnection connection = Connect(database);
        await connection.OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM cdr";
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        var records = new List<(string, string)>();
        while (await reader.ReadAsync())
        {
            IEnumerable<string> fields = Enumerable
                .Range(0, reader.FieldCount)
                .Select(i => reader.GetValue(i) is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : $"{reader.GetValue(i)}");
            records.Add((reader.GetString(reader.GetOrdinal("call_id")).TrimEnd(), string.Join(' ', fields)));
        }

        return records;
    }
}
