using System.Buffers;
using System.Buffers.Binary;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Reads the route set towards a leg out of the Record-Routes of a message (RFC 3261 12.1).</summary>
internal ref struct RouteSets
{
    private byte[]? _buffer;
    private int _length;

    public int Count { get; private set; }

    public readonly ReadOnlySpan<byte> Packed => _buffer is null ? default : _buffer.AsSpan(0, _length);

    /// <summary>Towards the caller: the Record-Routes of its INVITE as received, in order.</summary>
    public void ReadRequest(SipMessage invite)
    {
        foreach (NameAddrView route in invite.RecordRoutes)
        {
            if (Count >= PackedLeg.MaxRoutes)
                break;
            Append(route.UriText);
        }
    }

    /// <summary>
    /// Towards a callee: the Record-Routes of its response, without those of the caller's side (they come last) and the proxy's own
    /// (one, or a pair) in front of them, turned round: the nearest to the proxy first.
    /// </summary>
    public void ReadResponse(SipContext context, SipMessage response, int callerRoutes)
    {
        Span<(int Start, int Length)> uris = stackalloc (int, int)[PackedLeg.MaxRoutes + 2];
        int count = 0;
        foreach (NameAddrView route in response.RecordRoutes)
        {
            if (count == uris.Length)
                break;
            ReadOnlySpan<byte> uri = route.UriText;
            uris[count++] = (response.OffsetOf(uri), uri.Length);
        }

        count = Math.Max(0, count - callerRoutes);
        ReadOnlySpan<byte> bytes = response.Bytes;
        if (count > 0 && IsOwn(context, bytes, uris[count - 1], out bool isPair))
        {
            count--;
            if (isPair && count > 0 && IsOwn(context, bytes, uris[count - 1], out _))
                count--;
        }

        for (int i = count - 1; i >= 0 && Count < PackedLeg.MaxRoutes; i--)
            Append(bytes.Slice(uris[i].Start, uris[i].Length));
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    private static bool IsOwn(SipContext context, ReadOnlySpan<byte> bytes, (int Start, int Length) at, out bool isPair)
    {
        isPair = false;
        if (!SipUriView.TryParse(bytes.Slice(at.Start, at.Length), out SipUriView uri) || !context.IsOwn(uri))
            return false;
        isPair = uri.Parameters.TryGet("r2"u8, out _);
        return true;
    }

    private void Append(ReadOnlySpan<byte> uri)
    {
        if (uri.Length > ushort.MaxValue)
            return;
        _buffer ??= ArrayPool<byte>.Shared.Rent(1024);
        if (_buffer.Length < _length + 2 + uri.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent((_length + 2 + uri.Length) * 2);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_length), (ushort)uri.Length);
        uri.CopyTo(_buffer.AsSpan(_length + 2));
        _length += 2 + uri.Length;
        Count++;
    }
}
