using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Parley.Transport.LinuxSyscalls;

namespace Parley.Transport;

/// <summary>
/// ICMP reports about the datagrams of one socket (IP_RECVERR, ip(7)): where each was sent, and what the report quotes of it. The kernel signals
/// a report by failing a call, so a socket without errors pays nothing. Read by the receiving thread; noted by any.
/// </summary>
internal sealed unsafe class LinuxErrorQueue
{
    private const int QuoteSize = 2048;
    private const int ControlSize = 512;
    private const byte OriginIcmp = 2,
        OriginIcmp6 = 3; // SO_EE_ORIGIN_

    private readonly SafeSocketHandle _handle;
    private readonly bool _isIPv6;
    private readonly byte[] _quote = GC.AllocateUninitializedArray<byte>(QuoteSize, pinned: true);
    private readonly byte[] _control = GC.AllocateArray<byte>(ControlSize, pinned: true);
    private readonly byte[] _name = GC.AllocateArray<byte>(SocketAddressBytes.Size, pinned: true);
    private readonly Vector[] _vector = GC.AllocateArray<Vector>(1, pinned: true);
    private readonly MultiMessage[] _message = GC.AllocateArray<MultiMessage>(1, pinned: true);
    private int _hasSome;

    public LinuxErrorQueue(Socket socket, bool isIPv6)
    {
        _handle = socket.SafeHandle;
        _isIPv6 = isIPv6;
        socket.SetRawSocketOption(isIPv6 ? IPProtoIPv6 : IPProtoIP, isIPv6 ? IPv6RecvErr : IPRecvErr, [1, 0, 0, 0]);
    }

    /// <summary>Reports may wait.</summary>
    public bool HasSome => Volatile.Read(ref _hasSome) != 0;

    /// <summary>A call failed with an error of the network.</summary>
    public void Note() => Volatile.Write(ref _hasSome, 1);

    /// <summary>Takes the next report that says "unreachable" or "parameter problem"; others are passed over. False: none is left.</summary>
    public bool TryRead(out SipEndPoint remote, out ReadOnlySpan<byte> quoted)
    {
        remote = default;
        quoted = default;
        Volatile.Write(ref _hasSome, 0);
        for (var passedOver = 0; passedOver < 64; passedOver++)
        {
            _vector[0].Base = At(_quote);
            _vector[0].Length = QuoteSize;
            _message[0] = new MultiMessage
            {
                Name = At(_name),
                NameLength = SocketAddressBytes.Size,
                Vectors = (Vector*)Unsafe.AsPointer(ref _vector[0]),
                VectorCount = 1,
                Control = At(_control),
                ControlLength = ControlSize,
            };
            if (ReceiveMany(_handle, (MultiMessage*)Unsafe.AsPointer(ref _message[0]), 1, MsgErrQueue | MsgDontWait, null) != 1)
                return false;
            if (!IsDestinationUnreachable(_control.AsSpan(0, (int)Math.Min(_message[0].ControlLength, ControlSize))))
                continue;
            Note(); // there may be more
            remote = SocketAddressBytes.Read(_name, _isIPv6);
            quoted = _quote.AsSpan(0, (int)Math.Min(_message[0].Length, QuoteSize));
            return true;
        }
        Note();
        return false;
    }

    // RFC 3261 18.4: host, network, port or protocol unreachable, and parameter problems. Too big (3/4) and time exceeded are not.
    private bool IsDestinationUnreachable(ReadOnlySpan<byte> control)
    {
        while (control.Length >= 16)
        {
            var length = (int)Math.Min((ulong)control.Length, BinaryPrimitives.ReadUInt64LittleEndian(control));
            if (length < 16)
                return false;
            var level = BinaryPrimitives.ReadInt32LittleEndian(control[8..]);
            var kind = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
            if (length >= 16 + 8 && (level, kind) is (IPProtoIP, IPRecvErr) or (IPProtoIPv6, IPv6RecvErr))
            {
                // struct sock_extended_err: errno, origin, type, code
                var (origin, type, code) = (control[20], control[21], control[22]);
                return _isIPv6 ? origin == OriginIcmp6 && type is 1 or 4 : origin == OriginIcmp && ((type == 3 && code != 4) || type == 12);
            }
            control = control[Math.Min(control.Length, (length + 7) & ~7)..];
        }
        return false;
    }

    private static byte* At(byte[] pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
