using System.Buffers;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// One end of a stream connection, with what is on its way from here to the other end. Bytes keep their order; a cut link stalls
/// them, and after the network's stream timeout the connection breaks.
/// </summary>
internal sealed class StreamEnd(
    SimulatedNetwork network,
    SimulatedTransport host,
    SipListener listener,
    SipEndPoint local,
    SipEndPoint remote,
    long id
) : ISimulationEvent
{
    private const long Syn = 1,
        SynAck = 2,
        Refusal = 3,
        ConnectLimit = 4,
        Pump = 5,
        ToldClosed = 6;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);
    private readonly Queue<Segment> _outgoing = new();
    private StreamEnd? _peer;
    private long _lastDue;
    private long _stalledSince = -1;
    private bool _connecting;
    private bool _closed;

    internal SimulatedTransport Host => host;

    internal SipEndPoint Remote => remote;

    internal SipFlow Flow => new(listener, remote, id);

    internal bool IsConnecting => _connecting;

    /// <summary>Both ends are gone at once, with what was on its way.</summary>
    internal void Reset()
    {
        if (_closed)
            return;
        bool wasConnecting = _connecting;
        MarkClosed();
        FailQueued();
        if (wasConnecting)
            return;
        network.Clock.Schedule(TimeSpan.Zero, this, ToldClosed);
        if (_peer is { _closed: false } peer)
        {
            peer.MarkClosed();
            peer.FailQueued();
            network.Clock.Schedule(TimeSpan.Zero, peer, ToldClosed);
        }
    }

    internal void Connect()
    {
        _connecting = true;
        network.Clock.Schedule(network.ConnectTimeout, this, ConnectLimit);
        network.Clock.Schedule(network.DelayTo(host, network.HostAt(listener.Protocol, remote)), this, Syn);
    }

    internal void Send(ReadOnlySpan<byte> bytes, ulong token)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(buffer);
        Enqueue(new Segment(buffer, bytes.Length, token));
    }

    /// <summary>Closes after what was sent; both receivers are informed.</summary>
    internal void Close()
    {
        if (_closed)
            return;
        if (_connecting)
        {
            Fail();
            return;
        }
        Enqueue(new Segment([], -1, 0));
        MarkClosed();
        network.Clock.Schedule(TimeSpan.Zero, this, ToldClosed);
    }

    /// <summary>The host is gone: the far end learns of it when the network lets it.</summary>
    internal void Abandon()
    {
        if (_closed)
            return;
        if (!_connecting)
            Enqueue(new Segment([], -1, 0));
        MarkClosed();
    }

    public void Run(long argument)
    {
        switch (argument)
        {
            case Syn:
                ArriveAtListener();
                break;
            case SynAck:
                Open();
                break;
            case Refusal:
                Fail();
                break;
            case ConnectLimit:
                if (_connecting)
                    Fail();
                break;
            case Pump:
                Deliver();
                break;
            case ToldClosed:
                host.TellClosed(Flow);
                break;
        }
    }

    private void ArriveAtListener()
    {
        if (!_connecting || _closed)
            return;
        SimulatedTransport? target = network.HostAt(listener.Protocol, remote);
        if (target is not null && network.IsCut(host, target))
            return; // the limit ends it
        TimeSpan back = network.DelayTo(target, host);
        if (target is null || network.ListenerAt(listener.Protocol, remote) is not { } inbound || !target.IsStarted)
        {
            network.LogConnection(PacketEvent.Refused, listener.Protocol, local, remote);
            network.Clock.Schedule(back, this, Refusal);
            return;
        }
        network.LogConnection(PacketEvent.Connected, listener.Protocol, local, remote);
        _peer = new StreamEnd(network, target, inbound, remote, local, network.NextConnectionId()) { _peer = this };
        target.Register(_peer);
        network.Clock.Schedule(back, this, SynAck);
    }

    private void Open()
    {
        if (!_connecting)
            return;
        _connecting = false;
        if (_outgoing.Count == 0)
            return;
        int count = _outgoing.Count;
        for (int i = 0; i < count; i++)
            _outgoing.Enqueue(_outgoing.Dequeue() with { Due = NextDue() });
        SchedulePump();
    }

    private void Fail()
    {
        if (_closed)
            return;
        MarkClosed();
        FailQueued();
    }

    private void Enqueue(Segment segment)
    {
        if (_connecting)
        {
            _outgoing.Enqueue(segment);
            return;
        }
        bool idle = _outgoing.Count == 0;
        _outgoing.Enqueue(segment with { Due = NextDue() });
        if (idle)
            SchedulePump();
    }

    private long NextDue() => _lastDue = Math.Max(_lastDue, network.Clock.Ticks + network.DelayTo(host, _peer!.Host).Ticks);

    private void SchedulePump() => network.Clock.ScheduleAt(Math.Max(_outgoing.Peek().Due, network.Clock.Ticks), this, Pump);

    private void Deliver()
    {
        if (_outgoing.Count == 0)
            return;
        StreamEnd peer = _peer!;
        if (network.IsCut(host, peer.Host))
        {
            Stall(peer);
            return;
        }
        _stalledSince = -1;
        Segment segment = _outgoing.Dequeue();
        if (_outgoing.Count > 0)
            SchedulePump();
        if (segment.Length < 0)
        {
            peer.CloseFromFar();
        }
        else if (peer._closed)
        {
            ArrayPool<byte>.Shared.Return(segment.Buffer);
        }
        else
        {
            peer.Host.Deliver(segment.Buffer, segment.Length, peer.Flow);
        }
    }

    private void Stall(StreamEnd peer)
    {
        long now = network.Clock.Ticks;
        if (_stalledSince < 0)
            _stalledSince = now;
        if (now - _stalledSince < network.StreamTimeout.Ticks)
        {
            network.Clock.Schedule(RetryInterval, this, Pump);
            return;
        }
        bool wasOpen = !_closed;
        MarkClosed();
        FailQueued();
        if (wasOpen)
            host.TellClosed(Flow);
        peer.CloseFromFar();
    }

    private void CloseFromFar()
    {
        if (_closed)
            return;
        MarkClosed();
        FailQueued();
        host.TellClosed(Flow);
    }

    private void MarkClosed()
    {
        if (!_closed)
            network.LogConnection(PacketEvent.Closed, listener.Protocol, local, remote);
        _closed = true;
        _connecting = false;
        host.Unregister(this, id);
    }

    private void FailQueued()
    {
        while (_outgoing.TryDequeue(out Segment segment))
        {
            if (segment.Length >= 0)
                ArrayPool<byte>.Shared.Return(segment.Buffer);
            if (segment.Token != 0)
                host.TellFailed(segment.Token);
        }
    }

    /// <summary>A piece of the stream; a negative length is its end.</summary>
    private readonly record struct Segment(byte[] Buffer, int Length, ulong Token, long Due = 0);
}
