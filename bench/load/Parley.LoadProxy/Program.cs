using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.LoadProxy;
using Parley.Management;
using Parley.Server.Runtime;
using Parley.Sip;
using Parley.Sql;
using Parley.Transport;

// A proxy for bench/load:  Parley.LoadProxy --port=5060 --callee=5070 --second=5071 --job=a|b|c [--tcp=true] [--workers=2] [--ping=30] [--pauses=true] [--pace=BYTES]
// Job a: stateful relay with Record-Route; b: and a dialog with one profile value (the From user), matched by did; c: and bye-on-timeout
// and OPTIONS pings on both legs. With --store=realtime|soon|delayed|shutdown --database=FILE the dialogs are kept in SQLite. SIGUSR1 prints one line of JSON about memory and collections, SIGUSR2 the same after a full
// collection, with the bytes that live; SIGTERM ends it.
// As the server does (src/Parley.Server/Program.cs).
const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(Inline) is null)
    Environment.SetEnvironmentVariable(Inline, "1");
ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
bool tcp = builder.Configuration["tcp"] == "true",
    hasDialogs = builder.Configuration["job"] is "b" or "c",
    arms = builder.Configuration["job"] == "c";
int workers = Number("workers", 1);
builder.Transport.Listeners.Add(
    new SipListenerOptions
    {
        Protocol = tcp ? SipProtocol.Tcp : SipProtocol.Udp,
        EndPoint = new IPEndPoint(IPAddress.Loopback, Number("port", 5060)),
        Workers = tcp ? 1 : workers,
        Spread = workers > 1 ? UdpSpread.Random : UdpSpread.ByFlow,
    }
);

// However long a request is: what is measured is UDP.
builder.Proxy.MaxDatagramRequest = DatagramLimit.MaxPayload;
if (hasDialogs)
{
    builder.AddDialogs(options =>
    {
        options.ProfilesWithValue.Add("caller");
        options.OptionsPingInterval = TimeSpan.FromSeconds(Number("ping", 30));
        options.PingOnlyKnownToAnswer = false;
    });
}

if (builder.Configuration["store"] is { } mode)
{
    var database = new SqlDatabase(
        new SqlDatabaseOptions { ConnectionString = $"Data Source={builder.Configuration["database"]}" },
        TimeProvider.System
    );
    var tables = new SqlDialogStoreOptions();
    if (builder.Configuration["records"] == "true")
    {
        tables.CallRecords = new SqlCallRecordOptions();
        builder.AddCallRecords();
    }

    builder.AddDialogStore(
        new SqlDialogStore(database, tables),
        options =>
        {
            options.Mode = mode switch
            {
                "delayed" => DialogStoreMode.Delayed,
                "shutdown" => DialogStoreMode.Shutdown,
                _ => DialogStoreMode.Realtime,
            };
            options.Durability = mode == "soon" ? DialogDurability.SoonAfter : DialogDurability.Before;
            options.Period = TimeSpan.FromSeconds(Number("period", 10));
        }
    );
}

// With --watch=metrics|recorder|page|watched --management=PORT: a management side that bench/load reads as its users do; "management": one that nobody reads.
if (builder.Configuration["watch"] is { } watch)
    builder.AddManagement(options => Watch.Apply(options, watch, Number("management", 8888)));
using PauseListener? pauses = builder.Configuration["pauses"] == "true" ? new PauseListener() : null;
ParleyApplication app = builder.Build();
if (Number("pace", GcPacing.DefaultBytes) is > 0 and int bytes)
    app.Transactions.Waiting += new GcPacing(bytes).Look;
IDialogApi? dialogs = hasDialogs ? app.Services.GetRequiredService<IDialogApi>() : null;
string transport = tcp ? ";transport=tcp" : "";
SipUri callee = SipUri.Parse($"sip:127.0.0.1:{Number("callee", 5070)}{transport}"),
    second = SipUri.Parse($"sip:127.0.0.1:{Number("second", 5071)}{transport}");
DialogFlags flags = arms ? DialogFlags.ByeOnTimeout | DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee : DialogFlags.None;

app.OnRequest(context =>
{
    if (context.IsInDialog)
    {
        if (hasDialogs)
        {
            // The did in the Route finds the dialog; the request is validated and goes by the dialog's target and route set.
            ValueTask<bool> passed = context.RelayInDialogAsync();
            return passed.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(passed.AsTask());
        }

        if (!context.LooseRoute())
        {
            context.Reply(404, "Not here");
            return ValueTask.CompletedTask;
        }
    }
    else if (context.Method != SipMethod.Invite)
    {
        context.Reply(405);
        return ValueTask.CompletedTask;
    }
    else
    {
        if (hasDialogs)
        {
            context.CreateDialog(flags);
            context.Dialog!.Profiles.Set("caller", context.Request.From.Uri.User);
        }

        context.RecordRoute();
        context.AddTarget(context.Request.RequestUriView.User.SequenceEqual("second"u8) ? second : callee);
    }

    ValueTask<bool> relayed = context.RelayAsync();
    return relayed.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(relayed.AsTask());
});
using PosixSignalRegistration report = PosixSignalRegistration.Create((PosixSignal)10, signal => Report(signal, live: 0)); // SIGUSR1
using PosixSignalRegistration weigh = PosixSignalRegistration.Create((PosixSignal)12, signal => Report(signal, Weigh())); // SIGUSR2
app.Run();

int Number(string name, int otherwise) =>
    builder.Configuration[name] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

long Weigh()
{
    long live = GC.GetTotalMemory(forceFullCollection: true);
    // The first collection of the young after it is a dear one (26 ms were seen): a part of the weighing.
    GC.Collect(1);
    return live;
}

void Report(PosixSignalContext signal, long live)
{
    signal.Cancel = true;
    GCMemoryInfo memory = GC.GetGCMemoryInfo();
    (string pauseTimes, string pauseKinds) = pauses?.Take() ?? ("", "");
    string line = string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"dialogs":{{(
            dialogs is null ? 0 : dialogs.Statistics.ActiveDialogs
        )}},"allocated":{{GC.GetTotalAllocatedBytes()}},"live":{{live}},"heap":{{memory.HeapSizeBytes}},"committed":{{memory.TotalCommittedBytes}},"collections":[{{GC.CollectionCount(
            0
        )}},{{GC.CollectionCount(1)}},{{GC.CollectionCount(
            2
        )}}],"paused_ms":{{GC.GetTotalPauseDuration().TotalMilliseconds}},"pauses_ms":[{{pauseTimes}}],"pauses":[{{pauseKinds}}]}
        """
    );
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}
