namespace Parley.Transport;

/// <summary>How SIP is carried.</summary>
public enum SipProtocol : byte
{
    /// <summary>Datagrams.</summary>
    Udp,

    /// <summary>A plain stream.</summary>
    Tcp,

    /// <summary>A stream under TLS 1.2 or later.</summary>
    Tls,

    /// <summary>WebSocket (RFC 7118).</summary>
    Ws,

    /// <summary>WebSocket over TLS (RFC 7118).</summary>
    Wss,
}
