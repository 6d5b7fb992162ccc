using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>
/// Writes and checks the parameter by which this proxy knows its own Record-Routes again: 16 characters (base64url) for 32 bits of facts
/// (kind, start, minute) and 64 bits of a keyed hash (SipHash-2-4, 128-bit key) over them, the Call-ID and the From tag of the initial request.
/// </summary>
/// <remarks>
/// Only peers of the call see the parameter, and it is of use for that Call-ID and tag only. A guess succeeds once in 2^64 requests. The hash is
/// compared as one machine word, so the time of a comparison reveals nothing about it.
/// </remarks>
internal sealed class RouteProofKey
{
    /// <summary>Characters of the parameter's value.</summary>
    public const int TextLength = 16;

    private const int FactsLength = 4;
    private const int CodeLength = 12;
    private const int MinuteBits = 20; // 728 days until the count begins again
    private const uint MinuteMask = (1 << MinuteBits) - 1;
    private const uint StartMask = (1 << 10) - 1;
    private const uint LargestClockStep = 24 * 60; // minutes; a clock set back does not make new proofs old ones
    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SipRandom _key;
    private readonly TimeProvider _time;
    private readonly uint _start;
    private readonly uint _startMinute;

    /// <param name="key">16 bytes; empty for one that ends with this start.</param>
    /// <param name="random">Gives that one, and this start's number.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public RouteProofKey(ReadOnlyMemory<byte> key, SipRandom random, TimeProvider time)
    {
        if (key.Length is not (0 or SipRandom.KeyLength))
            throw new ArgumentException(
                $"ProxyOptions.RouteKey has {SipRandom.KeyLength} bytes, or none for a random key, not {key.Length}.",
                nameof(key)
            );
        _time = time;
        Span<byte> seed = stackalloc byte[SipRandom.KeyLength];
        // By Hash, which leaves the order of the application's random numbers alone.
        BinaryPrimitives.WriteUInt64LittleEndian(seed, random.Hash("route proof 0"u8));
        BinaryPrimitives.WriteUInt64LittleEndian(seed[8..], random.Hash("route proof 1"u8));
        _key = SipRandom.FromKey(key.IsEmpty ? seed : key.Span);
        Span<byte> now = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(now, time.GetUtcNow().UtcTicks);
        _start = (uint)random.Hash(now) & StartMask;
        _startMinute = Minute;
    }

    /// <summary>The parameter's name.</summary>
    public static ReadOnlySpan<byte> Name => "sig"u8;

    private uint Minute => (uint)((_time.GetUtcNow() - Epoch).Ticks / TimeSpan.TicksPerMinute) & MinuteMask;

    /// <summary>Writes the value for an initial request.</summary>
    /// <param name="kind">What the request is.</param>
    /// <param name="callId">Its Call-ID.</param>
    /// <param name="tag">Its From tag.</param>
    /// <param name="text"><see cref="TextLength"/> characters.</param>
    public void Write(RouteProofKind kind, ReadOnlySpan<byte> callId, ReadOnlySpan<byte> tag, Span<byte> text)
    {
        Span<byte> code = stackalloc byte[CodeLength];
        var facts = ((uint)kind << 30) | (_start << MinuteBits) | Minute;
        BinaryPrimitives.WriteUInt32BigEndian(code, facts);
        BinaryPrimitives.WriteUInt64BigEndian(code[FactsLength..], Hash(facts, callId, tag));
        Base64Url.EncodeToUtf8(code, text);
    }

    /// <summary>Checks a value that came with a request within a dialog. Never throws.</summary>
    /// <param name="text">The value.</param>
    /// <param name="request">The request: the tag may be that of From or of To, by its direction.</param>
    /// <param name="proof">What it proves.</param>
    /// <returns>False when this proxy did not write it, or not for this Call-ID and one of these tags.</returns>
    public bool TryRead(ReadOnlySpan<byte> text, SipMessage request, out RouteProof proof)
    {
        proof = default;
        Span<byte> code = stackalloc byte[CodeLength];
        if (
            text.Length != TextLength
            || Base64Url.DecodeFromUtf8(text, code, out _, out var length) != OperationStatus.Done
            || length != CodeLength
        )
            return false;
        var facts = BinaryPrimitives.ReadUInt32BigEndian(code);
        var hash = BinaryPrimitives.ReadUInt64BigEndian(code[FactsLength..]);
        if (hash != Hash(facts, request.CallId, request.FromTag) && hash != Hash(facts, request.CallId, request.ToTag))
            return false;
        var minute = facts & MinuteMask;
        var age = (Minute - minute) & MinuteMask;
        if (age > MinuteMask - LargestClockStep)
            age = 0;
        var sinceStart = (minute - _startMinute) & MinuteMask;
        var isOfThisStart = ((facts >> MinuteBits) & StartMask) == _start && sinceStart <= MinuteMask / 2;
        proof = new RouteProof((RouteProofKind)(facts >> 30), TimeSpan.FromMinutes(age), isOfThisStart);
        return proof.Kind != RouteProofKind.None;
    }

    private ulong Hash(uint facts, ReadOnlySpan<byte> callId, ReadOnlySpan<byte> tag)
    {
        Span<byte> parts = stackalloc byte[FactsLength + 16];
        BinaryPrimitives.WriteUInt32BigEndian(parts, facts);
        BinaryPrimitives.WriteUInt64BigEndian(parts[FactsLength..], _key.Hash(callId));
        BinaryPrimitives.WriteUInt64BigEndian(parts[(FactsLength + 8)..], _key.Hash(tag));
        return _key.Hash(parts);
    }
}
