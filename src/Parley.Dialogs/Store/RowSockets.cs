using System.Text;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>The listeners that the sockets of rows name.</summary>
internal sealed class RowSockets(IReadOnlyList<SipListener> listeners, DialogStoreOptions options)
{
    /// <summary>Rows whose socket is no listener here, since <see cref="BeginCount"/>.</summary>
    public long Unknown { get; private set; }

    /// <summary>One of these sockets.</summary>
    public string Example { get; private set; } = "";

    public void BeginCount() => Unknown = 0;

    /// <summary>An empty socket is none: true and null.</summary>
    public bool TryFind(ReadOnlySpan<byte> socket, out SipListener? found)
    {
        found = null;
        if (socket.IsEmpty || Find(socket, ref found))
            return true;
        string text = Encoding.UTF8.GetString(socket);
        if (options.ListenerMap.TryGetValue(text, out string? other) && Find(Encoding.UTF8.GetBytes(other), ref found))
            return true;
        if (options.AcceptAnySocket && FindAlike(text) is { } alike)
        {
            found = alike;
            return true;
        }

        if (Unknown++ == 0)
            Example = text;
        return false;
    }

    private bool Find(ReadOnlySpan<byte> socket, ref SipListener? found)
    {
        foreach (SipListener listener in listeners)
        {
            if (socket.SequenceEqual(SocketText.Of(listener)))
            {
                found = listener;
                return true;
            }

            // A listener on a wildcard address stands for every address of the machine.
            foreach (SipListener address in listener.Addresses)
            {
                if (!socket.SequenceEqual(SocketText.Of(address)))
                    continue;
                found = address;
                return true;
            }
        }

        return false;
    }

    /// <summary>The first listener of the same transport.</summary>
    private SipListener? FindAlike(string socket)
    {
        int colon = socket.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return null;
        foreach (SipListener listener in listeners)
        {
            if (Encoding.ASCII.GetString(listener.UriTransport).Equals(socket[..colon], StringComparison.OrdinalIgnoreCase))
                return listener;
        }

        return null;
    }
}
