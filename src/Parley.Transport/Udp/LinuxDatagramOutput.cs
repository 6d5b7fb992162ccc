using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Parley.Transport.LinuxSyscalls;

namespace Parley.Transport;

/// <summary>A batch that leaves by one sendmmsg, or by sendto when it is one datagram.</summary>
internal sealed unsafe class LinuxDatagramOutput : DatagramOutput
{
    private const int Flags = MsgDontWait | MsgNoSignal;

    // "Refused" always belongs to an earlier datagram (ip(7), IP_RECVERR).
    private const int MostRefusals = 64;

    private readonly SafeSocketHandle _handle;
    private readonly LinuxErrorQueue _errors;
    private readonly byte[] _names;
    private readonly Vector[] _vectors;
    private readonly MultiMessage[] _messages;
    private readonly byte[]? _controls;

    public LinuxDatagramOutput(
        SafeSocketHandle handle,
        LinuxErrorQueue errors,
        bool isIPv6,
        bool choosesLocal,
        int batchSize,
        SipTransportCounters counters
    )
        : base(batchSize, counters)
    {
        _handle = handle;
        _errors = errors;
        _names = GC.AllocateArray<byte>(SocketAddressBytes.Size * batchSize, pinned: true);
        _vectors = GC.AllocateArray<Vector>(batchSize, pinned: true);
        _messages = GC.AllocateArray<MultiMessage>(batchSize, pinned: true);
        if (choosesLocal)
            _controls = GC.AllocateArray<byte>(PacketInfo.Size * batchSize, pinned: true);
        for (var i = 0; i < batchSize; i++)
        {
            MemoryMarshal.Write(_names.AsSpan(i * SocketAddressBytes.Size), isIPv6 ? AfInet6 : AfInet);
            _messages[i].Name = (byte*)Unsafe.AsPointer(ref _names[i * SocketAddressBytes.Size]);
            _messages[i].NameLength = isIPv6 ? 28u : 16u;
            _messages[i].Vectors = (Vector*)Unsafe.AsPointer(ref _vectors[i]);
            _messages[i].VectorCount = 1;
        }
    }

    protected override void SetEntry(int index, int offset, int length, in SipEndPoint remote, in SipEndPoint local)
    {
        SocketAddressBytes.Write(_names.AsSpan(index * SocketAddressBytes.Size, SocketAddressBytes.Size), remote);
        _vectors[index].Base = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Buffer)) + offset;
        _vectors[index].Length = (nuint)length;
        if (_controls is not null)
            SetLocal(index, local);
    }

    protected override int SendSome(int start, int count)
    {
        var hasWaited = false;
        for (var attempt = 0; ; attempt++)
        {
            int taken;
            try
            {
                taken = Call(start, count);
            }
            catch (ObjectDisposedException)
            {
                return 0;
            }
            if (taken > 0)
                return taken;
            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR when attempt < 8:
                    continue;
                case var error when IsOfNetwork(error) && attempt < (error == ECONNREFUSED ? MostRefusals : 3):
                    // An ICMP error of an earlier datagram: the call returns it, and it does not concern this datagram. Its report waits to be read, and a thread that
                    // reads one sets the socket's error to the next: several in a row are usual. Without a route the error is this datagram's own.
                    _errors.Note();
                    continue;
                case EAGAIN when !hasWaited:
                    // The send buffer is full. It empties at the speed of the wire: one short wait is worth it, longer would stall the loop.
                    hasWaited = true;
                    LinuxPoll.Wait(_handle, PollOut, 5);
                    continue;
                default:
                    return 0; // EMSGSIZE, ENOBUFS, no route, refused by a filter: this one is lost
            }
        }
    }

    private void SetLocal(int index, in SipEndPoint local)
    {
        ref var message = ref _messages[index];
        if (local.IsAny)
        {
            message.Control = null;
            message.ControlLength = 0;
            return;
        }
        message.ControlLength = (nuint)PacketInfo.Write(_controls.AsSpan(index * PacketInfo.Size, PacketInfo.Size), local);
        message.Control = (byte*)Unsafe.AsPointer(ref _controls![index * PacketInfo.Size]);
    }

    private int Call(int start, int count)
    {
        ref var first = ref _messages[start];
        if (count > 1 || first.Control != null)
            return SendMany(_handle, (MultiMessage*)Unsafe.AsPointer(ref first), (uint)count, Flags);
        return SendTo(_handle, _vectors[start].Base, _vectors[start].Length, Flags, first.Name, first.NameLength) >= 0 ? 1 : -1;
    }
}
