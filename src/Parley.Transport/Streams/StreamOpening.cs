using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Parley.Transport;

/// <summary>From a socket to an open connection, inbound and outbound, and the whole life of one as a task.</summary>
internal static class StreamOpening
{
    /// <summary>A socket to connect with, bound to the listener's address so that the far end sees the listener's address.</summary>
    public static Socket CreateOutbound(SipListener listener, SipStreamOptions options)
    {
        var family = listener.Local.IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Prepare(socket, options);
            if (!listener.Local.IsAny)
            {
                if (OperatingSystem.IsLinux())
                    socket.SetRawSocketOption(LinuxSyscalls.IPProtoIP, LinuxSyscalls.IPBindAddressNoPort, [1, 0, 0, 0]); // the port is chosen at connect, per far end
                socket.Bind(listener.Local.WithPort(0).ToIPEndPoint());
            }
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static void Prepare(Socket socket, SipStreamOptions options)
    {
        socket.NoDelay = true;
        if (options.KeepAliveTime > TimeSpan.Zero)
        {
            // A far end that vanished without a word (half-open) is noticed by probes, and by unacknowledged data.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(
                SocketOptionLevel.Tcp,
                SocketOptionName.TcpKeepAliveTime,
                Math.Max(1, (int)options.KeepAliveTime.TotalSeconds)
            );
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        }
        if (OperatingSystem.IsLinux())
        {
            Span<byte> milliseconds = stackalloc byte[4];
            BitConverter.TryWriteBytes(milliseconds, (int)Math.Min(int.MaxValue, options.WriteTimeout.TotalMilliseconds * 2));
            socket.SetRawSocketOption(LinuxSyscalls.IPProtoTcp, LinuxSyscalls.TcpUserTimeout, milliseconds);
        }
    }

    /// <summary>Opens, reads until the end, closes. Never throws.</summary>
    public static async Task RunAsync(StreamConnection connection, StreamContext context, TlsContext? tls)
    {
        var reason = CloseReason.Error;
        Exception? error = null;
        NetworkStream? network = null;
        Stream? stream = null;
        try
        {
            if (connection.IsOutbound)
            {
                reason = CloseReason.ConnectFailed;
                await connection.Socket.ConnectAsync(connection.Flow.Remote.ToIPEndPoint()).ConfigureAwait(false);
                if (!connection.Handshaking())
                    return;
            }
            reason = CloseReason.HandshakeFailed;
            stream = network = new NetworkStream(connection.Socket, ownsSocket: false);
            if (tls is not null)
                stream = await HandshakeAsync(connection, network, tls).ConfigureAwait(false);
            if (!connection.Opened(stream))
                return;
            SipTransportCounters.Add(
                ref connection.IsOutbound
                    ? ref context.CountersOf(connection.Flow)._opened
                    : ref context.CountersOf(connection.Flow)._accepted,
                1
            );
            reason = CloseReason.Error;
            reason = await StreamReading.RunAsync(connection, stream, context).ConfigureAwait(false);
        }
        catch (Exception e) when (IsNetworkError(e))
        {
            error = e;
        }
        catch (Exception e)
        {
            error = e;
            context.Fault(connection, e);
        }
        finally
        {
            if (reason is CloseReason.Remote or CloseReason.Broken)
                connection.CloseAfterOutput(reason);
            else
                connection.Close(reason, error);
            await connection.Ended.ConfigureAwait(false);
            if (stream is not null && stream != network)
                await stream.DisposeAsync().ConfigureAwait(false);
            network?.Dispose();
            connection.Socket.Dispose();
        }
    }

    public static bool IsNetworkError(Exception e) =>
        e
            is IOException
                or SocketException
                or ObjectDisposedException
                or AuthenticationException
                or OperationCanceledException
                or InvalidOperationException
                or System.ComponentModel.Win32Exception
                or System.Security.Cryptography.CryptographicException;

    private static async Task<SslStream> HandshakeAsync(StreamConnection connection, NetworkStream network, TlsContext tls)
    {
        var stream = new SslStream(network, leaveInnerStreamOpen: true);
        try
        {
            if (connection.IsOutbound)
                await stream
                    .AuthenticateAsClientAsync(tls.ForServer(connection.ServerName ?? connection.Flow.Remote.ToIPAddress().ToString()))
                    .ConfigureAwait(false);
            else
                await stream.AuthenticateAsServerAsync(tls.ForClients()).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
