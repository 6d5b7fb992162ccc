using Parley.Sip;

namespace Parley.Transactions;

/// <summary>What a thread needs for a moment: messages to parse into, a writer, bytes. Nothing here survives a call to user code.</summary>
internal sealed class Scratch
{
    /// <summary>What was accepted once must not fail because we added a header to it.</summary>
    public static readonly SipLimits Limits = new()
    {
        MaxMessageSize = 1 << 20,
        MaxHeaderCount = 4096,
        MaxHeaderLength = 1 << 20,
        MaxUriLength = 1 << 20,
    };

    [ThreadStatic]
    private static Scratch? t_scratch;

    private byte[] _stamped = new byte[4096];
    private byte[] _key = new byte[1024];

    public static Scratch Mine => t_scratch ??= new Scratch();

    public SipWriter Writer { get; } = new();

    public SipMessage StampedMessage { get; } = new();

    public SipMessage SentMessage { get; } = new();

    public byte[] Stamped(int length) => _stamped.Length >= length ? _stamped : _stamped = new byte[length * 2];

    public byte[] Key(int length) => _key.Length >= length ? _key : _key = new byte[length * 2];
}
