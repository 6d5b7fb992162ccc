namespace Parley.Testing;

/// <summary>One direction between two hosts.</summary>
internal sealed class Link
{
    /// <summary>Null: the network's.</summary>
    internal LinkConditions? Conditions { get; set; }

    internal bool IsCut { get; set; }

    /// <summary>When the latest datagram that kept its place arrives.</summary>
    internal long LastDue { get; set; }
}
