using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Parley.Sip;

namespace Parley.Transactions;

/// <summary>What identifies a server transaction (RFC 3261 17.2.3), in the thread's scratch bytes.</summary>
internal readonly ref struct ServerKey
{
    private ServerKey(ReadOnlySpan<byte> fixedPart, ReadOnlySpan<byte> toTag, bool hasCookie, SipMethod method, ulong hash)
    {
        Fixed = fixedPart;
        ToTag = toTag;
        HasCookie = hasCookie;
        Method = method;
        Hash = hash;
    }

    /// <summary>With the cookie: branch, sent-by and CSeq number. Without: top Via, Call-ID, From tag, CSeq number, request-URI. The name of a method that has no number of its own, too.</summary>
    public ReadOnlySpan<byte> Fixed { get; }

    /// <summary>Without the cookie the To tag counts too (but an ACK has another one than its INVITE); empty with it.</summary>
    public ReadOnlySpan<byte> ToTag { get; }

    public bool HasCookie { get; }

    public SipMethod Method { get; }

    public ulong Hash { get; }

    /// <summary>The key of a request.</summary>
    /// <remarks>
    /// The CSeq number is no part of 17.2.3, yet a branch used again with a new number is a new request, not a retransmission
    /// (8.1.1.7: branches are unique). An ACK (17.1.1.3) and a CANCEL (9.1) have the number of their INVITE.
    /// </remarks>
    public static ServerKey Of(SipMessage request, in ViaView via, SipRandom random)
    {
        ReadOnlySpan<byte> branch = via.Branch;
        ReadOnlySpan<byte> name = request.Method == SipMethod.Other ? request.MethodText : default;
        if (branch.Length > OwnBranch.Cookie.Length && branch.StartsWith(OwnBranch.Cookie))
        {
            ReadOnlySpan<byte> sentBy = via.SentBy;
            Span<byte> key = Scratch.Mine.Key(branch.Length + sentBy.Length + name.Length + 16);
            Writer writer = new(key);
            writer.Append(branch);
            writer.Append(sentBy);
            writer.AppendBytes(request.CSeqNumber);
            writer.Append(name);
            ReadOnlySpan<byte> cookieKey = writer.Written;
            return new ServerKey(cookieKey, default, true, request.Method, random.Hash(cookieKey));
        }

        // RFC 2543 style (17.2.3): the whole of what both have in common.
        Span<byte> bytes = Scratch.Mine.Key(
            via.Text.Length + request.CallId.Length + request.FromTag.Length + request.RequestUri.Length + name.Length + 32
        );
        Writer old = new(bytes);
        old.Append(via.Text);
        old.Append(request.CallId);
        old.Append(request.FromTag);
        old.Append(request.CSeqNumber);
        old.Append(request.RequestUri);
        old.Append(name);
        ReadOnlySpan<byte> oldKey = old.Written;
        return new ServerKey(oldKey, request.ToTag, false, request.Method, random.Hash(oldKey));
    }

    /// <summary>8.2.2.2: what two copies of one request have in common that came by different ways; never 0.</summary>
    [SkipLocalsInit]
    public static ulong MergeHash(SipMessage request, SipRandom random)
    {
        ReadOnlySpan<byte> from = request.FromTag,
            callId = request.CallId,
            uri = request.RequestUri,
            method = request.MethodText;
        int length = from.Length + callId.Length + uri.Length + method.Length + 32;
        byte[]? big = null;
        Span<byte> bytes = length <= 1024 ? stackalloc byte[1024] : big = new byte[length];
        Writer writer = new(bytes);
        writer.Append(from);
        writer.Append(callId);
        writer.Append(request.CSeqNumber);
        writer.Append(method);
        writer.Append(uri);
        return random.Hash(writer.Written) | 1;
    }

    private ref struct Writer(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _destination[.._length];

        public void Append(ReadOnlySpan<byte> part)
        {
            part.CopyTo(_destination[_length..]);
            _length += part.Length;
            // A separator that none of the parts can hold.
            _destination[_length++] = 0;
        }

        /// <summary>Four bytes, which need no separator.</summary>
        public void AppendBytes(uint number)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_destination[_length..], number);
            _length += sizeof(uint);
        }

        public void Append(uint number)
        {
            Utf8Formatter.TryFormat(number, _destination[_length..], out int written);
            _length += written;
            _destination[_length++] = 0;
        }
    }
}
