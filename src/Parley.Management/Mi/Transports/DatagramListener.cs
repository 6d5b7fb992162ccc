using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>Requests in datagrams, over UDP or a Unix socket: one datagram each way. A reply that does not fit one is an error reply, never a part of it.</summary>
internal sealed class DatagramListener : IAsyncDisposable
{
    /// <summary>The most that a UDP datagram over IPv4 carries.</summary>
    public const int MostBytes = 65_507;

    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(10);

    private readonly DatagramPlace _place;
    private readonly MiDispatcher _dispatcher;
    private readonly ILogger _log;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _running;
    private readonly Task _receiving;

    /// <exception cref="ManagementException">The place is in use, or the socket cannot be made.</exception>
    public DatagramListener(DatagramPlace place, ManagementOptions options, MiDispatcher dispatcher, ILogger log)
    {
        (_place, _dispatcher, _log) = (place, dispatcher, log);
        _running = new SemaphoreSlim(options.MaxRequests, options.MaxRequests);
        _socket = Open(place);
        Place = place.IsUnix ? place.Text : $"udp:{_socket.LocalEndPoint}";
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Place { get; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_place.EndPoint is UnixDomainSocketEndPoint path)
            Remove(path.ToString()!);
        _stopping.Dispose();
    }

    private static Socket Open(DatagramPlace place)
    {
        AddressFamily family = place.EndPoint.AddressFamily;
        var socket = new Socket(family, SocketType.Dgram, place.IsUnix ? ProtocolType.Unspecified : ProtocolType.Udp);
        try
        {
            if (place.IsUnix)
                RemoveStale(place);
            socket.Bind(place.EndPoint);
            socket.SendBufferSize = 4 * MostBytes;
            if (place.IsUnix && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(place.EndPoint.ToString()!, SocketMode);
            return socket;
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new ManagementException(
                $"The management address {place.Text} cannot be opened: {error.Message.ReplaceLineEndings(" ")}",
                error
            );
        }
    }

    /// <summary>Removes a socket that an earlier process left behind; one in use stays, and so does what is no socket.</summary>
    private static void RemoveStale(DatagramPlace place)
    {
        string path = place.EndPoint.ToString()!;
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            probe.Connect(place.EndPoint);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            Remove(path);
        }
        catch (SocketException)
        {
            // Bind fails with the reason.
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Bind fails with the reason at the next start.
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[MostBytes + 1];
        EndPoint any = _place.IsUnix ? new UnixDomainSocketEndPoint("/") : new IPEndPoint(AnyOf(_socket.AddressFamily), 0);
        while (!_stopping.IsCancellationRequested)
        {
            SocketReceiveFromResult got;
            try
            {
                got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any, _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                continue; // an ICMP error for an earlier reply
            }

            // More than may run wait in the socket's buffer.
            await _running.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            byte[] request = buffer.AsSpan(0, got.ReceivedBytes).ToArray();
            _ = Task.Run(() => AnswerAsync(request, got.RemoteEndPoint));
        }
    }

    private async Task AnswerAsync(byte[] request, EndPoint sender)
    {
        string transport = _place.IsUnix ? "unix" : "udp";
        string name = _place.IsUnix ? _place.EndPoint.ToString()! : sender.ToString()!;
        try
        {
            var caller = new ManagementCaller(name, transport, MayChange: true);
            using MiReply reply = await _dispatcher
                .RunAsync(new ReadOnlySequence<byte>(request), caller, _stopping.Token)
                .ConfigureAwait(false);
            // A Unix sender without a name cannot be answered.
            if (reply.IsSilent || (_place.IsUnix && string.IsNullOrEmpty(sender.ToString())))
                return;
            ReadOnlyMemory<byte> bytes = await BytesOfAsync(reply, _stopping.Token).ConfigureAwait(false);
            // A Unix sender that does not read would hold its place for ever.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            limit.CancelAfter(SendLimit);
            await _socket.SendToAsync(bytes, SocketFlags.None, sender, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            ManagementLog.ReplyLost(_log, name, transport, error.Message);
        }
        finally
        {
            _running.Release();
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> BytesOfAsync(MiReply reply, CancellationToken cancellation)
    {
        try
        {
            return await WrittenAsync(reply, cancellation).ConfigureAwait(false);
        }
        catch (ReplyTooLargeException)
        {
            return await WrittenAsync(reply.With(MiErrors.TooLarge), cancellation).ConfigureAwait(false);
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> WrittenAsync(MiReply reply, CancellationToken cancellation)
    {
        var output = new BufferedMiOutput(new ArrayBufferWriter<byte>(), flushed: null, MostBytes);
        await using (output.Json.ConfigureAwait(false))
        {
            await reply.WriteAsync(output, cancellation).ConfigureAwait(false);
            await output.FlushAsync(cancellation).ConfigureAwait(false);
            return output.Kept;
        }
    }

    private static IPAddress AnyOf(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
}
