using System.Net;
using Microsoft.Extensions.Logging;

namespace Parley.Transport;

/// <summary>The sockets of one UDP listener and the threads that serve them.</summary>
internal sealed class UdpListener : IDisposable
{
    private readonly DatagramSocket[] _sockets;
    private readonly UdpWorker[] _workers;

    public UdpListener(SipListenerOptions options, SipTransportOptions transportOptions, ILogger log)
    {
        _sockets = new DatagramSocket[options.Workers];
        _workers = new UdpWorker[options.Workers];
        var endPoint = options.EndPoint;
        try
        {
            for (var i = 0; i < _sockets.Length; i++)
            {
                var socket = Open(endPoint, options, transportOptions);
                _sockets[i] = socket;
                endPoint = socket.Local.ToIPEndPoint(); // port 0 became a port: the others share it
                if (i == 0)
                    Log.UdpBuffers(
                        log,
                        socket.Local,
                        socket.GrantedReceiveBuffer,
                        options.ReceiveBufferSize,
                        socket.GrantedSendBuffer,
                        options.SendBufferSize
                    );
            }
            if (_sockets.Length > 1 && options.Spread == UdpSpread.Random)
                ((LinuxDatagramSocket)_sockets[0]).SpreadAtRandom(_sockets.Length);
        }
        catch
        {
            Dispose();
            throw;
        }
        Local = _sockets[0].Local;
    }

    public SipEndPoint Local { get; }

    public long KernelDrops
    {
        get
        {
            long drops = 0;
            foreach (var socket in _sockets)
                drops += socket.KernelDrops;
            return drops;
        }
    }

    /// <summary>The output of one thread: on its own socket for a receive loop of this listener, else on any, spread by thread.</summary>
    public DatagramOutput CreateOutput(ThreadState thread, SipTransportCounters counters)
    {
        var own = thread.OwnSocket is { } socket ? Array.IndexOf(_sockets, socket) : -1;
        if (own < 0)
            own = (thread.LoopNumber ?? Environment.CurrentManagedThreadId) % _sockets.Length;
        return _sockets[own].CreateOutput(counters);
    }

    public void Start(SipListener listener, MessageReceiver receiver, ISipTransport transport, ThreadLocal<ThreadState> threads)
    {
        for (var i = 0; i < _workers.Length; i++)
            _workers[i] = new UdpWorker(transport, threads, listener, _sockets[i], receiver, i);
        foreach (var worker in _workers)
            worker.Start();
    }

    public Task StopAsync() => Task.WhenAll(Array.ConvertAll(_workers, w => w?.StopAsync() ?? Task.CompletedTask));

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket?.Dispose();
    }

    private static DatagramSocket Open(IPEndPoint endPoint, SipListenerOptions options, SipTransportOptions transportOptions)
    {
        // Room for every datagram there can be: one beyond the limit still gets its 513.
        const int size = 65_535;
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess && !transportOptions.UsePortableSockets)
            return new LinuxDatagramSocket(endPoint, options, transportOptions.BatchSize, size, share: options.Workers > 1);
        return new PortableDatagramSocket(endPoint, options, transportOptions.BatchSize, size);
    }
}
