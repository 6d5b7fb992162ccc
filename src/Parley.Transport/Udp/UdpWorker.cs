namespace Parley.Transport;

/// <summary>One receive loop: a thread that takes a batch, carries each message through, runs its timers, and sends what came of it.</summary>
internal sealed class UdpWorker
{
    private readonly SipTransport _transport;
    private readonly SipListener _listener;
    private readonly DatagramSocket _socket;
    private readonly MessageIntake _intake;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _stopping;

    public UdpWorker(SipTransport transport, SipListener listener, DatagramSocket socket, MessageIntake intake, int number)
    {
        _transport = transport;
        _listener = listener;
        _socket = socket;
        _intake = intake;
        Number = number;
        _thread = new Thread(Run) { IsBackground = true, Name = $"{listener} #{number}" };
    }

    public int Number { get; }

    public void Start() => _thread.Start();

    public Task StopAsync()
    {
        _stopping = true;
        return _ended.Task;
    }

    private void Run()
    {
        var thread = _transport.CurrentThread;
        thread.Worker = this;
        try
        {
            var wait = DatagramSocket.WaitMilliseconds;
            while (!_stopping)
            {
                var count = _socket.Receive(wait);
                if (count > 0)
                    _intake.Datagrams(thread, _listener, _socket, count);
                else if (count < 0)
                    _intake.ReceiveFailed(_listener);
                if (_socket.HasErrors)
                    _intake.Unreachable(_listener, _socket);
                _intake.Loop(_listener);
                _transport.Flush();
                _intake.BeforeWait(_listener);
                // Once in vain, then as long as the timers allow: an idle proxy does not wake a hundred times a second.
                wait = count == 0 ? _intake.LongestWait(_listener) : DatagramSocket.WaitMilliseconds;
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
