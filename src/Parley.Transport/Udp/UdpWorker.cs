namespace Parley.Transport;

/// <summary>One receive loop: a thread that takes a batch, carries each message through, runs its timers, and sends what came of it.</summary>
internal sealed class UdpWorker
{
    private readonly ISipTransport _transport;
    private readonly ThreadLocal<ThreadState> _threads;
    private readonly SipListener _listener;
    private readonly DatagramSocket _socket;
    private readonly MessageReceiver _receiver;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly int _number;
    private volatile bool _stopping;

    public UdpWorker(
        ISipTransport transport,
        ThreadLocal<ThreadState> threads,
        SipListener listener,
        DatagramSocket socket,
        MessageReceiver receiver,
        int number
    )
    {
        _transport = transport;
        _threads = threads;
        _listener = listener;
        _socket = socket;
        _receiver = receiver;
        _number = number;
        // The system keeps fifteen characters of it: what tells the threads apart comes first.
        _thread = new Thread(Run) { IsBackground = true, Name = $"udp {listener.Index}#{number} {listener}" };
    }

    public void Start() => _thread.Start();

    public Task StopAsync()
    {
        _stopping = true;
        return _ended.Task;
    }

    private void Run()
    {
        var thread = _threads.Value!;
        thread.OwnSocket = _socket;
        thread.LoopNumber = _number;
        try
        {
            var wait = DatagramSocket.WaitMilliseconds;
            while (!_stopping)
            {
                var count = _socket.Receive(wait);
                if (count > 0)
                    _receiver.Datagrams(thread, _listener, _socket, count);
                else if (count < 0)
                    _receiver.ReceiveFailed(_listener);
                if (_socket.HasErrors)
                    _receiver.Unreachable(_listener, _socket);
                _receiver.Loop(_listener);
                _transport.Flush();
                _receiver.BeforeWait(_listener);
                // Once in vain, then as long as the timers allow: an idle proxy does not wake a hundred times a second.
                wait = count == 0 ? _receiver.LongestWait(_listener) : DatagramSocket.WaitMilliseconds;
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed without being stopped: the loop ends.
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
