using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Parley.Transport;

/// <summary>The system calls that the class library does not offer, with Linux's numbers (asm-generic, 64 bit).</summary>
internal static unsafe partial class LinuxSyscalls
{
    public const int SolSocket = 1;
    public const int SoReusePort = 15;
    public const int SoAttachReuseportCbpf = 51;
    public const int SoMemInfo = 55;
    public const int IPProtoIPv6 = 41;
    public const int IPv6V6Only = 26;
    public const int IPProtoIP = 0;
    public const int IPPacketInfo = 8;
    public const int IPv6ReceivePacketInfo = 49;
    public const int IPv6PacketInfo = 50;
    public const int IPBindAddressNoPort = 24;
    public const int IPRecvErr = 11;
    public const int IPv6RecvErr = 25;
    public const int IPProtoTcp = 6;
    public const int TcpUserTimeout = 18;

    public const int MsgTrunc = 0x20;
    public const int MsgDontWait = 0x40;
    public const int MsgErrQueue = 0x2000;
    public const int MsgNoSignal = 0x4000;
    public const int MsgWaitForOne = 0x10000;

    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EPROTO = 71;
    public const int EMSGSIZE = 90;
    public const int ENOPROTOOPT = 92;
    public const int ENETUNREACH = 101;
    public const int EHOSTDOWN = 112;
    public const int ECONNREFUSED = 111;
    public const int EHOSTUNREACH = 113;

    public const short PollIn = 1;
    public const short PollOut = 4;

    /// <summary>Errors that a socket has from ICMP (the kernel's icmp_err_convert), whatever call they come back from.</summary>
    public static bool IsOfNetwork(int error) =>
        error is ECONNREFUSED or EHOSTUNREACH or ENETUNREACH or ENOPROTOOPT or EPROTO or EHOSTDOWN or EACCES or EMSGSIZE;

    public const ushort AfInet = 2;
    public const ushort AfInet6 = 10;

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(SafeSocketHandle socket, MultiMessage* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(SafeSocketHandle socket, MultiMessage* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(SafeSocketHandle socket, void* data, nuint length, int flags, void* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int timeoutMilliseconds);

    /// <summary>struct iovec</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct mmsghdr with its msghdr; sequential layout pads as C does.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MultiMessage
    {
        public byte* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
        public uint Padding;
        public uint Length;
    }

    /// <summary>struct pollfd</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
