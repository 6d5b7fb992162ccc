using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// A network in memory, driven by a <see cref="SimulatedClock"/>: hosts with addresses, and links that lose, repeat, reorder and delay
/// by one seeded source. The same program with the same seed sees the same network, byte for byte.
/// </summary>
public sealed partial class SimulatedNetwork
{
    private readonly SimulationSource _dice;
    private readonly List<SimulatedTransport> _hosts = [];
    private readonly Dictionary<(SipProtocol Protocol, SipEndPoint Address), (SimulatedTransport Host, SipListener Listener)> _listening =
    [];
    private readonly Stack<Datagram> _free = new();
    private readonly List<Recorder> _recorders = [];
    private SipRandom? _random;
    private long _connectionIds;

    /// <summary>A network on a clock of its own, with the seed 1.</summary>
    public SimulatedNetwork()
        : this(1) { }

    /// <summary>A network on a clock of its own.</summary>
    /// <param name="seed">Decides everything that is left to chance.</param>
    public SimulatedNetwork(ulong seed)
        : this(new SimulatedClock(), seed, SipLimits.Default) { }

    /// <summary>A network on a given clock.</summary>
    /// <param name="clock">Drives the deliveries.</param>
    /// <param name="seed">Decides everything that is left to chance.</param>
    public SimulatedNetwork(SimulatedClock clock, ulong seed)
        : this(clock, seed, SipLimits.Default) { }

    /// <summary>A network on a given clock, with limits of its own.</summary>
    /// <param name="clock">Drives the deliveries.</param>
    /// <param name="seed">Decides everything that is left to chance.</param>
    /// <param name="limits">What the receiving hosts' parsers allow.</param>
    public SimulatedNetwork(SimulatedClock clock, ulong seed, SipLimits limits)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(limits);
        Clock = clock;
        Seed = seed;
        Limits = limits;
        _dice = new SimulationSource(seed);
    }

    /// <summary>The clock that drives it.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>The seed it was made with; print it when a run fails.</summary>
    public ulong Seed { get; }

    /// <summary>What the receiving hosts' parsers allow.</summary>
    public SipLimits Limits { get; }

    /// <summary>A source of tags, branches and Call-IDs made from the seed, for all that runs on this network.</summary>
    public SipRandom Random => _random ??= SipRandom.FromSeed(Seed);

    /// <summary>The conditions of every link that has none of its own; <see cref="LinkConditions.Good"/> at first. May be changed at any time.</summary>
    public LinkConditions Conditions { get; set; } = LinkConditions.Good;

    /// <summary>Sees every message first and may decide what becomes of it; null for none.</summary>
    public PacketInterceptor? Interceptor { get; set; }

    /// <summary>The hosts ever added, in order.</summary>
    public IReadOnlyList<SimulatedTransport> Hosts => _hosts;

    /// <summary>The hash and, when asked, the text of all that happened.</summary>
    public SimulationLog Log { get; } = new();

    /// <summary>What became of the messages.</summary>
    public NetworkCounters Counters { get; } = new();

    /// <summary>True: a datagram to an address where nothing listens is reported to its sender, as by ICMP port unreachable; false (at first): it vanishes, as behind a firewall.</summary>
    public bool ReportsUnreachable { get; set; }

    /// <summary>How much of a datagram such a report quotes, in bytes: 548, as routers do (RFC 1812 4.3.2.3); 0 for those that quote ports only.</summary>
    public int UnreachableQuote { get; set; } = 548;

    /// <summary>How long a stream tries to connect to a host that does not answer; 10 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open stream over a cut link keeps trying before it breaks; 30 s.</summary>
    public TimeSpan StreamTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Adds a host.</summary>
    /// <param name="name">Its name in ladders; without <paramref name="listeners"/> its address as well, where it listens by UDP and TCP on 5060 and TLS on 5061.</param>
    /// <param name="listeners">Where it listens: "udp:10.0.0.1:5060", "tls:[2001:db8::1]:5061", with an advertised name "udp:10.0.0.1 as sip.example.com:5080".</param>
    /// <exception cref="ArgumentException">A listener cannot be read, or the address is taken.</exception>
    public SimulatedTransport AddHost(string name, params string[] listeners)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(listeners);
        if (listeners.Length == 0)
            listeners = [$"udp:{name}", $"tcp:{name}", $"tls:{name}"];
        var made = new SipListener[listeners.Length];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = Listener(i, listeners[i]);
            if (_listening.ContainsKey((made[i].Protocol, made[i].Local)))
                throw new ArgumentException($"{made[i]} is taken.", nameof(listeners));
        }
        var host = new SimulatedTransport(this, name, _hosts.Count, made);
        foreach (SipListener listener in made)
            _listening.Add((listener.Protocol, listener.Local), (host, listener));
        _hosts.Add(host);
        return host;
    }

    /// <summary>Gives the link between two hosts, both ways, conditions of its own; null: the network's again.</summary>
    /// <param name="one">One host.</param>
    /// <param name="other">The other.</param>
    /// <param name="conditions">The conditions, or null.</param>
    public void SetConditions(SimulatedTransport one, SimulatedTransport other, LinkConditions? conditions)
    {
        SetConditionsOneWay(one, other, conditions);
        SetConditionsOneWay(other, one, conditions);
    }

    /// <summary>Gives one direction of a link conditions of its own; null: the network's again.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="conditions">The conditions, or null.</param>
    public void SetConditionsOneWay(SimulatedTransport from, SimulatedTransport to, LinkConditions? conditions) =>
        LinkOf(from, to).Conditions = conditions;

    /// <summary>Cuts the link between two hosts, both ways: datagrams vanish, streams stall.</summary>
    /// <param name="one">One host.</param>
    /// <param name="other">The other.</param>
    public void Cut(SimulatedTransport one, SimulatedTransport other)
    {
        CutOneWay(one, other);
        CutOneWay(other, one);
    }

    /// <summary>Cuts one direction of a link.</summary>
    /// <param name="from">The sender whose packets are lost.</param>
    /// <param name="to">The receiver.</param>
    public void CutOneWay(SimulatedTransport from, SimulatedTransport to) => LinkOf(from, to).IsCut = true;

    /// <summary>Cuts every link between two groups of hosts.</summary>
    /// <param name="one">One group.</param>
    /// <param name="other">The other.</param>
    public void Partition(IEnumerable<SimulatedTransport> one, IEnumerable<SimulatedTransport> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        SimulatedTransport[] others = [.. other];
        foreach (SimulatedTransport host in one)
        foreach (SimulatedTransport far in others)
            Cut(host, far);
    }

    /// <summary>Restores the link between two hosts, both ways.</summary>
    /// <param name="one">One host.</param>
    /// <param name="other">The other.</param>
    public void Restore(SimulatedTransport one, SimulatedTransport other)
    {
        LinkOf(one, other).IsCut = false;
        LinkOf(other, one).IsCut = false;
    }

    /// <summary>Restores every link.</summary>
    public void Heal()
    {
        foreach (SimulatedTransport host in _hosts)
        foreach (Link? link in host.Links)
            if (link is not null)
                link.IsCut = false;
    }

    /// <summary>Lets a recorder see every message as it is sent, the lost ones included.</summary>
    /// <param name="recorder">The recorder.</param>
    public void Attach(Recorder recorder)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        _recorders.Add(recorder);
    }

    private static SipListener Listener(int index, string text)
    {
        var options = SipListenerOptions.Parse(text);
        return options.EndPoint.Port == 0
            ? throw new ArgumentException($"'{text}': a simulated listener has a port.", nameof(text))
            : new SipListener(index, options.Protocol, SipEndPoint.From(options.EndPoint), options.AdvertisedHost, options.AdvertisedPort);
    }
}
