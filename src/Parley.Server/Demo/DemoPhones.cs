using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Server.Demo;

/// <summary>The phones, queues and the gateway of the demo, each with a socket of its own on loopback.</summary>
internal sealed class DemoPhones : IAsyncDisposable
{
    private static readonly string[] Names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
    private static readonly string[] Queues = [DemoRouting.Queue + "sales", DemoRouting.Queue + "support"];

    private readonly List<SipTransport> _transports = [];
    private readonly Socket _silent = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly HashSet<string> _withoutAck = [];
    private readonly SipRandom _random = SipRandom.CreateSecure();

    /// <exception cref="SocketException">There are no ports left.</exception>
    public DemoPhones()
    {
        _silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var place = 11;
        Phones = [.. Names.Select(name => Phone(name, place++))];
        Answering = [.. Phones, .. Queues.Select(name => Phone(name, place++))];
        Gateway = Phone("gateway", place);
    }

    /// <summary>Those that call and are called.</summary>
    public IReadOnlyList<ScriptedUserAgent> Phones { get; }

    /// <summary>The phones and the queues.</summary>
    public IReadOnlyList<ScriptedUserAgent> Answering { get; }

    /// <summary>Where numbers go that are no users.</summary>
    public ScriptedUserAgent Gateway { get; }

    public IPEndPoint GatewayPlace => Gateway.Transport.Listeners[0].Local.ToIPEndPoint();

    /// <summary>A socket that takes everything and answers nothing.</summary>
    public IPEndPoint SilentPlace => (IPEndPoint)_silent.LocalEndPoint!;

    /// <summary>Sends all through this server, and registers the phones and queues there.</summary>
    public void Register(IPEndPoint server)
    {
        foreach (var phone in Answering.Append(Gateway))
            phone.OutboundProxy = $"sip:{server}";
        foreach (var phone in Answering)
            phone.Register("sip:" + DemoSettings.Domain);
    }

    /// <summary>The ACK of this call's answer gets lost.</summary>
    public void LoseAck(ScriptedCall call)
    {
        lock (_withoutAck)
            _withoutAck.Add(call.CallId);
    }

    /// <summary>The call is over.</summary>
    public void Forget(ScriptedCall call)
    {
        lock (_withoutAck)
            _withoutAck.Remove(call.CallId);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var transport in _transports)
            await transport.DisposeAsync();
        _silent.Dispose();
    }

    // On Linux all of 127.0.0.0/8 is this machine: each phone has an address of its own.
    private ScriptedUserAgent Phone(string user, int place)
    {
        var options = new SipTransportOptions();
        options.Listeners.Add(
            new SipListenerOptions
            {
                Protocol = SipProtocol.Udp,
                EndPoint = new IPEndPoint(OperatingSystem.IsLinux() ? IPAddress.Parse($"127.0.0.{place}") : IPAddress.Loopback, 0),
                Workers = 1,
            }
        );
        var transport = new SipTransport(options, NullLoggerFactory.Instance, TimeProvider.System);
        _transports.Add(transport);
        return new ScriptedUserAgent(transport, user, TimeProvider.System, _random)
        {
            Address = $"sip:{user}@{DemoSettings.Domain}",
            KeepsHistory = false,
            RingLimit = TimeSpan.FromSeconds(40),
            OnSending = LoseMarked,
        };
    }

    private void LoseMarked(OutgoingMessage message)
    {
        if (message.Method != "ACK" || !message.IsRequest || message["Call-ID"] is not { } callId)
            return;
        lock (_withoutAck)
        {
            if (_withoutAck.Contains(callId))
                message.Target = new SipTarget(SipProtocol.Udp, SipEndPoint.From(SilentPlace));
        }
    }
}
