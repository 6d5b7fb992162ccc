using System.Collections.Concurrent;

namespace Parley.Transport;

/// <summary>All stream connections, inbound and outbound, by id and by (listener, far end). Reading takes no lock.</summary>
internal sealed class ConnectionTable(SipStreamOptions options)
{
    private readonly ConcurrentDictionary<long, StreamConnection> _byId = new();
    private readonly ConcurrentDictionary<Key, StreamConnection> _byRemote = new();
    private readonly Dictionary<SipEndPoint, int> _inboundByAddress = [];
    private readonly Lock _lock = new();
    private long _lastId;
    private readonly Dictionary<SipEndPoint, int> _pendingBySource = [];
    private int _count;
    private int _outbound;
    private int _pending;

    public int Count => Volatile.Read(ref _count);

    /// <summary>A snapshot-free enumeration: connections may come and go meanwhile.</summary>
    public IEnumerable<KeyValuePair<long, StreamConnection>> All => _byId;

    public long NextId() => Interlocked.Increment(ref _lastId);

    public StreamConnection? Find(long id) => _byId.GetValueOrDefault(id);

    /// <summary>An open or opening connection to the far end that may be used for this server name.</summary>
    public StreamConnection? Find(SipListener listener, SipEndPoint remote, string? serverName)
    {
        if (!_byRemote.TryGetValue(new Key(listener.Index, remote), out var connection))
            return null;
        for (var candidate = connection; candidate is not null; candidate = candidate.NextToRemote)
        {
            if (candidate.Takes(serverName))
                return candidate;
        }
        return null;
    }

    /// <summary>False when a limit forbids it; <paramref name="isFull"/>: there are too many of its direction, so that another's end would help.</summary>
    public bool TryAdd(StreamConnection connection, out bool isFull)
    {
        isFull = false;
        lock (_lock)
        {
            if (connection.IsOutbound)
            {
                isFull = _outbound >= options.MaxOutboundConnections;
                if (isFull || !TryCountPending(connection))
                    return false;
                _outbound++;
            }
            else
            {
                isFull = _count - _outbound >= options.MaxConnections;
                if (isFull || !TryCountInbound(connection))
                    return false;
            }
            _count++;
            _byId[connection.Flow.ConnectionId] = connection;
            var key = new Key(connection.Flow.Listener.Index, connection.Flow.Remote);
            connection.NextToRemote = _byRemote.GetValueOrDefault(key);
            _byRemote[key] = connection;
            return true;
        }
    }

    /// <summary>For a message without a connection: the one that another thread has just made, or the new one when the limits allow it.</summary>
    public StreamConnection? GetOrAdd(StreamConnection fresh, out bool isFull)
    {
        lock (_lock)
        {
            isFull = false;
            var known = Find(fresh.Flow.Listener, fresh.Flow.Remote, fresh.ServerName);
            if (known is not null)
                return known;
            return TryAdd(fresh, out isFull) ? fresh : null;
        }
    }

    /// <summary>An outbound connection is up: it does not count among those being opened any more.</summary>
    public void Settled(StreamConnection connection)
    {
        lock (_lock)
            UncountPending(connection);
    }

    /// <summary>What is bounded together: an IPv4 address, an IPv6 network of 64 bits.</summary>
    internal static SipEndPoint SourceOf(SipEndPoint cause) =>
        cause.IsIPv6 ? cause with { Low = 0, ScopeId = 0, Port = 0 } : cause.WithPort(0);

    private bool TryCountPending(StreamConnection connection)
    {
        if (_pending >= options.MaxPendingConnects)
            return false;
        if (connection.Cause != default)
        {
            var source = SourceOf(connection.Cause);
            var before = _pendingBySource.GetValueOrDefault(source);
            if (before >= options.MaxPendingConnectsPerSource)
                return false;
            _pendingBySource[source] = before + 1;
        }
        _pending++;
        connection.IsCountedPending = true;
        return true;
    }

    private void UncountPending(StreamConnection connection)
    {
        if (!connection.IsCountedPending)
            return;
        connection.IsCountedPending = false;
        _pending--;
        if (connection.Cause != default)
            Uncount(_pendingBySource, SourceOf(connection.Cause));
    }

    private bool TryCountInbound(StreamConnection connection)
    {
        var address = connection.Flow.Remote.WithPort(0);
        var before = _inboundByAddress.GetValueOrDefault(address);
        if (before >= options.MaxConnectionsPerAddress)
            return false;
        _inboundByAddress[address] = before + 1;
        return true;
    }

    private static void Uncount(Dictionary<SipEndPoint, int> counts, SipEndPoint key)
    {
        var left = counts[key] - 1;
        if (left == 0)
            counts.Remove(key);
        else
            counts[key] = left;
    }

    public void Remove(StreamConnection connection)
    {
        lock (_lock)
        {
            if (!_byId.TryRemove(connection.Flow.ConnectionId, out _))
                return;
            _count--;
            if (connection.IsOutbound)
            {
                _outbound--;
                UncountPending(connection);
            }
            else
            {
                Uncount(_inboundByAddress, connection.Flow.Remote.WithPort(0));
            }
            Unlink(connection);
        }
    }

    private void Unlink(StreamConnection connection)
    {
        var key = new Key(connection.Flow.Listener.Index, connection.Flow.Remote);
        var first = _byRemote.GetValueOrDefault(key);
        if (ReferenceEquals(first, connection))
        {
            if (connection.NextToRemote is { } next)
                _byRemote[key] = next;
            else
                _byRemote.TryRemove(key, out _);
            return;
        }
        for (var c = first; c is not null; c = c.NextToRemote)
        {
            if (ReferenceEquals(c.NextToRemote, connection))
            {
                c.NextToRemote = connection.NextToRemote;
                return;
            }
        }
    }

    private readonly record struct Key(int Listener, SipEndPoint Remote);
}
