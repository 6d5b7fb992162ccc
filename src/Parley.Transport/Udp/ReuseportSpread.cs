using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Parley.Transport.LinuxSyscalls;

namespace Parley.Transport;

/// <summary>A classic BPF program on an SO_REUSEPORT group, which picks the socket for each datagram in the kernel's place.</summary>
internal static unsafe class ReuseportSpread
{
    // linux/bpf_common.h and linux/filter.h
    private const ushort LoadWordAbsolute = 0x20;
    private const ushort ModuloConstant = 0x94;
    private const ushort ReturnAccumulator = 0x16;
    private const uint AncillaryRandom = unchecked((uint)-0x1000) + 56;

    /// <summary>"A = random; A %= sockets; return A": the socket's place in the group, which is the order of binding.</summary>
    public static void AttachRandom(Socket anyOfGroup, int sockets)
    {
        ReadOnlySpan<Instruction> program =
        [
            new(LoadWordAbsolute, AncillaryRandom),
            new(ModuloConstant, (uint)sockets),
            new(ReturnAccumulator, 0),
        ];
        fixed (Instruction* first = program)
        {
            var description = new Program { Length = (ushort)program.Length, First = first };
            anyOfGroup.SetRawSocketOption(
                SolSocket,
                SoAttachReuseportCbpf,
                MemoryMarshal.AsBytes(new ReadOnlySpan<Program>(in description))
            );
        }
    }

    /// <summary>struct sock_filter</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, uint k)
    {
        public readonly ushort Code = code;
        public readonly byte JumpTrue;
        public readonly byte JumpFalse;
        public readonly uint K = k;
    }

    /// <summary>struct sock_fprog</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public Instruction* First;
    }
}
