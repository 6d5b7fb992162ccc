using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Parley.Transport;

/// <summary>Accepts connections of one TCP or TLS listener and opens those that leave by it.</summary>
internal sealed class StreamListener : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamContext _context;
    private volatile bool _stopping;
    private Task _accepting = Task.CompletedTask;

    public StreamListener(SipListenerOptions options, StreamContext context, ILogger log)
    {
        _context = context;
        var endPoint = options.EndPoint;
        if (options.Protocol.IsSecure())
            Tls = new TlsContext(options.Tls!, log);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false;
            _socket.Bind(endPoint);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        Local = SipEndPoint.From((IPEndPoint)_socket.LocalEndPoint!);
    }

    public SipEndPoint Local { get; }

    public TlsContext? Tls { get; }

    public void Start(SipListener listener)
    {
        _socket.Listen(_context.Options.Backlog);
        _accepting = Task.Run(() => AcceptAsync(listener));
    }

    public async Task StopAsync()
    {
        _stopping = true;
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    /// <summary>The connection to a far end, opened when there is none; null when a limit forbids it.</summary>
    public StreamConnection? Connect(SipListener listener, SipEndPoint remote, string? serverName, SipEndPoint cause)
    {
        Socket socket;
        try
        {
            socket = StreamOpening.CreateOutbound(listener, _context.Options);
        }
        catch (SocketException)
        {
            return null; // no descriptors left
        }
        var fresh = new StreamConnection(_context, listener, remote, socket, outbound: true, serverName, cause);
        var taken = _context.Table.GetOrAdd(fresh, out var isFull);
        if (taken is null && isFull && _context.Strangers.TryDisplace(_context.Table, outbound: true))
            taken = _context.Table.GetOrAdd(fresh, out _);
        if (!ReferenceEquals(taken, fresh))
        {
            if (taken is null)
                SipTransportCounters.Add(ref _context.CountersOf(fresh.Flow)._connectsRefused, 1);
            socket.Dispose();
            return taken;
        }
        SipTransportCounters.Add(ref _context.CountersOf(fresh.Flow)._active, 1);
        _ = Task.Run(() => StreamOpening.RunAsync(fresh, _context, Tls));
        return fresh;
    }

    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync(SipListener listener)
    {
        while (!_stopping)
        {
            Socket socket;
            try
            {
                socket = await _socket.AcceptAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (_stopping)
                    return;
                // Out of descriptors, or the client is gone again: the listener stays.
                _context.AcceptFailed(listener, e.SocketErrorCode);
                await Task.Delay(TimeSpan.FromMilliseconds(50), _context.Time).ConfigureAwait(false);
                continue;
            }
            Accepted(listener, socket);
        }
    }

    private void Accepted(SipListener listener, Socket socket)
    {
        try
        {
            StreamOpening.Prepare(socket, _context.Options);
            var remote = SipEndPoint.From((IPEndPoint)socket.RemoteEndPoint!);
            if (listener.Local.IsAny)
                listener = listener.At(SipEndPoint.From((IPEndPoint)socket.LocalEndPoint!));
            var connection = new StreamConnection(_context, listener, remote, socket, outbound: false, serverName: null);
            var added =
                _context.Table.TryAdd(connection, out var isFull)
                || (isFull && _context.Strangers.TryDisplace(_context.Table, outbound: false) && _context.Table.TryAdd(connection, out _));
            if (!added)
            {
                SipTransportCounters.Add(ref _context.CountersOf(connection.Flow)._refused, 1);
                socket.Dispose();
                return;
            }
            SipTransportCounters.Add(ref _context.CountersOf(connection.Flow)._active, 1);
            if (_stopping)
                connection.Close(CloseReason.Stopped);
            else
                _ = Task.Run(() => StreamOpening.RunAsync(connection, _context, Tls));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }
}
