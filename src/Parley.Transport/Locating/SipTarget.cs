namespace Parley.Transport;

/// <summary>A place to send a request to, found by RFC 3263.</summary>
/// <param name="Protocol">The protocol to use.</param>
/// <param name="EndPoint">Address and port.</param>
public readonly record struct SipTarget(SipProtocol Protocol, SipEndPoint EndPoint)
{
    /// <summary>The domain that was asked for, which a TLS certificate must carry (<see cref="SipFlow.ServerName"/>); null for an address. Not part of the target's identity.</summary>
    public string? HostName { get; init; }

    /// <summary>Equal protocol and endpoint.</summary>
    /// <param name="other">The target to compare with.</param>
    public bool Equals(SipTarget other) => Protocol == other.Protocol && EndPoint == other.EndPoint;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Protocol, EndPoint);
}
