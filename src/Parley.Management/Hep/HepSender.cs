using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>Sends the queued packets to the collector: over UDP one datagram each, over TCP one after another on a connection that is opened again when it breaks.</summary>
internal sealed class HepSender(HepExport export, HepPlace target, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private Socket? _socket;
    private long _sent;
    private long _lost;
    private long _reported;
    private long _reportedAt;
    private bool _isDown;

    /// <summary>Packets that left.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Packets that were taken from the queue and could not leave.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void Start()
    {
        _reportedAt = time.GetTimestamp();
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        export.Queue.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _socket?.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        TimeSpan pause = FirstPause;
        try
        {
            while (await export.Queue.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
            {
                if (_socket is null && !await ConnectAsync(stop).ConfigureAwait(false))
                {
                    // What comes meanwhile waits in the queue as far as there is room.
                    await Task.Delay(pause, time, stop).ConfigureAwait(false);
                    pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
                    Report();
                    continue;
                }

                if (await SendAllAsync(stop).ConfigureAwait(false))
                    pause = FirstPause;
                Report();
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }

        while (export.Queue.Reader.TryRead(out HepBuffer rest))
            ArrayPool<byte>.Shared.Return(rest.Bytes);
    }

    private async Task<bool> SendAllAsync(CancellationToken stop)
    {
        while (export.Queue.Reader.TryRead(out HepBuffer packet))
        {
            try
            {
                ReadOnlyMemory<byte> rest = packet.Bytes.AsMemory(0, packet.Length);
                // A stream may take a part at a time.
                while (!rest.IsEmpty)
                    rest = rest[await _socket!.SendAsync(rest, stop).ConfigureAwait(false)..];
                Interlocked.Increment(ref _sent);
                _isDown = false;
            }
            catch (SocketException error)
            {
                Interlocked.Increment(ref _lost);
                if (target.IsTcp || error.SocketErrorCode != SocketError.MessageSize)
                {
                    Down(error.Message);
                    _socket?.Dispose();
                    _socket = null;
                    return false;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(packet.Bytes);
            }
        }

        return true;
    }

    private async Task<bool> ConnectAsync(CancellationToken stop)
    {
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(target.Host, stop).ConfigureAwait(false);
            if (addresses.Length == 0)
                throw new SocketException((int)SocketError.HostNotFound);
            Socket socket = target.IsTcp
                ? new(addresses[0].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
                : new(addresses[0].AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[0], target.Port), stop).ConfigureAwait(false);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            _socket = socket;
            return true;
        }
        catch (SocketException error)
        {
            Down(error.Message);
            return false;
        }
    }

    private void Down(string reason)
    {
        if (!_isDown)
            HepLog.Unreachable(log, target.ToString(), reason);
        _isDown = true;
    }

    /// <summary>At most one line a minute.</summary>
    private void Report()
    {
        long dropped = export.Dropped + Lost;
        if (dropped == _reported || time.GetElapsedTime(_reportedAt) < Minute)
            return;
        HepLog.Dropped(log, dropped - _reported, target.ToString());
        _reported = dropped;
        _reportedAt = time.GetTimestamp();
    }
}
