namespace Parley.Transport;

/// <summary>Where a message came from or shall go: the listener it uses, the far end, and for streams the connection.</summary>
/// <param name="Listener">The listener of ours that it uses.</param>
/// <param name="Remote">The far end.</param>
/// <param name="ConnectionId">The stream connection to use and no other; 0: one that is open to the far end, or a new one.</param>
public readonly record struct SipFlow(SipListener Listener, SipEndPoint Remote, long ConnectionId = 0)
{
    /// <summary>For TLS to a name: the domain that the far end's certificate must carry (RFC 5922 7.3), from <see cref="SipTarget.HostName"/>.
    /// Null: the certificate must carry the address, and any connection open to the far end will do. Not part of the flow's identity.</summary>
    public string? ServerName { get; init; }

    /// <summary>Equal listener, far end and connection.</summary>
    /// <param name="other">The flow to compare with.</param>
    public bool Equals(SipFlow other) =>
        ReferenceEquals(Listener, other.Listener) && Remote == other.Remote && ConnectionId == other.ConnectionId;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Listener?.Index ?? -1, Remote, ConnectionId);
}
