using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Parley.Management;

/// <summary>Sends events in datagrams to the places that were subscribed. It receives only the kinds that they want; what waits is bounded, and a datagram that is lost is lost.</summary>
internal sealed class DatagramSubscribers : EventReceiver, IAsyncDisposable
{
    private const int MaxSubscribers = 256;
    private const int MaxDatagram = 65_457;

    private readonly EventHub _hub;
    private readonly EventsOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Channel<ParleyEvent> _waiting = Channel.CreateBounded<ParleyEvent>(
        new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true }
    );
    private ImmutableArray<DatagramSubscriber> _subscribers = [];
    private Task? _sending;
    private long _sent;
    private long _dropped;

    public DatagramSubscribers(EventHub hub, EventsOptions options, TimeProvider time) => (_hub, _options, _time) = (hub, options, time);

    /// <summary>Datagrams that were sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Datagrams and events that were not: too many waited, too long, or refused by the system.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Those whose time is not over.</summary>
    public IEnumerable<DatagramSubscriber> Current
    {
        get
        {
            DateTimeOffset now = _time.GetUtcNow();
            return _subscribers.Where(one => one.Until > now);
        }
    }

    /// <summary>Reads <c>udp:host:port</c>: an address, or <c>localhost</c>. No name that would have to be looked up.</summary>
    public static bool TryParse(string socket, [NotNullWhen(true)] out IPEndPoint? place)
    {
        place = null;
        if (!socket.StartsWith("udp:", StringComparison.OrdinalIgnoreCase))
            return false;
        string text = socket[4..];
        if (text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase))
            text = "127.0.0.1" + text[9..];
        return IPEndPoint.TryParse(text, out place) && place.Port > 0;
    }

    public bool IsAllowed(IPAddress address) => _options.SubscriberNetworks.Any(network => network.Contains(address));

    /// <summary>Subscribes, or changes for how long; false when there are too many.</summary>
    public bool Subscribe(string name, IPEndPoint place, int seconds)
    {
        lock (_lock)
        {
            RemoveExpired();
            ImmutableArray<DatagramSubscriber> others = Without(name, place);
            if (others.Length >= MaxSubscribers)
                return false;
            _subscribers = others.Add(new DatagramSubscriber(name, place, seconds, _time.GetUtcNow() + TimeSpan.FromSeconds(seconds)));
            _sending ??= Task.Run(SendAsync);
            Announce();
            return true;
        }
    }

    /// <summary>False when it is not there.</summary>
    public bool Unsubscribe(string name, IPEndPoint place)
    {
        lock (_lock)
        {
            ImmutableArray<DatagramSubscriber> others = Without(name, place);
            bool was = others.Length < _subscribers.Length;
            _subscribers = others;
            Announce();
            return was;
        }
    }

    public override void Offer(ParleyEvent occurrence)
    {
        if (!_waiting.Writer.TryWrite(occurrence))
            Interlocked.Increment(ref _dropped);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        if (_sending is not null)
            await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAsync()
    {
        using var four = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        using Socket? six = Socket.OSSupportsIPv6
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { Blocking = false }
            : null;
        await foreach (ParleyEvent one in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (ReferenceEvent.Of(one) is not { } made)
                continue;
            byte[]? datagram = null;
            foreach (DatagramSubscriber subscriber in Current)
            {
                if (subscriber.Event != made.Name)
                    continue;
                datagram ??= _options.DatagramFormat == EventDatagramFormat.Text ? made.FormatText() : made.FormatJson();
                Send(subscriber.Place.AddressFamily == AddressFamily.InterNetwork ? four : six, datagram, subscriber.Place);
            }

            if (_subscribers.Length > 0)
                Expire();
        }
    }

    private void Send(Socket? socket, byte[] datagram, IPEndPoint place)
    {
        try
        {
            if (socket is not null && datagram.Length <= MaxDatagram)
            {
                socket.SendTo(datagram, place);
                Interlocked.Increment(ref _sent);
                return;
            }
        }
        catch (SocketException)
        {
            // The other end is away, or the system has no room: a datagram is not repeated.
        }

        Interlocked.Increment(ref _dropped);
    }

    private void Expire()
    {
        lock (_lock)
        {
            int before = _subscribers.Length;
            RemoveExpired();
            if (_subscribers.Length < before)
                Announce();
        }
    }

    private void RemoveExpired()
    {
        DateTimeOffset now = _time.GetUtcNow();
        _subscribers = _subscribers.RemoveAll(one => one.Until <= now);
    }

    private ImmutableArray<DatagramSubscriber> Without(string name, IPEndPoint place) =>
        _subscribers.RemoveAll(one => one.Event == name && one.Place.Equals(place));

    private void Announce()
    {
        EventKinds kinds = EventKinds.None;
        foreach (DatagramSubscriber one in _subscribers)
            kinds |= ReferenceEvent.KindOf(one.Event);
        if (kinds == Kinds)
            return;
        if (kinds == EventKinds.None)
        {
            _hub.Remove(this);
            Kinds = kinds;
        }
        else if (Kinds == EventKinds.None)
        {
            _hub.Add(this, kinds);
        }
        else
        {
            _hub.Change(this, kinds);
        }
    }
}
