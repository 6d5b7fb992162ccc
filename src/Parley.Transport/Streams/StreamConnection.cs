using System.Net.Security;
using System.Net.Sockets;

namespace Parley.Transport;

/// <summary>One TCP or TLS connection: its output queue and its states. Reading is in <see cref="StreamReading"/>, opening in <see cref="StreamOpening"/>.</summary>
internal sealed class StreamConnection : IThreadPoolWorkItem
{
    private readonly StreamContext _context;
    private readonly Lock _lock = new();
    private StreamOutput _pending = new();
    private StreamOutput _inFlight = new();
    private FailedTokens? _lost;
    private List<LostResponse>? _unsent;
    private TaskCompletionSource? _drained;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _stream;
    private ConnectionState _state;
    private CloseReason _closing;
    private bool _writing;
    private long _stateSince;
    private long _writeSince;
    private long _overSince;
    private long _lastActivity;
    private long _partialSince;

    public StreamConnection(
        StreamContext context,
        SipListener listener,
        SipEndPoint remote,
        Socket socket,
        bool outbound,
        string? serverName,
        SipEndPoint cause = default
    )
    {
        Cause = cause;
        _context = context;
        Socket = socket;
        IsOutbound = outbound;
        ServerName = serverName;
        Flow = new SipFlow(listener, remote, context.Table.NextId());
        _state = outbound ? ConnectionState.Connecting : ConnectionState.Handshaking;
        _stateSince = _lastActivity = context.Now;
    }

    public SipFlow Flow { get; }

    public Socket Socket { get; }

    public bool IsOutbound { get; }

    /// <summary>The domain the far end's certificate was, or will be, verified for.</summary>
    public string? ServerName { get; }

    /// <summary>Whose request made us open it; default for ourselves, and for an inbound one.</summary>
    public SipEndPoint Cause { get; }

    /// <summary>Guarded by the table: it counts among those being opened.</summary>
    public bool IsCountedPending { get; set; }

    /// <summary>A message came by it.</summary>
    public bool HasSpoken { get; set; }

    /// <summary>Its far end registered or has a dialog.</summary>
    public bool IsKnown { get; set; }

    public long LastActivity => Volatile.Read(ref _lastActivity);

    public SipConnectionState PublicState =>
        _state switch
        {
            ConnectionState.Connecting or ConnectionState.Handshaking => SipConnectionState.Opening,
            ConnectionState.Open => SipConnectionState.Open,
            _ => SipConnectionState.Gone,
        };

    /// <summary>The table's chain of connections to the same far end.</summary>
    public StreamConnection? NextToRemote { get; set; }

    /// <summary>Completes once the connection is closed and the receiver has been called.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether a message for this server name may go here: by TLS only where that name was verified.</summary>
    public bool Takes(string? serverName) =>
        _state < ConnectionState.Closing
        && (
            serverName is null
            || !Flow.Listener.Protocol.IsSecure()
            || string.Equals(serverName, ServerName, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Queues a message; false when the connection is closed or its output full.</summary>
    public bool Send(ReadOnlySpan<byte> message, ulong token)
    {
        lock (_lock)
        {
            if (_state >= ConnectionState.Closing)
                return false;
            var waiting = _pending.Length + _inFlight.Length;
            if (waiting + message.Length > _context.Options.OutputLimit)
                return false;
            _pending.Append(message, token);
            if (_overSince == 0 && waiting + message.Length > _context.Options.SlowReaderThreshold)
                _overSince = _context.Now;
            return true;
        }
    }

    /// <summary>Begins to write what is queued, unless someone is writing or the connection is not open yet. Does not block: what the socket does not take now leaves later.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_writing || _state is not (ConnectionState.Open or ConnectionState.Closing))
                return;
            if (_pending.Length == 0 && _state == ConnectionState.Open)
                return;
            _writing = true;
        }
        Write();
    }

    /// <summary>TCP is up, TLS begins.</summary>
    public bool Handshaking()
    {
        lock (_lock)
        {
            if (_state >= ConnectionState.Closing)
                return false;
            Enter(ConnectionState.Handshaking);
            return true;
        }
    }

    /// <summary>Messages may go; what waited leaves.</summary>
    public bool Opened(Stream stream)
    {
        lock (_lock)
        {
            if (_state >= ConnectionState.Closing)
                return false;
            _stream = stream;
            Enter(ConnectionState.Open);
        }
        if (IsOutbound)
            _context.Table.Settled(this);
        Flush();
        return true;
    }

    /// <summary>After a read: remembers the activity, and since when an unfinished message waits.</summary>
    public void WasRead(bool progress, bool partial)
    {
        var now = _context.Now;
        _lastActivity = now;
        if (!partial)
            _partialSince = 0;
        else if (progress || _partialSince == 0)
            _partialSince = now;
    }

    /// <summary>Null, or a task to await before reading on: the far end asks but does not take the answers.</summary>
    public Task? Backpressure()
    {
        lock (_lock)
        {
            if (_overSince == 0 || _state >= ConnectionState.Closing)
                return null;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>Lets the output leave, then closes.</summary>
    public void CloseAfterOutput(CloseReason reason)
    {
        lock (_lock)
        {
            if (_state == ConnectionState.Open)
            {
                Enter(ConnectionState.Closing);
                _closing = reason;
            }
            else if (_state == ConnectionState.Closing)
                return;
        }
        if (_state == ConnectionState.Closing)
            Flush();
        else
            Close(reason);
    }

    /// <summary>Closes now. Queued messages are reported as failed, then the flow as closed, on a pool thread.</summary>
    public void Close(CloseReason reason, Exception? error = null)
    {
        ConnectionState before;
        lock (_lock)
        {
            if (_state == ConnectionState.Closed)
                return;
            before = _state;
            Enter(ConnectionState.Closed);
            _lost = new FailedTokens();
            // RFC 3261 18.2.2: responses that did not leave by the connection of their requests go by a new one.
            if (!IsOutbound && reason != CloseReason.Stopped)
            {
                _context.KeepResponses(_inFlight, ref _unsent);
                _context.KeepResponses(_pending, ref _unsent);
            }
            _lost.AddRange(_inFlight.Tokens);
            _lost.AddRange(_pending.Tokens);
            SipTransportCounters.Add(ref _context.CountersOf(Flow)._sendFailed, _pending.Messages + _inFlight.Messages);
            _pending.Clear();
            if (!_writing)
                _inFlight.Clear(); // else the write in progress still reads it
            _drained?.TrySetResult();
        }
        _context.Table.Remove(this);
        _context.Closed(this, reason, before, error);
        Socket.Dispose();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Informs the receiver, once, after <see cref="Close"/>.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _context.Report(this, _lost!, _unsent);
        _ended.TrySetResult();
    }

    /// <summary>Looks at the clocks of the connection.</summary>
    public void Sweep(long now)
    {
        CloseReason reason;
        lock (_lock)
        {
            var options = _context.Options;
            switch (_state)
            {
                case ConnectionState.Connecting when Over(_stateSince, options.ConnectTimeout):
                case ConnectionState.Handshaking when Over(_stateSince, options.HandshakeTimeout):
                case ConnectionState.Open when Over(_partialSince, options.PartialMessageTimeout):
                    reason = CloseReason.TimedOut;
                    break;
                case ConnectionState.Open when !IsOutbound && !HasSpoken && Over(_stateSince, options.FirstMessageTimeout):
                    reason = CloseReason.Silent;
                    break;
                case ConnectionState.Open
                or ConnectionState.Closing when Over(_writeSince, options.WriteTimeout) || Over(_overSince, options.SlowReaderTimeout):
                    reason = CloseReason.SlowReader;
                    break;
                case ConnectionState.Closing when Over(_stateSince, options.WriteTimeout):
                    reason = CloseReason.TimedOut;
                    break;
                case ConnectionState.Open
                    when Over(
                        _lastActivity,
                        IsKnown || options.IdleTimeout < options.StrangerIdleTimeout ? options.IdleTimeout : options.StrangerIdleTimeout
                    ):
                    reason = CloseReason.Idle;
                    break;
                default:
                    return;
            }
        }
        if (reason == CloseReason.Idle)
            CloseAfterOutput(reason);
        else
            Close(reason);

        bool Over(long since, TimeSpan limit) => since != 0 && _context.Elapsed(since, now) >= limit;
    }

    // Not an async method: as long as the socket takes the bytes at once nothing is allocated, in debug builds neither.
    private void Write()
    {
        while (TakeNext(out var goodbye))
        {
            if (goodbye)
            {
                _ = SayGoodbyeAsync();
                return;
            }
            ValueTask write;
            try
            {
                write = _stream!.WriteAsync(_inFlight.Bytes);
                if (!write.IsCompleted)
                {
                    _ = FinishAsync(write);
                    return;
                }
                write.GetAwaiter().GetResult();
            }
            catch (Exception e) when (StreamOpening.IsNetworkError(e))
            {
                WriteFailed(e);
                return;
            }
        }
    }

    private async Task FinishAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception e) when (StreamOpening.IsNetworkError(e))
        {
            WriteFailed(e);
            return;
        }
        Write();
    }

    /// <summary>Counts what has left and takes what waits. False: nothing does, and the writer's role is given up.</summary>
    private bool TakeNext(out bool goodbye)
    {
        goodbye = false;
        lock (_lock)
        {
            _writeSince = 0;
            if (_inFlight.Length > 0)
            {
                SipTransportCounters.Add(ref _context.CountersOf(Flow)._sent, _inFlight.Messages);
                SipTransportCounters.Add(ref _context.CountersOf(Flow)._sentBytes, _inFlight.Length);
                _lastActivity = _context.Now;
                _inFlight.Clear();
            }
            if (_overSince != 0 && _pending.Length <= _context.Options.SlowReaderThreshold)
            {
                _overSince = 0;
                _drained?.TrySetResult();
                _drained = null;
            }
            goodbye = _pending.Length == 0 && _state == ConnectionState.Closing;
            if (_state == ConnectionState.Closed || (_pending.Length == 0 && !goodbye))
            {
                _writing = false;
                return false;
            }
            (_pending, _inFlight) = (_inFlight, _pending);
            _writeSince = _context.Now;
            return true;
        }
    }

    // Closing, and all has left.
    private async Task SayGoodbyeAsync()
    {
        try
        {
            if (_stream is SslStream tls)
                await tls.ShutdownAsync().ConfigureAwait(false);
            Socket.Shutdown(SocketShutdown.Send);
            Close(_closing);
        }
        catch (Exception e) when (StreamOpening.IsNetworkError(e))
        {
            Close(_closing, e);
        }
    }

    private void WriteFailed(Exception e)
    {
        Close(CloseReason.Error, e);
        lock (_lock)
        {
            _writing = false;
            _inFlight.Clear();
        }
    }

    private void Enter(ConnectionState state)
    {
        _state = state;
        _stateSince = _context.Now;
    }
}
