namespace Parley.Testing;

/// <summary>What a <see cref="PacketInterceptor"/> decides.</summary>
public enum PacketFate
{
    /// <summary>The link's conditions decide.</summary>
    Pass,

    /// <summary>Lost (datagrams only; on a stream the same as <see cref="Pass"/>).</summary>
    Drop,

    /// <summary>Arrives twice (datagrams only).</summary>
    Duplicate,

    /// <summary>Held back by the link's whole <see cref="LinkConditions.ReorderingDelay"/>, so that later datagrams overtake it.</summary>
    HoldBack,

    /// <summary>Arrives once and in order whatever the conditions say.</summary>
    Protect,
}
