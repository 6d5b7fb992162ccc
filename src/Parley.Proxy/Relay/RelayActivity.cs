namespace Parley.Proxy;

/// <summary>What the relay is in the middle of; what branches report meanwhile is only noted.</summary>
internal enum RelayActivity : byte
{
    None,

    /// <summary>The targets of one group are being sent.</summary>
    Starting,

    /// <summary>The failure hooks run; they may await.</summary>
    Choosing,
}
