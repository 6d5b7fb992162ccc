using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>Receives packets of others at one place. Bad ones are counted; nothing that arrives ends it.</summary>
internal sealed class HepReceiver : IAsyncDisposable
{
    private const int MaxConnections = 64;
    private const int MaxPacket = ushort.MaxValue;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly HepPlace _place;
    private readonly byte[] _key;
    private readonly IEnumerable<IHepSink> _sinks;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _connections;
    private long _received;
    private long _refused;
    private long _reported;
    private long _reportedAt;

    /// <exception cref="ManagementException">The place cannot be opened.</exception>
    public HepReceiver(HepPlace place, string key, IEnumerable<IHepSink> sinks, TimeProvider time, ILogger log)
    {
        _place = place;
        _key = Encoding.UTF8.GetBytes(key);
        _sinks = [.. sinks];
        _time = time;
        _log = log;
        var address = IPAddress.Parse(place.Host);
        _socket = place.IsTcp
            ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Bind(new IPEndPoint(address, place.Port));
            if (place.IsTcp)
                _socket.Listen();
        }
        catch (SocketException error)
        {
            _socket.Dispose();
            throw new ManagementException($"Hep:Listen: {place} cannot be opened: {error.Message}", error);
        }
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Packets of SIP that were taken.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>What was no packet, or had another key.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Start()
    {
        HepLog.Listens(_log, $"{(_place.IsTcp ? "tcp" : "udp")}:{Local}");
        _reportedAt = _time.GetTimestamp();
        _running = Task.Run(() => _place.IsTcp ? AcceptAsync(_stop.Token) : ReceiveAsync(_stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken stop)
    {
        byte[] buffer = new byte[MaxPacket];
        var any = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received = await _socket
                    .ReceiveFromAsync(buffer, SocketFlags.None, any, stop)
                    .ConfigureAwait(false);
                Take(buffer.AsSpan(0, received.ReceivedBytes), received.RemoteEndPoint);
            }
            catch (Exception error) when (IsEnd(error, stop))
            {
                return;
            }
            catch (SocketException error)
            {
                await PauseAsync(error, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Socket connection = await _socket.AcceptAsync(stop).ConfigureAwait(false);
                if (Interlocked.Increment(ref _connections) > MaxConnections)
                {
                    Interlocked.Decrement(ref _connections);
                    connection.Dispose();
                    continue;
                }

                _ = ReadAsync(connection, stop);
            }
            catch (Exception error) when (IsEnd(error, stop))
            {
                return;
            }
            catch (SocketException error)
            {
                await PauseAsync(error, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task ReadAsync(Socket connection, CancellationToken stop)
    {
        byte[] buffer = new byte[MaxPacket];
        int filled = 0;
        try
        {
            EndPoint source = connection.RemoteEndPoint!;
            for (int read; (read = await connection.ReceiveAsync(buffer.AsMemory(filled), stop).ConfigureAwait(false)) > 0; )
            {
                filled += read;
                int done = TakeWhole(buffer.AsSpan(0, filled), source);
                if (done < 0)
                    return; // out of step: nothing after it can be read
                buffer.AsSpan(done, filled - done).CopyTo(buffer);
                filled -= done;
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The far end is gone, or the application stops.
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
            connection.Dispose();
        }
    }

    /// <summary>Takes the packets that are there whole; how many bytes they had, or -1 when there is something else.</summary>
    private int TakeWhole(ReadOnlySpan<byte> bytes, EndPoint source)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            int length = HepPacket.LengthOf(bytes[done..]);
            if (length < 0)
            {
                Refuse(source);
                return -1;
            }

            if (length == 0 || length > bytes.Length - done)
                break;
            Take(bytes.Slice(done, length), source);
            done += length;
        }

        return done;
    }

    private void Take(ReadOnlySpan<byte> bytes, EndPoint source)
    {
        if (!HepPacket.TryRead(bytes, out HepPacket? packet) || !HasKey(packet!))
        {
            Refuse(source);
            return;
        }

        if (packet!.Kind != HepPacket.Sip)
            return; // RTCP and logs of Homer's agents
        Interlocked.Increment(ref _received);
        foreach (IHepSink sink in _sinks)
            sink.Take(packet);
    }

    private bool HasKey(HepPacket packet) => _key.Length == 0 || CryptographicOperations.FixedTimeEquals(_key, packet.Key ?? []);

    private void Refuse(EndPoint source)
    {
        long refused = Interlocked.Increment(ref _refused);
        long last = Interlocked.Read(ref _reportedAt);
        bool isDue = refused == 1 || _time.GetElapsedTime(last) >= Minute;
        if (isDue && Interlocked.CompareExchange(ref _reportedAt, _time.GetTimestamp(), last) == last)
            HepLog.Refused(_log, refused - Interlocked.Exchange(ref _reported, refused), source.ToString() ?? "");
    }

    private static bool IsEnd(Exception error, CancellationToken stop) =>
        error is OperationCanceledException or ObjectDisposedException || (error is SocketException && stop.IsCancellationRequested);

    /// <summary>After an error of the socket itself, such as too many open files.</summary>
    private async Task PauseAsync(SocketException error, CancellationToken stop)
    {
        HepLog.Failed(_log, _place.ToString(), error.Message);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop ends.
        }
    }
}
