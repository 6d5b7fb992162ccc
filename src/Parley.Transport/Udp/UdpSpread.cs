namespace Parley.Transport;

/// <summary>How the kernel spreads datagrams over the workers of one UDP listener.</summary>
public enum UdpSpread : byte
{
    /// <summary>By source and destination: one far end stays with one worker, in order. A trunk (one source address and port) loads one worker only.</summary>
    ByFlow,

    /// <summary>At random, so that one trunk loads all workers alike; messages of one far end may overtake each other between workers.</summary>
    Random,
}
