using System.Buffers;

namespace Parley.Transport;

/// <summary>Bytes on their way into a stream, with the tokens of their messages. Holds no buffer while empty. Guarded by its connection.</summary>
internal sealed class StreamOutput
{
    private const int FirstSize = 4096;

    private byte[] _buffer = [];
    private int[] _starts = [];

    public int Length { get; private set; }

    public int Messages { get; private set; }

    public FailedTokens Tokens { get; } = new();

    /// <summary>Where the messages of <see cref="Tokens"/> begin, in the same order.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Tokens.Count);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

    public void Append(ReadOnlySpan<byte> message, ulong token)
    {
        if (message.Length > _buffer.Length - Length)
            Grow(Length + message.Length);
        message.CopyTo(_buffer.AsSpan(Length));
        if (token != 0)
        {
            if (Tokens.Count == _starts.Length)
                Array.Resize(ref _starts, Math.Max(16, _starts.Length * 2));
            _starts[Tokens.Count] = Length;
        }
        Length += message.Length;
        Messages++;
        Tokens.Add(token);
    }

    /// <summary>Forgets all and gives the buffer back.</summary>
    public void Clear()
    {
        var buffer = _buffer;
        _buffer = [];
        Length = 0;
        Messages = 0;
        Tokens.Clear();
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstSize, _buffer.Length * 2)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
