using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Parley.Transport;

/// <summary>The network as it is: UDP, TCP and TLS sockets.</summary>
public sealed class SipTransport : ISipTransport
{
    private readonly SipTransportOptions _options;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly SipListener[] _listeners;
    private readonly UdpListener?[] _udp;
    private readonly StreamListener?[] _streams;
    private readonly SipTransportCounters[] _counters;
    private readonly List<SipEndPoint> _addresses;
    private volatile SipListenerSet _names;
    private readonly StreamContext _streamContext;
    private readonly ThreadLocal<ThreadState> _threads;
    private MessageReceiver? _receiver;
    private ITimer? _sweep;
    private int _started;
    private volatile bool _stopped;

    /// <summary>Opens and binds the sockets of all listeners; nothing is received before <see cref="Start"/>.</summary>
    /// <param name="options">Listeners and limits; not to be changed afterwards.</param>
    /// <param name="loggerFactory">Where the log goes.</param>
    /// <param name="timeProvider">The clock of timeouts.</param>
    /// <exception cref="ArgumentException">The options contradict themselves or are out of range.</exception>
    /// <exception cref="IOException">A listener cannot be bound, or its certificate not be read; the message says which and why.</exception>
    public SipTransport(SipTransportOptions options, ILoggerFactory loggerFactory, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        ArgumentNullException.ThrowIfNull(timeProvider);
        options.Validate();
        _options = options;
        _time = timeProvider;
        _log = loggerFactory.CreateLogger("Parley.Transport");
        var count = options.Listeners.Count;
        _listeners = new SipListener[count];
        _udp = new UdpListener?[count];
        _streams = new StreamListener?[count];
        _counters = new SipTransportCounters[count];
        _threads = new ThreadLocal<ThreadState>(() => new ThreadState(count));
        _streamContext = new StreamContext(this, _threads, options.Streams, _counters, _log, timeProvider);
        _addresses = LocalAddresses.Read();
        for (var i = 0; i < count; i++)
            Open(i, options.Listeners[i], _addresses);
        _names = new SipListenerSet(_listeners, options.Aliases, _addresses, new LocalRoutes(timeProvider).To);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SipListener> Listeners => _listeners;

    /// <inheritdoc/>
    public ICaptureTap? Tap { get; set; }

    /// <summary>What went through each listener, by <see cref="SipListener.Index"/>.</summary>
    public IReadOnlyList<SipTransportCounters> Counters => _counters;

    /// <summary>Stream connections there are now, those being opened included.</summary>
    public int ConnectionCount => _streamContext.Table.Count;

    /// <inheritdoc/>
    public SipListener? SelectListener(
        SipProtocol protocol,
        SipEndPoint target,
        SipListener? preferred = null,
        SipListener? received = null
    ) => _names.Select(protocol, target, preferred, received);

    /// <inheritdoc/>
    public bool IsOwn(ReadOnlySpan<byte> host, int port) => _names.IsOwn(host, port);

    /// <inheritdoc/>
    public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport) => _names.FindOwn(host, port, transport);

    /// <summary>Other names of this element in place of those it has beside its listeners'; holds for the next message. From any thread.</summary>
    /// <param name="aliases">As in <see cref="SipTransportOptions.Aliases"/>.</param>
    /// <exception cref="ArgumentException">One cannot be read; the former ones stay.</exception>
    public void SetAliases(IEnumerable<string> aliases)
    {
        ArgumentNullException.ThrowIfNull(aliases);
        _names = new SipListenerSet(_listeners, aliases, _addresses);
    }

    /// <inheritdoc/>
    public void Start(ISipReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (_stopped || Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("The transport was started before, or is stopped.");
        _receiver = _streamContext.Receiver = new MessageReceiver(receiver, _options.Limits, this, _counters, _log, _time);
        for (var i = 0; i < _listeners.Length; i++)
        {
            _udp[i]?.Start(_listeners[i], _receiver, this, _threads);
            _streams[i]?.Start(_listeners[i]);
            Log.Listening(_log, _listeners[i], Encoding.ASCII.GetString(_listeners[i].SentBy));
        }
        _sweep = _time.CreateTimer(static state => ((SipTransport)state!).Sweep(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var stream in _streams)
        {
            if (stream is not null)
                await stream.StopAsync().ConfigureAwait(false);
        }
        Flush();
        foreach (var udp in _udp)
        {
            if (udp is not null && _receiver is not null)
                await udp.StopAsync().ConfigureAwait(false);
        }
        _stopped = true;
        foreach (var (_, connection) in _streamContext.Table.All)
            connection.CloseAfterOutput(CloseReason.Stopped);
        foreach (var (_, connection) in _streamContext.Table.All)
        {
            try
            {
                await connection.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                connection.Close(CloseReason.Stopped);
            }
        }
        if (_sweep is not null)
            await _sweep.DisposeAsync().ConfigureAwait(false);
        Close();
    }

    /// <inheritdoc/>
    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0) =>
        SendFor(flow, message, token, default, out _);

    /// <inheritdoc/>
    public SipSendResult SendFor(in SipFlow flow, ReadOnlySpan<byte> message, ulong token, SipEndPoint cause, out long connectionId)
    {
        connectionId = 0;
        var listener = flow.Listener;
        if (
            listener is null
            || (uint)listener.Index >= (uint)_listeners.Length
            || !ReferenceEquals(_listeners[listener.Index], listener.Bound)
        )
            throw new ArgumentException("Its listener is not of this transport.", nameof(flow));
        if (_stopped || message.IsEmpty)
            return SipSendResult.Failed;
        var thread = _threads.Value!;
        var sent = _udp[listener.Index] is { } udp
            ? SendDatagram(thread, udp, flow, message, token)
            : SendStream(thread, flow, message, token, cause, out connectionId);
        if (!sent)
        {
            SipTransportCounters.Add(ref _counters[listener.Index]._sendFailed, 1);
            return SipSendResult.Failed;
        }
        if (Tap is { } tap)
            Captured(tap, flow, message);
        return SipSendResult.Queued;
    }

    /// <inheritdoc/>
    public SipConnectionState StateOf(long connectionId) => _streamContext.Table.Find(connectionId)?.PublicState ?? SipConnectionState.Gone;

    /// <inheritdoc/>
    public void MarkKnown(long connectionId)
    {
        if (connectionId != 0 && _streamContext.Table.Find(connectionId) is { } connection)
            connection.IsKnown = true;
    }

    /// <inheritdoc/>
    public void Flush()
    {
        var thread = _threads.Value!;
        // A failure reported here may make the receiver send more: those messages leave as well, for at most four rounds.
        for (var round = 0; round < 4; round++)
        {
            if (thread.HasDatagrams)
            {
                thread.HasDatagrams = false;
                foreach (var output in thread.Datagrams)
                {
                    if (output is { Count: > 0 })
                        output.Send(thread.Failed);
                }
            }
            thread.FlushStreams();
            if (thread.Failed.Count == 0)
                return;
            ReportFailed(thread);
        }
    }

    /// <summary>Reads the certificates of all TLS listeners again, as on SIGHUP; connections that are open keep what they have. False: at least one cannot be used, and the one before stays (the log says why).</summary>
    public bool ReloadCertificates()
    {
        var all = true;
        foreach (var stream in _streams)
            all &= stream?.Tls?.Reload(force: true) ?? true;
        return all;
    }

    /// <summary>Stops at once, without waiting for output, when <see cref="StopAsync"/> was not called.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
            await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
    }

    private void Open(int index, SipListenerOptions options, List<SipEndPoint> addresses)
    {
        SipEndPoint local;
        try
        {
            if (options.Protocol == SipProtocol.Udp)
                local = (_udp[index] = new UdpListener(options, _options, _log)).Local;
            else
                local = (_streams[index] = new StreamListener(options, _streamContext, _log)).Local;
        }
        catch (Exception e)
            when (e is SocketException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            Close();
            throw new IOException(
                $"Cannot listen on {Encoding.ASCII.GetString(options.Protocol.UriText())}:{options.EndPoint}: {e.Message}",
                e
            );
        }
        var host =
            options.AdvertisedHost ?? (local.IsAny ? LocalAddresses.Representative(addresses, local).ToIPAddress().ToString() : null);
        _listeners[index] = new SipListener(index, options.Protocol, local, options.AdvertisedHost, options.AdvertisedPort, host, null);
        foreach (var address in addresses)
            _listeners[index].At(address);
        _counters[index] = new SipTransportCounters(_listeners[index])
        {
            KernelDropSource = _udp[index] is { } udp ? () => udp.KernelDrops : null,
        };
    }

    private bool SendDatagram(ThreadState thread, UdpListener udp, in SipFlow flow, ReadOnlySpan<byte> message, ulong token)
    {
        if (message.Length > DatagramLimit.MaxPayload || flow.Remote.IsIPv6 != flow.Listener.Local.IsIPv6 || flow.Remote.Port == 0)
            return false;
        var output = thread.Datagrams[flow.Listener.Index] ??= udp.CreateOutput(thread, _counters[flow.Listener.Index]);
        if (!output.TryAppend(flow.Remote, flow.Listener.Local, message, token))
        {
            output.Send(thread.Failed);
            output.TryAppend(flow.Remote, flow.Listener.Local, message, token);
        }
        thread.HasDatagrams = true;
        if (output.IsFull)
            output.Send(thread.Failed);
        return true;
    }

    private bool SendStream(
        ThreadState thread,
        in SipFlow flow,
        ReadOnlySpan<byte> message,
        ulong token,
        SipEndPoint cause,
        out long connectionId
    )
    {
        connectionId = 0;
        var listener = flow.Listener;
        if (flow.ConnectionId != 0)
        {
            var known = _streamContext.Table.Find(flow.ConnectionId);
            if (known is null || known.Flow.Listener.Index != listener.Index || !known.Send(message, token))
                return false;
            connectionId = flow.ConnectionId;
            thread.MarkDirty(known);
            return true;
        }
        if (flow.Remote.IsIPv6 != listener.Local.IsIPv6 || flow.Remote.Port == 0 || _receiver is null)
            return false;
        // Twice: the connection found may close at this moment.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var connection =
                _streamContext.Table.Find(listener, flow.Remote, flow.ServerName)
                ?? _streams[listener.Index]!.Connect(listener, flow.Remote, flow.ServerName, cause);
            if (connection is null)
                return false;
            if (connection.Send(message, token))
            {
                connectionId = connection.Flow.ConnectionId;
                thread.MarkDirty(connection);
                return true;
            }
        }
        return false;
    }

    private void ReportFailed(ThreadState thread)
    {
        // The receiver may send during the callback, and that may fail again.
        var count = thread.Failed.Count;
        Span<ulong> tokens = count <= 64 ? stackalloc ulong[count] : new ulong[count];
        for (var i = 0; i < count; i++)
            tokens[i] = thread.Failed[i];
        thread.Failed.Clear();
        foreach (var token in tokens)
            _receiver?.SendFailed(_listeners[0], token);
    }

    private void Captured(ICaptureTap tap, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        try
        {
            tap.OnMessage(inbound: false, flow, message);
        }
        catch (Exception e)
        {
            _receiver?.Fault(flow.Listener, e);
        }
    }

    private void Sweep()
    {
        var now = _streamContext.Now;
        foreach (var (_, connection) in _streamContext.Table.All)
            connection.Sweep(now);
        foreach (var stream in _streams)
            stream?.Tls?.Sweep(now, _time);
        Flush();
    }

    private void Close()
    {
        foreach (var udp in _udp)
            udp?.Dispose();
        foreach (var stream in _streams)
            stream?.Dispose();
    }
}
