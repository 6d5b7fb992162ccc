using Parley.Sip;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>Attributes of the measurements, named as OpenTelemetry names them where it does. Methods and statuses are bounded; no Call-ID, URI or address of a peer is among them.</summary>
internal static class MetricTags
{
    public static readonly KeyValuePair<string, object?> Receive = new("network.io.direction", "receive");
    public static readonly KeyValuePair<string, object?> Transmit = new("network.io.direction", "transmit");
    public static readonly KeyValuePair<string, object?> Request = new("sip.message.type", "request");
    public static readonly KeyValuePair<string, object?> Response = new("sip.message.type", "response");
    public static readonly KeyValuePair<string, object?> Server = new("sip.transaction.role", "server");
    public static readonly KeyValuePair<string, object?> Client = new("sip.transaction.role", "client");
    public static readonly KeyValuePair<string, object?> Invite = new("sip.transaction.type", "invite");
    public static readonly KeyValuePair<string, object?> NonInvite = new("sip.transaction.type", "non_invite");

    /// <summary>The known method, or <c>_OTHER</c> as for HTTP.</summary>
    public static KeyValuePair<string, object?> Method(SipMethod method) =>
        new("sip.request.method", method == SipMethod.Other ? "_OTHER" : method.ToString().ToUpperInvariant());

    public static KeyValuePair<string, object?> Status(int statusCode) => new("sip.response.status_code", statusCode);

    public static KeyValuePair<string, object?> Error(string type) => new("error.type", type);

    /// <summary>Transport, address and port of a listener.</summary>
    public static KeyValuePair<string, object?>[] Of(SipListener listener) =>
        [
            new("network.transport", listener.Protocol.ToString().ToLowerInvariant()),
            new("server.address", listener.Local.ToIPEndPoint().Address.ToString()),
            new("server.port", (int)listener.Local.Port),
        ];
}
