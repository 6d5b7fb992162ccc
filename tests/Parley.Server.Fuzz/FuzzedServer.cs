using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Server.Fuzz;

/// <summary>The server as it runs, on real sockets in this process, its timers 25 times as fast: 64*T1 is 1.3 s.</summary>
internal sealed class FuzzedServer : IAsyncDisposable
{
    private readonly ParleyApplication _application;

    public FuzzedServer(bool trusts)
    {
        Port = FreePort();
        string settings = $$"""
            { "Parley": { "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{Port}}" }, { "Endpoint": "tcp:127.0.0.1:{{Port}}" } ], "Domains": [ "example.com" ],
              "TrustedSources": [ {{(
                trusts ? "\"127.0.0.1\"" : ""
            )}} ], "Routes": [ { "Prefix": "9", "Target": "sip:127.0.0.1:{{Port}}" } ],
              "Timers": { "T1": 0.02, "T2": 0.16, "T4": 0.2 }, "Limits": { "ConnectionIdleTimeout": 2 }, "Registrar": { "MaxBindings": 300 },
              "Dialogs": { "DefaultTimeout": 4, "EarlyTimeout": 3, "NoAckTimeout": 2, "DeleteDelay": 0, "ProfilesWithValue": [ "caller" ] } } }
            """;
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(settings));
        IConfigurationRoot root = new ConfigurationBuilder().AddJsonStream(text).Build();
        var errors = new List<string>();
        ServerConfiguration configuration = ConfigurationRules.Read(root.GetSection("Parley"), AppContext.BaseDirectory, errors);
        if (errors.Count > 0)
            throw new InvalidOperationException(string.Join('\n', errors));
        _application = ApplicationSetup.Build(
            configuration,
            root,
            change: builder =>
            {
                builder.Logging.ClearProviders().AddProvider(Errors);
                builder.Timers.TimerD = TimeSpan.FromSeconds(1.3);
                builder.Proxy.TimerC = TimeSpan.FromSeconds(3);
                builder.UseLocator(new LoopbackLocator());
            }
        );
        ApplicationSetup.Route(_application, configuration);
    }

    public int Port { get; }

    public ErrorLines Errors { get; } = new();

    public Task StartAsync() => _application.StartAsync(CancellationToken.None);

    /// <summary>Waits until nothing of what was sent lives any more; what does after that long is a fault.</summary>
    public async Task<string?> DrainAsync(TimeSpan patience)
    {
        string? left = null;
        for (var waited = TimeSpan.Zero; waited < patience; waited += TimeSpan.FromMilliseconds(100))
        {
            left = Left();
            if (left is null)
                return null;
            await Task.Delay(100);
        }

        return left;
    }

    /// <summary>What the counters say that must not be.</summary>
    public IEnumerable<string> Faults()
    {
        if (_application.Transport is SipTransport transport)
        {
            foreach (SipTransportCounters counters in transport.Counters.Where(static counters => counters.ReceiverFaults > 0))
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{counters.ReceiverFaults} receiver faults on {counters.Listener}"
                );
        }

        if (_application.Counters[ProxyCounter.HandlerErrors] is > 0 and long handlers)
            yield return string.Create(CultureInfo.InvariantCulture, $"{handlers} handlers threw");
        if (_application.Transactions.Statistics[TransactionCounter.CallbackErrors] is > 0 and long callbacks)
            yield return string.Create(CultureInfo.InvariantCulture, $"{callbacks} callbacks of transactions threw");
        if (Errors.Count > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Errors.Count} errors in the log:\n{string.Join('\n', Errors.Lines)}"
            );
    }

    public string Numbers()
    {
        var transport = (SipTransport)_application.Transport;
        long Sum(Func<SipTransportCounters, long> of) => transport.Counters.Sum(of);
        DialogStatistics dialogs = _application.Services.GetRequiredService<IDialogApi>().Statistics;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"received {Sum(static c => c.Received)}, refused {Sum(static c => c.Rejected)}, dropped {Sum(static c => c.DroppedMalformed + c.DroppedTooLarge)}, lost by the kernel {Sum(static c => c.KernelDrops)}, sent {Sum(static c => c.Sent)}, connections {Sum(static c => c.ConnectionsAccepted)} in {Sum(static c => c.ConnectionsOpened)} out; dialogs {dialogs.ProcessedDialogs}, failed {dialogs.FailedDialogs}, expired {dialogs.ExpiredDialogs}; branches {_application.Counters[ProxyCounter.BranchesSent]}, loops {_application.Counters[ProxyCounter.Loops]}"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }

    private string? Left()
    {
        TransactionLayer transactions = _application.Transactions;
        int dialogs = _application.Services.GetRequiredService<IDialogApi>().Dialogs(includeDeleted: true).Count();
        return
            transactions.ServerTransactionCount
                + transactions.ClientTransactionCount
                + _application.PendingRequests
                + _application.LocalRequests.Pending
                + dialogs
            == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"left over: {transactions.ServerTransactionCount} server and {transactions.ClientTransactionCount} client transactions, {_application.PendingRequests} requests, {_application.LocalRequests.Pending} own requests, {dialogs} dialogs"
            );
    }

    private static int FreePort()
    {
        while (true)
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            int port = ((IPEndPoint)udp.LocalEndPoint!).Port;
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken for TCP: another one.
            }
        }
    }
}
