using System.Text;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>A listener as the table has it.</summary>
internal static class SocketText
{
    /// <summary><c>proto:ip:port</c>; empty for none.</summary>
    public static byte[] Of(SipListener? listener)
    {
        if (listener is null)
            return [];
        Span<byte> address = stackalloc byte[SipEndPoint.MaxAddressLength];
        string host = Encoding.ASCII.GetString(address[..listener.Local.FormatAddress(address, brackets: true)]);
        return Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(listener.UriTransport)}:{host}:{listener.Local.Port}");
    }
}
