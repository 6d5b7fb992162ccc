namespace Parley.Proxy;

/// <summary>How far the relay of one request has come. It only goes forward.</summary>
internal enum RelayPhase : byte
{
    /// <summary>Nothing was relayed.</summary>
    Idle,

    /// <summary>A stateless copy has left; nothing is awaited.</summary>
    Copied,

    /// <summary>The handler has asked for it; no branch has left yet.</summary>
    Relaying,

    /// <summary>A branch has left.</summary>
    Sent,

    /// <summary>A 6xx came: no new branches (RFC 3261 16.7 step 5).</summary>
    Declined,

    /// <summary>A 2xx of INVITE went upstream: the other branches are cancelled (16.7 step 10).</summary>
    Accepted,
}
