using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Parley.Management;

/// <summary>Where the HTTP listener listens.</summary>
internal static class ListenAddresses
{
    private const string Https = "https://";
    private const string Http = "http://";

    /// <exception cref="ManagementException">An address cannot be read, or lies beyond loopback and there is no certificate or credential; TLS without a certificate.</exception>
    public static IReadOnlyList<ListenPlace> Of(ManagementOptions options, IManagementAccess access)
    {
        if (options.Listen.Count == 0)
            return [new ListenPlace(new IPEndPoint(IPAddress.Loopback, ManagementOptions.DefaultPort), IsTls: false)];
        var places = new List<ListenPlace>();
        foreach (string text in options.Listen)
        {
            if (!TryParsePlace(text, out ListenPlace? place))
                throw new ManagementException(
                    $"The management address \"{text}\" is not allowed; give address:port, such as 127.0.0.1:8888, with https:// before it for TLS on loopback"
                );
            if (FaultOf(place, options.Access, access.ProtectsOtherAddresses) is { } fault)
                throw new ManagementException($"The management address {text} {fault}");
            places.Add(place);
        }

        return places;
    }

    /// <summary>Why a place cannot be listened on; null: it can.</summary>
    public static string? FaultOf(ListenPlace place, ManagementAccessOptions options, bool hasCredentials)
    {
        bool isBeyond = !Loopback.IsLoopback(place.EndPoint.Address);
        bool hasCertificate = options.Tls.CertificatePath is not null;
        if (isBeyond && (!hasCertificate || !hasCredentials))
            return "lies beyond loopback, where it would be open to other machines; give a Certificate in Management:Access with Tokens, "
                + "client Certificates or OpenId, or listen on one such as 127.0.0.1:8888";
        return place.IsTls && !hasCertificate ? "asks for TLS; give a Certificate in Management:Access" : null;
    }

    /// <summary>Reads <c>address:port</c>, with <c>https://</c> or <c>http://</c> before it or not. Beyond loopback there is TLS alone.</summary>
    public static bool TryParsePlace(string text, [NotNullWhen(true)] out ListenPlace? place)
    {
        place = null;
        bool isHttps = text.StartsWith(Https, StringComparison.OrdinalIgnoreCase);
        bool isHttp = text.StartsWith(Http, StringComparison.OrdinalIgnoreCase);
        if (
            !TryParse(
                text[
                    (
                        isHttps ? Https.Length
                        : isHttp ? Http.Length
                        : 0
                    )..
                ],
                out IPEndPoint? address
            )
        )
            return false;
        bool isBeyond = !Loopback.IsLoopback(address.Address);
        if (isHttp && isBeyond)
            return false;
        place = new ListenPlace(address, isHttps || isBeyond);
        return true;
    }

    /// <summary>Reads <c>address:port</c>, IPv6 in brackets; the port has to be there.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? place)
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
