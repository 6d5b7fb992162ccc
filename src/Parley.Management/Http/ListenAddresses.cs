using System.Net;

namespace Parley.Management;

/// <summary>Where the HTTP listener listens.</summary>
internal static class ListenAddresses
{
    /// <exception cref="ManagementException">An address cannot be read, or lies beyond loopback and nothing protects it.</exception>
    public static IReadOnlyList<IPEndPoint> Of(ManagementOptions options, IManagementAccess access)
    {
        if (options.Listen.Count == 0)
            return [new IPEndPoint(IPAddress.Loopback, ManagementOptions.DefaultPort)];
        var places = new List<IPEndPoint>();
        foreach (string text in options.Listen)
        {
            if (!TryParse(text, out IPEndPoint? place))
                throw new ManagementException(
                    $"The management address \"{text}\" is not allowed; give address:port, such as 127.0.0.1:8888"
                );
            if (!LoopbackAccess.IsLoopback(place.Address) && !access.ProtectsOtherAddresses)
                throw new ManagementException(
                    $"The management address {text} lies beyond loopback, where it would be open to other machines; give one such as 127.0.0.1:8888"
                );
            places.Add(place);
        }

        return places;
    }

    /// <summary>Reads <c>address:port</c>, IPv6 in brackets; the port has to be there.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPEndPoint? place)
    {
        place = null;
        int colon = text.LastIndexOf(':');
        return colon > 0
            && (text[0] != '[' ? text.IndexOf(':', StringComparison.Ordinal) == colon : text[colon - 1] == ']')
            && IPEndPoint.TryParse(text, out place)
            && text[(colon + 1)..].All(char.IsAsciiDigit)
            && colon + 1 < text.Length;
    }
}
