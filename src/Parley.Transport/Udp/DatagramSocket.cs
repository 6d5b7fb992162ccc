namespace Parley.Transport;

/// <summary>One UDP socket with its receive batch. Received by one thread; sent by any, each with an output of its own.</summary>
internal abstract class DatagramSocket : IDisposable
{
    /// <summary>The usual wait in <see cref="Receive"/>, so that the loop can run its timers.</summary>
    public const int WaitMilliseconds = 10;

    public abstract SipEndPoint Local { get; }

    /// <summary>Where received datagrams lie.</summary>
    public abstract byte[] Buffer { get; }

    /// <summary>Waits at most so long, in milliseconds, and takes what is there: the number of datagrams, 0 for none, -1 for an error that is not of the moment.</summary>
    public abstract int Receive(int wait);

    public abstract int OffsetOf(int index);

    public abstract int LengthOf(int index);

    public abstract SipEndPoint RemoteOf(int index);

    /// <summary>The socket is on a wildcard address and reports the local address of each datagram.</summary>
    public virtual bool TellsLocal => false;

    /// <summary>The local address that a datagram came to, port 0; default when it is not known.</summary>
    public virtual SipEndPoint LocalOf(int index) => default;

    /// <summary>True when the datagram was longer than the limit.</summary>
    public abstract bool IsTruncated(int index);

    /// <summary>The network has reported something of datagrams sent: to be read by <see cref="TryReadError"/>. Costs nothing to ask.</summary>
    public virtual bool HasErrors => false;

    /// <summary>Takes the next report that a datagram could not be delivered; false when there is none. The bytes are valid until the next call.</summary>
    public virtual bool TryReadError(out SipEndPoint remote, out ReadOnlySpan<byte> quoted)
    {
        remote = default;
        quoted = default;
        return false;
    }

    public abstract DatagramOutput CreateOutput(SipTransportCounters counters);

    public abstract long KernelDrops { get; }

    public abstract int GrantedReceiveBuffer { get; }

    public abstract int GrantedSendBuffer { get; }

    public abstract void Dispose();
}
