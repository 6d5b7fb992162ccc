using System.Buffers;

namespace Parley.Proxy;

/// <summary>A response that waits: its bytes as they will leave, with the callee's tag behind them, in a rented array.</summary>
internal readonly struct HeldReply
{
    private readonly byte[] _buffer;
    private readonly int _length;
    private readonly int _tagLength;

    private HeldReply(byte[] buffer, int length, int tagLength, int status, SipBranch branch)
    {
        _buffer = buffer;
        _length = length;
        _tagLength = tagLength;
        Status = status;
        Branch = branch;
    }

    public int Status { get; }

    public SipBranch Branch { get; }

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public ReadOnlySpan<byte> Tag => _buffer.AsSpan(_length, _tagLength);

    public static HeldReply Copy(ReadOnlySpan<byte> bytes, int status, SipBranch branch, ReadOnlySpan<byte> tag)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes.Length + tag.Length);
        bytes.CopyTo(buffer);
        tag.CopyTo(buffer.AsSpan(bytes.Length));
        return new HeldReply(buffer, bytes.Length, tag.Length, status, branch);
    }

    public void Return() => ArrayPool<byte>.Shared.Return(_buffer);
}
