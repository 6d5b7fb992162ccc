using System.Net;
using System.Net.Sockets;

namespace Parley.Transport;

/// <summary>What every UDP socket gets before and at binding.</summary>
internal static class DatagramSocketSetup
{
    /// <param name="endPoint">Where to bind.</param>
    /// <param name="options">Buffer sizes.</param>
    /// <param name="share">SO_REUSEPORT: only with several workers, for else a second server on the same port would go unnoticed.</param>
    public static Socket Create(IPEndPoint endPoint, SipListenerOptions options, bool share)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false; // IPv4 has listeners of its own
            if (share)
                socket.SetRawSocketOption(LinuxSyscalls.SolSocket, LinuxSyscalls.SoReusePort, [1, 0, 0, 0]);
            if (options.ReceiveBufferSize > 0)
                socket.ReceiveBufferSize = options.ReceiveBufferSize;
            if (options.SendBufferSize > 0)
                socket.SendBufferSize = options.SendBufferSize;
            socket.ReceiveTimeout = DatagramSocket.WaitMilliseconds;
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
