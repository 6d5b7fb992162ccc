using System.Diagnostics;
using System.Globalization;
using System.Text;
using Parley.Dialogs;
using Parley.Registrar;
using Parley.Sql;

namespace Parley.Stores;

/// <summary>A start of the real server on a table with many rows: when it takes calls, when all is loaded, what that takes, and how long a look-up is meanwhile.</summary>
internal static class StartMeasurement
{
    private const int LookUps = 200;
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(int dialogs, int registrations, string? keep)
    {
        string folder = keep ?? Directory.CreateTempSubdirectory("parley-start-").FullName;
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "parley.db");
        using Phone caller = new(),
            callee = new();
        int port = Phone.FreePort();
        long begin = Stopwatch.GetTimestamp();
        DialogId[] ids = await FillAsync(file, dialogs, registrations, port, caller.Port, callee.Port);
        Console.WriteLine(
            $"{dialogs:#,0} dialogs and {registrations:#,0} registrations written in {Seconds(begin)} s, {new FileInfo(file).Length >> 20} MB"
        );
        using var server = new ServerLife(
            folder,
            $$"""
            "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ], "Store": { "File": "{{file}}" },
            "Routes": [ { "Prefix": "9", "Target": "sip:127.0.0.1:{{callee.Port}}" } ]
            """,
            dialogs > 0 ? "dialogs" : "contacts"
        );
        (int status, _) = await caller.AskAsync(port, "first", Invite(port, caller.Port), TimeSpan.FromMilliseconds(20), Never);
        Console.WriteLine($"first call: {status} after {Seconds(server.StartedAt)} s");
        await LookUpAsync(server, caller, port, callee.Port, ids, "during the load");
        while (!server.Loaded.IsCompleted && !server.HasExited)
            await Task.Delay(50);
        (string line, long at) = await server.Loaded;
        Console.WriteLine(
            $"all loaded after {Stopwatch.GetElapsedTime(server.StartedAt, at).TotalSeconds:F2} s, {server.Cpu:F1} s of CPU: {line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..]}"
        );
        await Task.Delay(2_000);
        Console.WriteLine($"memory: {server.Memory()}");
        await LookUpAsync(server, caller, port, callee.Port, ids[..(ids.Length / 2)], "after it");
        server.Dispose();
        if (keep is null)
            Directory.Delete(folder, recursive: true);
    }

    private static async Task<DialogId[]> FillAsync(string file, int dialogs, int registrations, int port, int caller, int callee)
    {
        await using var database = new SqlDatabase(
            new SqlDatabaseOptions { ConnectionString = $"Data Source={file}", IsDurable = false },
            TimeProvider.System
        );
        var ids = new DialogId[dialogs];
        await using (var store = new SqlDialogStore(database))
        {
            await store.OpenAsync(default);
            // In the order of the key, as a table is filled fastest.
            foreach (DialogId[] some in Enumerable.Range(0, dialogs).Select(IdOf).Order().Chunk(10_000))
                await store.WriteAsync(new DialogStoreBatch { Saves = [.. some.Select(id => Row(id, port, caller, callee))] }, default);
            ids = [.. Enumerable.Range(0, dialogs).Select(IdOf).Order()];
        }

        if (registrations == 0)
            return ids;
        await using var locations = new SqlLocationStore(database);
        await locations.OpenAsync(default);
        await locations.ReplaceAsync(Enumerable.Range(0, registrations).Select(i => Contact(i, port)), default);
        return ids;
    }

    private static DialogId IdOf(int number) => new(CoreHash.Compute(CallIdOf((uint)number), CoreHash.DefaultSize), (uint)number);

    private static byte[] CallIdOf(uint number) => Encoding.ASCII.GetBytes($"{number}-8f3b61c0a9d24e5f@192.0.2.{number % 250}");

    private static DialogRecord Row(DialogId id, int port, int caller, int callee)
    {
        string n = id.Id.ToString(CultureInfo.InvariantCulture);
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        byte[] socket = Encoding.ASCII.GetBytes($"udp:127.0.0.1:{port}");
        var texts = new DialogRecordTexts
        {
            CallId = CallIdOf(id.Id),
            FromUri = Encoding.ASCII.GetBytes($"sip:+4930{n}@atlanta.example.com"),
            FromTag = Encoding.ASCII.GetBytes($"ft{n}"),
            ToUri = Encoding.ASCII.GetBytes($"sip:+4940{n}@biloxi.example.com;user=phone"),
            ToTag = Encoding.ASCII.GetBytes($"tt{n}"),
            CallerContact = Encoding.ASCII.GetBytes($"sip:u{n}@127.0.0.1:{caller}"),
            CalleeContact = Encoding.ASCII.GetBytes($"sip:u{n}@127.0.0.1:{callee}"),
            CallerSocket = socket,
            CalleeSocket = socket,
            Values = Encoding.ASCII.GetBytes($"account#{n}|"),
        };
        return new DialogRecord(id, in texts)
        {
            State = DialogState.Confirmed,
            CalleeCSeq = 1,
            StartTime = now - 600,
            Timeout = now + 43_200,
            Flags = 4,
        };
    }

    private static LocationRecord Contact(int number, int port) =>
        new()
        {
            ContactId = ((long)number << 14) + 1,
            Address = Encoding.ASCII.GetBytes($"user{number}@example.com"),
            Contact = Encoding.ASCII.GetBytes($"sip:user{number}@10.{number >> 16}.{(number >> 8) & 255}.{number & 255}:5062;ob"),
            Expires = DateTimeOffset.UtcNow.AddHours(1),
            LastModified = DateTimeOffset.UtcNow,
            CallId = $"7f3c9a1e-{number:x8}-4b0d-9c51@10.0.0.1",
            CSeq = 17,
            Received = "sip:198.51.100.7:49152",
            Socket = $"udp:127.0.0.1:{port}",
            FlowUse = FlowUse.None,
            InstanceId = $"<urn:uuid:f81d4fae-7dec-11d0-a765-{number:x12}>",
            UserAgent = "Phone 1.2",
        };

    /// <summary>BYEs one after the other for calls that the load comes to last.</summary>
    private static async Task LookUpAsync(ServerLife server, Phone caller, int port, int callee, DialogId[] ids, string when)
    {
        var random = new Random(1);
        List<double> took = [];
        int failed = 0,
            meanwhile = 0;
        DialogId[] last = [.. ids[(ids.Length * 9 / 10)..]];
        random.Shuffle(last);
        foreach (DialogId id in last.Take(LookUps))
        {
            bool isDuring = !server.Loaded.IsCompleted;
            (int status, TimeSpan time) = await caller.AskAsync(
                port,
                Encoding.ASCII.GetString(CallIdOf(id.Id)),
                Bye(id, port, caller.Port, callee),
                TimeSpan.FromMilliseconds(500),
                TimeSpan.FromSeconds(5)
            );
            failed += status == 200 ? 0 : 1;
            meanwhile += isDuring && !server.Loaded.IsCompleted ? 1 : 0;
            took.Add(time.TotalMilliseconds);
        }

        if (took.Count == 0)
            return;
        took.Sort();
        Console.WriteLine(
            $"BYE of a call {when}: p50 {took[took.Count / 2]:F2} ms, p99 {took[took.Count * 99 / 100]:F2} ms, most {took[^1]:F2} ms; {took.Count} BYEs, {meanwhile} of them while the load ran, {failed} not answered with 200"
        );
    }

    private static string Invite(int port, int caller) =>
        $"""
            INVITE sip:900@127.0.0.1:{port} SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:{caller};branch=z9hG4bKfirst;rport
            From: <sip:a@127.0.0.1>;tag=a
            To: <sip:900@127.0.0.1>
            Call-ID: first
            CSeq: 1 INVITE
            Contact: <sip:a@127.0.0.1:{caller}>
            Max-Forwards: 70
            Content-Length: 0


            """;

    private static string Bye(DialogId id, int port, int caller, int callee) =>
        $"""
            BYE sip:u{id.Id}@127.0.0.1:{callee} SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:{caller};branch=z9hG4bK{id};rport
            Route: <sip:127.0.0.1:{port};lr;did={id}>
            From: <sip:+4930{id.Id}@atlanta.example.com>;tag=ft{id.Id}
            To: <sip:+4940{id.Id}@biloxi.example.com;user=phone>;tag=tt{id.Id}
            Call-ID: {Encoding.ASCII.GetString(CallIdOf(id.Id))}
            CSeq: 2 BYE
            Max-Forwards: 70
            Content-Length: 0


            """;

    private static string Seconds(long begin) => Stopwatch.GetElapsedTime(begin).TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
}
