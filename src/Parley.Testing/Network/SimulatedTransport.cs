using System.Buffers;
using System.Net;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// A host of the <see cref="SimulatedNetwork"/>, in the place of real sockets. What is sent waits in its batch until
/// <see cref="Flush"/>, as with the real transport: a sender that forgets to flush finds out here.
/// </summary>
/// <remarks>It has no loop threads: <see cref="ISipReceiver.OnLoop"/> is never called, and timers run from the clock. The buffer under a
/// delivered message is overwritten when the receiver returns. Not thread-safe: everything happens on the thread that runs the clock.</remarks>
public sealed class SimulatedTransport : ISipTransport
{
    private const int LargestDatagram = 65_507;
    private readonly Dictionary<long, StreamEnd> _connections = [];
    private readonly Dictionary<(SipProtocol Protocol, SipEndPoint Remote), StreamEnd> _byRemote = [];
    private readonly List<Outgoing> _batch = [];
    private readonly List<string> _aliases = [];
    private readonly List<(IPNetwork Network, SipEndPoint From)> _routes = [];
    private readonly SipMessage _message = new();
    private SipListenerSet _set;
    private ISipReceiver? _receiver;
    private int _nextPort = 32_768;
    private bool _flushing;

    internal SimulatedTransport(SimulatedNetwork network, string name, int number, SipListener[] listeners)
    {
        Network = network;
        Name = name;
        Number = number;
        _set = new SipListenerSet(listeners, routes: RouteTo);
    }

    /// <summary>The name it was added with: a column of the ladder.</summary>
    public string Name { get; }

    /// <summary>The network it belongs to.</summary>
    public SimulatedNetwork Network { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    /// <inheritdoc/>
    public ICaptureTap? Tap { get; set; }

    /// <summary>True while nothing reaches the host and nothing leaves it, as with a pulled cable; what runs on it goes on.</summary>
    public bool IsSilent { get; set; }

    /// <summary>True between <see cref="Start"/> and stop or crash.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>True after <see cref="Crash"/>, <see cref="StopAsync"/> or disposal; the address can be given to a new host.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Datagrams in the batch that wait for <see cref="Flush"/>.</summary>
    public int Unflushed => _batch.Count;

    /// <summary>Stream connections that are open or being opened.</summary>
    public int ConnectionCount => _connections.Count;

    internal int Number { get; }

    internal Link?[] Links { get; set; } = new Link?[8];

    /// <summary>Adds a name or address that is this element too: "example.com", "example.com:5070".</summary>
    /// <param name="alias">Host, or host and port.</param>
    /// <exception cref="ArgumentException">It cannot be read.</exception>
    public void AddAlias(string alias)
    {
        _aliases.Add(alias);
        _set = new SipListenerSet(_set.Listeners, _aliases, routes: RouteTo);
    }

    /// <summary>Adds a line to the host's routing table: what goes there leaves from this address. Without any line a host with several addresses sends to
    /// far ends in the /24 (IPv6: /64) of one of them from that one, as over interfaces with these networks.</summary>
    /// <param name="network">"10.2.0.0/16"; the longest one that holds a far end counts.</param>
    /// <param name="from">The address of a listener of this host.</param>
    /// <exception cref="ArgumentException">One of them cannot be read.</exception>
    public void AddRoute(string network, string from)
    {
        if (!IPNetwork.TryParse(network, out IPNetwork parsed))
            throw new ArgumentException($"'{network}' is not a network.", nameof(network));
        if (!IPAddress.TryParse(from, out IPAddress? address))
            throw new ArgumentException($"'{from}' is not an address.", nameof(from));
        _routes.Add((parsed, SipEndPoint.From(address, 0)));
    }

    /// <summary>The first listener of a protocol.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <exception cref="ArgumentException">The host has none.</exception>
    public SipListener Listener(SipProtocol protocol)
    {
        foreach (SipListener listener in Listeners)
            if (listener.Protocol == protocol)
                return listener;
        throw new ArgumentException($"{Name} has no listener for {protocol}.", nameof(protocol));
    }

    /// <inheritdoc/>
    public SipListener? SelectListener(
        SipProtocol protocol,
        SipEndPoint target,
        SipListener? preferred = null,
        SipListener? received = null
    ) => _set.Select(protocol, target, preferred, received);

    /// <inheritdoc/>
    public bool IsOwn(ReadOnlySpan<byte> host, int port) => _set.IsOwn(host, port);

    /// <inheritdoc/>
    public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport) => _set.FindOwn(host, port, transport);

    /// <inheritdoc/>
    public void Start(ISipReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (IsStarted || IsGone)
            throw new InvalidOperationException($"{Name} was started before, or is gone.");
        _receiver = receiver;
        IsStarted = true;
    }

    /// <inheritdoc/>
    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0) =>
        SendFor(flow, message, token, default, out _);

    /// <inheritdoc/>
    public SipSendResult SendFor(in SipFlow flow, ReadOnlySpan<byte> message, ulong token, SipEndPoint cause, out long connectionId)
    {
        connectionId = 0;
        SipListener listener = flow.Listener;
        if (listener is null || listener.Index >= Listeners.Count || !ReferenceEquals(Listeners[listener.Index], listener))
            throw new ArgumentException("The listener is not one of this host's.", nameof(flow));
        if (IsGone || message.IsEmpty || flow.Remote.IsIPv6 != listener.Local.IsIPv6 || flow.Remote.Port == 0)
            return SipSendResult.Failed;
        if (listener.IsReliable)
            return SendOnStream(flow, message, token, out connectionId);
        if (message.Length > LargestDatagram)
            return SipSendResult.Failed;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(message.Length);
        message.CopyTo(buffer);
        _batch.Add(new Outgoing(listener, flow.Remote, buffer, message.Length));
        Tap?.OnMessage(inbound: false, flow, message);
        return SipSendResult.Queued;
    }

    /// <inheritdoc/>
    public SipConnectionState StateOf(long connectionId) =>
        !_connections.TryGetValue(connectionId, out StreamEnd? end) ? SipConnectionState.Gone
        : end.IsConnecting ? SipConnectionState.Opening
        : SipConnectionState.Open;

    /// <inheritdoc/>
    public void Flush()
    {
        if (_flushing)
            return;
        _flushing = true;
        for (int i = 0; i < _batch.Count; i++)
        {
            Outgoing sent = _batch[i];
            if (!IsGone)
                Network.Transmit(this, sent.Listener, sent.Remote, sent.Buffer.AsSpan(0, sent.Length));
            ArrayPool<byte>.Shared.Return(sent.Buffer);
        }
        _batch.Clear();
        _flushing = false;
    }

    /// <summary>Closes a stream connection after what was sent on it; both ends are informed.</summary>
    /// <param name="connectionId">As in a flow of this host.</param>
    /// <returns>False when there is no such connection.</returns>
    public bool CloseConnection(long connectionId)
    {
        if (!_connections.TryGetValue(connectionId, out StreamEnd? end))
            return false;
        end.Close();
        return true;
    }

    /// <summary>Resets a stream connection, as a crash or a middlebox does: what is on its way on it is lost, and both ends are informed at once.</summary>
    /// <param name="connectionId">As in a flow of this host.</param>
    /// <returns>False when there is no such connection.</returns>
    public bool ResetConnection(long connectionId)
    {
        if (!_connections.TryGetValue(connectionId, out StreamEnd? end))
            return false;
        end.Reset();
        return true;
    }

    /// <summary>Resets every stream connection of this host.</summary>
    public void ResetConnections()
    {
        foreach (StreamEnd end in _connections.Values.ToArray())
            end.Reset();
    }

    /// <summary>The process dies: nothing more is received or sent, streams are reset, the batch is lost. An application that ran on it must be dropped by
    /// the test; a new host may be added with the same address, as a restart.</summary>
    public void Crash() => Leave(abandon: true);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Flush();
        Leave(abandon: false);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>The host's name.</summary>
    public override string ToString() => Name;

    /// <summary>Takes over a pooled buffer, hands the message up, gives the buffer back overwritten.</summary>
    internal void Deliver(byte[] buffer, int length, in SipFlow source)
    {
        Network.LogArrival(source, buffer.AsSpan(0, length), lost: _receiver is null || IsSilent);
        if (_receiver is not null && !IsSilent)
        {
            HandUp(buffer, length, source);
        }
        Array.Fill(buffer, (byte)0xDD, 0, length);
        ArrayPool<byte>.Shared.Return(buffer);
        Flush();
    }

    internal void TellUnreachable(in SipFlow flow, ReadOnlySpan<byte> quoted)
    {
        _receiver?.OnUnreachable(flow, quoted);
        Flush();
    }

    internal void TellFailed(ulong token)
    {
        _receiver?.OnSendFailed(token);
        Flush();
    }

    internal void TellClosed(in SipFlow flow)
    {
        _receiver?.OnFlowClosed(flow);
        Flush();
    }

    internal void Register(StreamEnd end)
    {
        _connections[end.Flow.ConnectionId] = end;
        _byRemote[(end.Flow.Listener.Protocol, end.Remote)] = end;
    }

    internal void Unregister(StreamEnd end, long id)
    {
        _connections.Remove(id);
        var key = (end.Flow.Listener.Protocol, end.Remote);
        if (_byRemote.TryGetValue(key, out StreamEnd? known) && known == end)
            _byRemote.Remove(key);
    }

    private SipEndPoint RouteTo(SipEndPoint target)
    {
        SipEndPoint from = default;
        int longest = -1;
        foreach ((IPNetwork network, SipEndPoint address) in _routes)
            if (network.PrefixLength > longest && network.Contains(target.ToIPAddress()))
                (longest, from) = (network.PrefixLength, address);
        if (longest >= 0)
            return from;
        foreach (SipListener listener in Listeners)
        {
            SipEndPoint local = listener.Local;
            bool isNear = local.IsIPv6 == target.IsIPv6 && (target.IsIPv6 ? local.High == target.High : local.Low >> 8 == target.Low >> 8);
            if (!isNear || local.SameAddress(from))
                continue;
            if (!from.IsAny)
                return default; // two addresses in one network: the table does not say which
            from = local;
        }
        return from;
    }

    private void HandUp(byte[] buffer, int length, in SipFlow source)
    {
        if (source.Listener.IsReliable)
            HandUpStream(buffer, length, source);
        else
            HandUpOne(buffer, 0, length, source);
    }

    private void HandUpStream(byte[] buffer, int length, in SipFlow source)
    {
        for (int done = 0; done < length; )
        {
            SipFrame frame = SipFraming.Next(buffer.AsSpan(done, length - done), Network.Limits);
            if (frame.Kind == SipFrameKind.Message)
            {
                HandUpOne(buffer, done, frame.Length, source);
            }
            else if (frame.Kind == SipFrameKind.KeepAlive)
            {
                if (frame.Ping)
                    Send(source, "\r\n"u8);
            }
            else if (frame.Kind == SipFrameKind.Padding)
            {
                // Means nothing.
            }
            else if (frame.Kind == SipFrameKind.NoContentLength)
            {
                if (
                    _message.Parse(buffer, done, frame.Length, Network.Limits).Status != SipParseStatus.Drop
                    && SipScreening.IsAnswerable(_message)
                )
                {
                    Network.Counters.Refused++;
                    _receiver!.OnMalformed(_message, SipParseResult.Reject(400, "Missing Content-Length"), source);
                }
                CloseConnection(source.ConnectionId);
                return;
            }
            else if (buffer.AsSpan(done, length - done).IndexOfAnyExcept((byte)'\r', (byte)'\n') < 0)
            {
                return; // a pong
            }
            else
            {
                // A piece of a message counts as garbage here: senders on a simulated stream send whole messages.
                Network.Counters.Dropped++;
                CloseConnection(source.ConnectionId);
                return;
            }
            done += frame.Length;
        }
    }

    private void HandUpOne(byte[] buffer, int offset, int length, in SipFlow source)
    {
        SipParseResult result = _message.Parse(buffer, offset, length, Network.Limits);
        if (result.Status == SipParseStatus.KeepAlive)
            return;
        Tap?.OnMessage(inbound: true, source, buffer.AsSpan(offset, length));
        switch (result.Status)
        {
            case SipParseStatus.Ok:
                Network.Counters.Delivered++;
                _receiver!.OnMessage(_message, source);
                break;
            case SipParseStatus.Reject when SipScreening.IsAnswerable(_message):
                Network.Counters.Refused++;
                _receiver!.OnMalformed(_message, result, source);
                break;
            default:
                Network.Counters.Dropped++;
                break;
        }
    }

    private SipSendResult SendOnStream(in SipFlow flow, ReadOnlySpan<byte> message, ulong token, out long connectionId)
    {
        connectionId = 0;
        StreamEnd? end;
        if (flow.ConnectionId != 0)
        {
            if (!_connections.TryGetValue(flow.ConnectionId, out end))
                return SipSendResult.Failed;
        }
        else if (!_byRemote.TryGetValue((flow.Listener.Protocol, flow.Remote), out end))
        {
            if (_nextPort > ushort.MaxValue)
                _nextPort = 32_768;
            SipEndPoint local = flow.Listener.Local.WithPort(_nextPort++);
            end = new StreamEnd(Network, this, flow.Listener, local, flow.Remote, Network.NextConnectionId());
            Register(end);
            end.Connect();
        }
        Tap?.OnMessage(inbound: false, flow, message);
        Network.LogStream(this, flow.Listener, end.Remote, message);
        connectionId = end.Flow.ConnectionId;
        end.Send(message, token);
        return SipSendResult.Queued;
    }

    private void Leave(bool abandon)
    {
        if (IsGone)
            return;
        Network.Remove(this);
        foreach (StreamEnd end in _connections.Values.ToArray())
        {
            if (abandon)
                end.Abandon();
            else
                end.Close();
        }
        IsGone = true;
        IsStarted = false;
        _receiver = null;
        foreach (Outgoing unsent in _batch)
            ArrayPool<byte>.Shared.Return(unsent.Buffer);
        _batch.Clear();
    }
}
