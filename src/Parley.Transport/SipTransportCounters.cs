namespace Parley.Transport;

/// <summary>What went through one listener since it was opened. Each number is exact; two of them need not be of the same instant.</summary>
public sealed class SipTransportCounters
{
    internal long _received,
        _receivedBytes,
        _keepAlives,
        _rejected,
        _droppedMalformed,
        _droppedTooLarge,
        _receiverFaults,
        _receiveErrors;
    internal long _sent,
        _sentBytes,
        _sendFailed;
    internal long _accepted,
        _opened,
        _connectFailed,
        _closed,
        _refused,
        _slowReaders,
        _timedOut,
        _active;
    internal long _broken,
        _silent,
        _displaced,
        _connectsRefused,
        _unreachable,
        _resent;

    internal SipTransportCounters(SipListener listener) => Listener = listener;

    /// <summary>The listener that is counted.</summary>
    public SipListener Listener { get; }

    /// <summary>Messages given to the receiver.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Bytes that arrived, keep-alives and garbage included.</summary>
    public long ReceivedBytes => Interlocked.Read(ref _receivedBytes);

    /// <summary>CRLF keep-alives (RFC 5626 3.5.1).</summary>
    public long KeepAlives => Interlocked.Read(ref _keepAlives);

    /// <summary>Requests given to the receiver to be refused.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Arrivals dropped because they are no SIP, or not enough of it for an answer.</summary>
    public long DroppedMalformed => Interlocked.Read(ref _droppedMalformed);

    /// <summary>Arrivals dropped because they exceed the limits.</summary>
    public long DroppedTooLarge => Interlocked.Read(ref _droppedTooLarge);

    /// <summary>Datagrams the kernel dropped because the socket's receive buffer was full; 0 where the system does not report it.</summary>
    public long KernelDrops => KernelDropSource?.Invoke() ?? 0;

    /// <summary>Errors of the system's receive call.</summary>
    public long ReceiveErrors => Interlocked.Read(ref _receiveErrors);

    /// <summary>Exceptions that the receiver threw.</summary>
    public long ReceiverFaults => Interlocked.Read(ref _receiverFaults);

    /// <summary>Messages handed to the kernel.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Bytes handed to the kernel.</summary>
    public long SentBytes => Interlocked.Read(ref _sentBytes);

    /// <summary>Messages that could not be sent.</summary>
    public long SendFailed => Interlocked.Read(ref _sendFailed);

    /// <summary>Connections accepted.</summary>
    public long ConnectionsAccepted => Interlocked.Read(ref _accepted);

    /// <summary>Connections opened by this side.</summary>
    public long ConnectionsOpened => Interlocked.Read(ref _opened);

    /// <summary>Connections that this side could not open, or whose TLS handshake failed.</summary>
    public long ConnectionsFailed => Interlocked.Read(ref _connectFailed);

    /// <summary>Inbound connections refused for a limit.</summary>
    public long ConnectionsRefused => Interlocked.Read(ref _refused);

    /// <summary>Connections that ended, for whatever reason.</summary>
    public long ConnectionsClosed => Interlocked.Read(ref _closed);

    /// <summary>Connections closed because the far end did not read.</summary>
    public long SlowReadersClosed => Interlocked.Read(ref _slowReaders);

    /// <summary>Connections closed for silence, an unfinished message, or a handshake or connect that took too long.</summary>
    public long ConnectionsTimedOut => Interlocked.Read(ref _timedOut);

    /// <summary>Connections closed because what arrived is no SIP, has no end that could be found, or exceeds the limits.</summary>
    public long BrokenClosed => Interlocked.Read(ref _broken);

    /// <summary>Connections closed because no message came in the time for the first one; counted among <see cref="ConnectionsTimedOut"/> too.</summary>
    public long SilentClosed => Interlocked.Read(ref _silent);

    /// <summary>Connections of strangers closed to make room for new ones.</summary>
    public long StrangersDisplaced => Interlocked.Read(ref _displaced);

    /// <summary>Connections that this side did not open because of a limit.</summary>
    public long ConnectsRefused => Interlocked.Read(ref _connectsRefused);

    /// <summary>Reports of the network that a datagram could not be delivered.</summary>
    public long Unreachable => Interlocked.Read(ref _unreachable);

    /// <summary>Responses retransmitted over a new connection, because theirs closed before they had left (RFC 3261 18.2.2).</summary>
    public long ResponsesResent => Interlocked.Read(ref _resent);

    /// <summary>Connections there are now, those being opened included.</summary>
    public long ActiveConnections => Interlocked.Read(ref _active);

    internal Func<long>? KernelDropSource { get; set; }

    internal static void Add(ref long counter, long amount)
    {
        if (amount != 0)
            Interlocked.Add(ref counter, amount);
    }
}
