namespace Parley.Testing;

/// <summary>What became of the messages on a <see cref="SimulatedNetwork"/>.</summary>
public sealed class NetworkCounters
{
    /// <summary>Messages handed to the network.</summary>
    public long Sent { get; internal set; }

    /// <summary>Messages given to a receiver, copies included.</summary>
    public long Delivered { get; internal set; }

    /// <summary>Datagrams lost by the conditions or an interceptor.</summary>
    public long Lost { get; internal set; }

    /// <summary>Datagrams that arrived twice.</summary>
    public long Duplicated { get; internal set; }

    /// <summary>Datagrams held back.</summary>
    public long Reordered { get; internal set; }

    /// <summary>Datagrams that a partition or a silent host swallowed.</summary>
    public long Cut { get; internal set; }

    /// <summary>Datagrams to an address where nothing listens.</summary>
    public long Unreachable { get; internal set; }

    /// <summary>Messages that the parser refused (given to the receiver as malformed).</summary>
    public long Refused { get; internal set; }

    /// <summary>Messages that were dropped by the parser's verdict.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Stream connections opened.</summary>
    public long Connections { get; internal set; }
}
