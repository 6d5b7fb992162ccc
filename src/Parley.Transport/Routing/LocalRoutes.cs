using System.Net.Sockets;

namespace Parley.Transport;

/// <summary>
/// The local address that the system sends from to a far end: asked of the kernel by connecting a UDP socket, which sends nothing, and kept
/// for a while. The cache has a fixed number of places, so traffic to many addresses costs a system call each and no memory.
/// </summary>
internal sealed class LocalRoutes(TimeProvider time)
{
    private const int Places = 1024;
    private const ushort AnyPort = 5060;
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    private readonly Route?[] _routes = new Route?[Places];

    /// <summary>The source address, port 0; default (no address) when the system has no route.</summary>
    public SipEndPoint To(SipEndPoint target)
    {
        var now = time.GetTimestamp();
        ref var place = ref _routes[(int)((uint)HashCode.Combine(target.High, target.Low, target.ScopeId) % Places)];
        var known = Volatile.Read(ref place);
        if (
            known is not null
            && known.Target.SameAddress(target)
            && known.Target.ScopeId == target.ScopeId
            && time.GetElapsedTime(known.Since, now) < MaxAge
        )
            return known.Local;
        var local = Ask(target);
        Volatile.Write(ref place, new Route(target, local, now));
        return local;
    }

    private static SipEndPoint Ask(SipEndPoint target)
    {
        try
        {
            using var socket = new Socket(
                target.IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork,
                SocketType.Dgram,
                ProtocolType.Udp
            );
            if (target.IsIPv6)
                socket.DualMode = false;
            socket.Connect(target.WithPort(AnyPort).ToIPEndPoint());
            return SipEndPoint.From((System.Net.IPEndPoint)socket.LocalEndPoint!).WithPort(0);
        }
        catch (SocketException)
        {
            return default; // no route, or no descriptor left
        }
    }

    private sealed record Route(SipEndPoint Target, SipEndPoint Local, long Since);
}
