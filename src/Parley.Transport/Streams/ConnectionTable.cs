using System.Collections.Concurrent;

namespace Parley.Transport;

/// <summary>All stream connections, inbound and outbound, by id and by (listener, far end). Reading takes no lock.</summary>
internal sealed class ConnectionTable(SipStreamOptions options)
{
    private readonly ConcurrentDictionary<long, StreamConnection> _byId = new();
    private readonly ConcurrentDictionary<Key, StreamConnection> _byRemote = new();
    private readonly Dictionary<SipEndPoint, int> _inboundByAddress = [];
    private readonly Lock _gate = new();
    private long _lastId;
    private int _count;

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

    /// <summary>False when a limit forbids it.</summary>
    public bool TryAdd(StreamConnection connection)
    {
        lock (_gate)
        {
            if (_count >= options.MaxConnections)
                return false;
            var address = connection.Flow.Remote.WithPort(0);
            if (!connection.IsOutbound)
            {
                var before = _inboundByAddress.GetValueOrDefault(address);
                if (before >= options.MaxConnectionsPerAddress)
                    return false;
                _inboundByAddress[address] = before + 1;
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
    public StreamConnection? GetOrAdd(StreamConnection fresh)
    {
        lock (_gate)
        {
            var known = Find(fresh.Flow.Listener, fresh.Flow.Remote, fresh.ServerName);
            if (known is not null)
                return known;
            return TryAdd(fresh) ? fresh : null;
        }
    }

    public void Remove(StreamConnection connection)
    {
        lock (_gate)
        {
            if (!_byId.TryRemove(connection.Flow.ConnectionId, out _))
                return;
            _count--;
            if (!connection.IsOutbound)
            {
                var address = connection.Flow.Remote.WithPort(0);
                var left = _inboundByAddress[address] - 1;
                if (left == 0)
                    _inboundByAddress.Remove(address);
                else
                    _inboundByAddress[address] = left;
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
