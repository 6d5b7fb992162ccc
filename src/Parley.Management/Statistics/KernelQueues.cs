using System.Globalization;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Bytes that wait in the receive queues of the listeners' sockets, as /proc/net of Linux has them; 0 elsewhere.</summary>
internal static class KernelQueues
{
    public static long Waiting(IReadOnlyList<SipListener> listeners, SipProtocol protocol)
    {
        var ports = listeners
            .Where(listener => listener.Protocol == protocol)
            .Select(static listener => (int)listener.Local.Port)
            .ToHashSet();
        if (ports.Count == 0)
            return 0;
        string table = protocol == SipProtocol.Udp ? "udp" : "tcp";
        return Sum($"/proc/net/{table}", ports) + Sum($"/proc/net/{table}6", ports);
    }

    /// <summary>The column rx_queue of the lines whose local port is one of these.</summary>
    internal static long Sum(string path, HashSet<int> ports)
    {
        long sum = 0;
        try
        {
            foreach (string line in File.ReadLines(path).Skip(1))
                sum += WaitingIn(line, ports);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        return sum;
    }

    // "  1: 0100007F:13C4 00000000:0000 07 00000000:00000300 ...": local address and port, remote, state, tx_queue and rx_queue, all hexadecimal.
    private static long WaitingIn(string line, HashSet<int> ports)
    {
        string[] columns = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        return
            columns.Length > 4
            && TryHex(columns[1], out long port)
            && ports.Contains((int)port)
            && TryHex(columns[4], out long waiting)
            // A listening TCP socket has connections in its queue, not bytes.
            && columns[3] != "0A"
            ? waiting
            : 0;
    }

    private static bool TryHex(string pair, out long value) =>
        long.TryParse(pair.AsSpan(pair.IndexOf(':') + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
