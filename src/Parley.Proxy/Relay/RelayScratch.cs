using Parley.Sip;

namespace Parley.Proxy;

/// <summary>What writing one message needs for a moment: edits, a writer, bytes. A small stack per thread, since a hook may cause another message.</summary>
internal sealed class RelayScratch
{
    [ThreadStatic]
    private static RelayScratch? t_free;

    private RelayScratch? _next;
    private byte[] _output = new byte[4096];

    public SipEdits Edits { get; } = new();

    public SipWriter Writer { get; } = new();

    public SipMessage Message { get; } = new();

    public static RelayScratch Rent()
    {
        RelayScratch? scratch = t_free;
        if (scratch is null)
            return new RelayScratch();
        t_free = scratch._next;
        scratch._next = null;
        return scratch;
    }

    public void Return()
    {
        _next = t_free;
        t_free = this;
    }

    /// <summary>The edited message as bytes; valid until this scratch is used again.</summary>
    public ReadOnlySpan<byte> Write()
    {
        int length = Edits.Length;
        if (_output.Length < length)
            _output = new byte[length * 2];
        return _output.AsSpan(0, Edits.WriteTo(_output));
    }

    /// <summary>Room to copy bytes to.</summary>
    public byte[] Output(int length)
    {
        if (_output.Length < length)
            _output = new byte[length * 2];
        return _output;
    }
}
