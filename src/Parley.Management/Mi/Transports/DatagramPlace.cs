using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Management;

/// <summary>A place for requests in datagrams, as a setting writes it.</summary>
internal sealed record DatagramPlace(string Text, EndPoint EndPoint)
{
    /// <summary>What sun_path of Linux holds, with its NUL.</summary>
    private const int LongestPath = 107;

    public bool IsUnix => EndPoint is UnixDomainSocketEndPoint;

    /// <summary>Reads <c>udp:127.0.0.1:8080</c> (loopback only) or <c>unix:/run/parley/mi.sock</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DatagramPlace? place)
    {
        place = null;
        if (text.StartsWith("unix:/", StringComparison.Ordinal))
        {
            string path = text[5..];
            if (path.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(path) > LongestPath)
                return false;
            place = new DatagramPlace(text, new UnixDomainSocketEndPoint(path));
        }
        else if (
            text.StartsWith("udp:", StringComparison.Ordinal)
            && ListenAddresses.TryParse(text[4..], out IPEndPoint? address)
            && Loopback.IsLoopback(address.Address)
        )
        {
            place = new DatagramPlace(text, address);
        }

        return place is not null;
    }
}
