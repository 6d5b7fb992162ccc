using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing.Tests.Replay;

/// <summary>A proxy with dialogs between two agents on a network in memory; what crosses its boundary becomes a call file.</summary>
internal sealed class RecordedProxy : ICaptureTap, IDisposable
{
    private readonly List<CallFileEntry> _entries = [];
    private readonly SimulatedTransport _host;
    private readonly SimulatedTransport _bobHost;

    public RecordedProxy(SipRequestHandler? route = null, string listener = "udp:10.0.0.1:5060")
    {
        // Seed 5: other tags and branches than those of the replay.
        Network = new SimulatedNetwork(5);
        _host = Network.AddHost("proxy", listener, "tcp:10.0.0.1:5060");
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
        builder.UseTransport(_host).UseTimeProvider(Network.Clock).UseRandom(Network.Random).UseLocator(new SimulatedServerLocator());
        Application = Build(builder, route ?? ToBobAsync);
        Application.StartAsync().GetAwaiter().GetResult();
        _host.AddTap(this);
        Alice = new ScriptedUserAgent(Network.AddHost("10.0.1.1"), "alice") { OutboundProxy = "sip:10.0.0.1;lr" };
        _bobHost = Network.AddHost("10.0.2.1");
        Bob = new ScriptedUserAgent(_bobHost, "bob");
    }

    public SimulatedNetwork Network { get; }

    public ParleyApplication Application { get; }

    public ScriptedUserAgent Alice { get; }

    public ScriptedUserAgent Bob { get; }

    public static async ValueTask ToBobAsync(SipContext context)
    {
        if (context.IsInDialog)
        {
            await context.RelayInDialogAsync();
            return;
        }

        context.CreateDialog();
        context.RecordRoute();
        context.AddTarget(SipUri.Parse("sip:bob@10.0.2.1"));
        await context.RelayAsync();
    }

    /// <summary>An application at the place of a replay.</summary>
    public static ParleyApplication Build(ReplaySite site, SipRequestHandler? route = null)
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
        site.AddTo(builder);
        return Build(builder, route ?? ToBobAsync);
    }

    public void SilenceBob() => _bobHost.IsSilent = true;

    public void Run(double seconds) => Network.Clock.RunFor(TimeSpan.FromSeconds(seconds));

    public CallFile File(params string[] ownNames) =>
        new()
        {
            CallId = System.Text.Encoding.UTF8.GetString(_entries.OfType<CallFileMessage>().First().Read()!.CallId),
            Saved = Network.Clock.GetUtcNow(),
            Listeners = [.. _host.Listeners.Select(static l => $"{System.Text.Encoding.ASCII.GetString(l.UriTransport)}:{l.Local}")],
            OwnNames = ownNames,
            Entries = [.. _entries],
        };

    public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        string transport = flow.Listener.Protocol.ToString().ToLowerInvariant();
        string peer = flow.Remote.ToString();
        _entries.Add(
            new CallFileMessage(
                Network.Clock.GetUtcNow(),
                inbound ? peer : CallFile.Ours,
                inbound ? CallFile.Ours : peer,
                transport,
                inbound,
                message.ToArray()
            )
            {
                Listener = $"{transport}:{flow.Listener.Local}",
            }
        );
    }

    public void Dispose() => Application.Dispose();

    private static ParleyApplication Build(ParleyApplicationBuilder builder, SipRequestHandler route)
    {
        builder.AddDialogs();
        ParleyApplication application = builder.Build();
        application.OnRequest(route);
        return application;
    }
}
