using Parley.Transport;

namespace Parley.Testing;

/// <content>How messages travel.</content>
public sealed partial class SimulatedNetwork
{
    internal long NextConnectionId() => ++_connectionIds;

    internal SimulatedTransport? HostAt(SipProtocol protocol, in SipEndPoint address) =>
        _listening.TryGetValue((protocol, address), out var found) ? found.Host : null;

    internal SipListener? ListenerAt(SipProtocol protocol, in SipEndPoint address) =>
        _listening.TryGetValue((protocol, address), out var found) ? found.Listener : null;

    internal bool IsCut(SimulatedTransport from, SimulatedTransport to) => from.IsSilent || to.IsSilent || LinkOf(from, to).IsCut;

    /// <summary>A draw of the delay on a link; the network's conditions when one end is no host.</summary>
    internal TimeSpan DelayTo(SimulatedTransport? from, SimulatedTransport? to)
    {
        LinkConditions conditions = from is null || to is null ? Conditions : LinkOf(from, to).Conditions ?? Conditions;
        return new TimeSpan(_dice.Between(conditions.MinimumDelay, conditions.MaximumDelay));
    }

    internal void Transmit(SimulatedTransport from, SipListener listener, in SipEndPoint remote, ReadOnlySpan<byte> bytes)
    {
        Counters.Sent++;
        PacketEvent fate = Route(from, listener, remote, bytes, out SimulatedTransport? to, out SipListener? inbound, out PacketFate wish);
        Log.Add(Clock.Elapsed, fate, listener.Protocol, listener.Local, remote, bytes);
        Record(from, to, listener, remote, bytes, lost: fate != PacketEvent.Sent);
        if (fate == PacketEvent.Unreachable && ReportsUnreachable)
            Report(from, listener, remote, bytes);
        if (fate != PacketEvent.Sent)
            return;

        Link link = LinkOf(from, to!);
        LinkConditions conditions = wish == PacketFate.Protect ? LinkConditions.Good : link.Conditions ?? Conditions;
        Launch(to!, inbound!, listener, bytes, link, conditions, wish == PacketFate.HoldBack);
        if (wish == PacketFate.Duplicate || _dice.Chance(conditions.Duplication))
        {
            Counters.Duplicated++;
            Log.Add(Clock.Elapsed, PacketEvent.Duplicated, listener.Protocol, listener.Local, remote, default);
            Launch(to!, inbound!, listener, bytes, link, conditions, holdBack: false);
        }
    }

    private void Report(SimulatedTransport from, SipListener listener, in SipEndPoint remote, ReadOnlySpan<byte> bytes)
    {
        var flow = new SipFlow(listener, remote);
        byte[] quoted = bytes[..Math.Min(bytes.Length, UnreachableQuote)].ToArray();
        Clock.Schedule(DelayTo(null, null), () => from.TellUnreachable(flow, quoted));
    }

    internal void LogArrival(in SipFlow flow, ReadOnlySpan<byte> bytes, bool lost) =>
        Log.Add(
            Clock.Elapsed,
            lost ? PacketEvent.Cut : PacketEvent.Arrived,
            flow.Listener.Protocol,
            flow.Remote,
            flow.Listener.Local,
            bytes
        );

    internal void LogStream(SimulatedTransport from, SipListener listener, in SipEndPoint remote, ReadOnlySpan<byte> bytes)
    {
        Counters.Sent++;
        SimulatedTransport? to = HostAt(listener.Protocol, remote);
        Interceptor?.Invoke(new SimulatedPacket(from, to, listener.Protocol, listener.Local, remote, bytes));
        Log.Add(Clock.Elapsed, PacketEvent.Sent, listener.Protocol, listener.Local, remote, bytes);
        Record(from, to, listener, remote, bytes, lost: false);
    }

    internal void LogConnection(PacketEvent kind, SipProtocol protocol, in SipEndPoint local, in SipEndPoint remote)
    {
        if (kind == PacketEvent.Connected)
            Counters.Connections++;
        Log.Add(Clock.Elapsed, kind, protocol, local, remote, default);
    }

    internal void Return(Datagram datagram) => _free.Push(datagram);

    internal void Remove(SimulatedTransport host)
    {
        foreach (SipListener listener in host.Listeners)
            _listening.Remove((listener.Protocol, listener.Local));
    }

    private PacketEvent Route(
        SimulatedTransport from,
        SipListener listener,
        in SipEndPoint remote,
        ReadOnlySpan<byte> bytes,
        out SimulatedTransport? to,
        out SipListener? inbound,
        out PacketFate wish
    )
    {
        (to, inbound) = _listening.TryGetValue((listener.Protocol, remote), out var found) ? found : default;
        wish = Interceptor?.Invoke(new SimulatedPacket(from, to, listener.Protocol, listener.Local, remote, bytes)) ?? PacketFate.Pass;
        if (to is null)
        {
            Counters.Unreachable++;
            return PacketEvent.Unreachable;
        }
        if (IsCut(from, to))
        {
            Counters.Cut++;
            return PacketEvent.Cut;
        }
        if (wish == PacketFate.Drop || (wish == PacketFate.Pass && _dice.Chance((LinkOf(from, to).Conditions ?? Conditions).Loss)))
        {
            Counters.Lost++;
            return PacketEvent.Lost;
        }
        return PacketEvent.Sent;
    }

    private void Launch(
        SimulatedTransport to,
        SipListener inbound,
        SipListener listener,
        ReadOnlySpan<byte> bytes,
        Link link,
        LinkConditions conditions,
        bool holdBack
    )
    {
        long due = Clock.Ticks + _dice.Between(conditions.MinimumDelay, conditions.MaximumDelay);
        if (holdBack || _dice.Chance(conditions.Reordering))
        {
            Counters.Reordered++;
            due += holdBack ? conditions.ReorderingDelay.Ticks : _dice.Between(TimeSpan.Zero, conditions.ReorderingDelay);
        }
        else
        {
            due = link.LastDue = Math.Max(due, link.LastDue);
        }
        if (!_free.TryPop(out Datagram? datagram))
            datagram = new Datagram(this);
        datagram.Fill(to, inbound, listener.Local, bytes);
        Clock.ScheduleAt(due, datagram, 0);
    }

    private void Record(
        SimulatedTransport from,
        SimulatedTransport? to,
        SipListener listener,
        in SipEndPoint remote,
        ReadOnlySpan<byte> bytes,
        bool lost
    )
    {
        foreach (Recorder recorder in _recorders)
            recorder.Add(Clock.Elapsed, from.Name, to?.Name ?? HostName(remote), listener.Protocol, listener.Local, remote, bytes, lost);
    }

    /// <summary>Streams answer to ephemeral ports, where no listener is: the host is the one with that address.</summary>
    private string HostName(in SipEndPoint address)
    {
        foreach (SimulatedTransport host in _hosts)
        foreach (SipListener listener in host.Listeners)
            if (!host.IsGone && listener.Local.SameAddress(address))
                return host.Name;
        return address.ToString();
    }

    private Link LinkOf(SimulatedTransport from, SimulatedTransport to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.Network != this || to.Network != this)
            throw new ArgumentException("The host belongs to another network.", nameof(to));
        if (to.Number >= from.Links.Length)
        {
            Link?[] links = from.Links;
            Array.Resize(ref links, Math.Max(to.Number + 1, links.Length * 2));
            from.Links = links;
        }
        return from.Links[to.Number] ??= new Link();
    }
}
