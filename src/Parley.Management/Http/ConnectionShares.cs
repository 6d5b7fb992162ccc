using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Parley.Management;

/// <summary>
/// Shares the connections of the listener: those from beyond this machine get three quarters of them at most, one address a quarter. So that nobody out there who opens connections
/// and says nothing keeps out the others, or the operator at the machine itself. Nothing is known of a caller at this point.
/// </summary>
internal sealed class ConnectionShares(int most)
{
    private readonly int _mostOutside = Math.Max(1, most - (most / 4));
    private readonly int _mostOfAddress = Math.Max(1, most / 4);
    private readonly Dictionary<UInt128, int> _counts = [];
    private readonly Lock _lock = new();
    private int _outside;

    /// <summary>The first thing that a connection comes to.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: { } address } || Loopback.IsLoopback(address))
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        UInt128 key = AttemptLimiter.KeyOf(address);
        if (!TryEnter(key))
        {
            connection.Abort(new ConnectionAbortedException("Too many connections."));
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(key);
        }
    }

    internal bool TryEnter(UInt128 key)
    {
        lock (_lock)
        {
            int count = _counts.GetValueOrDefault(key);
            if (_outside >= _mostOutside || count >= _mostOfAddress)
                return false;
            _counts[key] = count + 1;
            _outside++;
            return true;
        }
    }

    internal void Leave(UInt128 key)
    {
        lock (_lock)
        {
            _outside--;
            if (--_counts[key] == 0)
                _counts.Remove(key);
        }
    }
}
