using System.Buffers.Text;
using System.Globalization;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>
/// What a stateless copy remembers of the way its request came, for the answer to go back by: a parameter of our own Via, which only this element reads,
/// "back=listener.address.connection-proof" in hexadecimal. Not in the branch: a CANCEL may come by another connection than its INVITE, and must have its branch.
/// </summary>
internal static class StatelessReturn
{
    /// <summary>The most that <see cref="Write"/> writes.</summary>
    public const int MaxLength = 96;

    private const int ProofLength = 16;

    private static ReadOnlySpan<byte> Name => "back"u8;

    /// <summary>Writes ";back=.." behind a branch; returns its length, 0 where the next Via suffices: one listener, and datagrams.</summary>
    public static int Write(SipRandom random, ISipTransport transport, in SipFlow source, ReadOnlySpan<byte> branch, Span<byte> destination)
    {
        SipListener listener = source.Listener;
        bool isAddress = !ReferenceEquals(listener.Bound, listener);
        if (source.ConnectionId == 0 && !isAddress && transport.Listeners.Count == 1)
            return 0;
        int length = 0;
        destination[length++] = (byte)';';
        Name.CopyTo(destination[length..]);
        length += Name.Length;
        destination[length++] = (byte)'=';
        int start = length;
        Add(destination, ref length, (ulong)listener.Index, default);
        destination[length++] = (byte)'.';
        if (isAddress && listener.Local.IsIPv6)
            Add(destination, ref length, listener.Local.High, "x16");
        if (isAddress)
            Add(destination, ref length, listener.Local.Low, listener.Local.IsIPv6 ? "x16" : "x");
        destination[length++] = (byte)'.';
        Add(destination, ref length, (ulong)source.ConnectionId, default);
        ulong proof = Proof(random, branch, destination[start..length]);
        destination[length++] = (byte)'-';
        Add(destination, ref length, proof, "x16");
        return length;
    }

    /// <summary>The way that our Via of a response remembers; the far end is left to the next Via. False: none, or not written by us for this branch.</summary>
    public static bool TryRead(SipRandom random, ISipTransport transport, in ViaView via, ReadOnlySpan<byte> branch, out SipFlow flow)
    {
        flow = default;
        if (!via.Parameters.TryGet(Name, out ReadOnlySpan<byte> value))
            return false;
        int dash = value.IndexOf((byte)'-');
        if (
            dash < 0
            || value.Length - dash - 1 != ProofLength
            || !TryHex(value[(dash + 1)..], out ulong proof)
            || proof != Proof(random, branch, value[..dash])
        )
            return false;
        value = value[..dash];
        int first = value.IndexOf((byte)'.'),
            last = value.LastIndexOf((byte)'.');
        if (
            first == last
            || !TryHex(value[..first], out ulong index)
            || !TryHex(value[(last + 1)..], out ulong connection)
            || index >= (ulong)transport.Listeners.Count
        )
            return false;
        SipListener listener = transport.Listeners[(int)index];
        ReadOnlySpan<byte> address = value[(first + 1)..last];
        if (address.Length == 32 && TryHex(address[..16], out ulong high) && TryHex(address[16..], out ulong low))
            listener = listener.At(new SipEndPoint(high, low, 0, 0, true));
        else if (address.Length is > 0 and <= 8 && TryHex(address, out low))
            listener = listener.At(new SipEndPoint(0, low, 0, 0, false));
        flow = new SipFlow(listener, default, (long)connection);
        return true;
    }

    private static ulong Proof(SipRandom random, ReadOnlySpan<byte> branch, ReadOnlySpan<byte> text)
    {
        Span<byte> both = stackalloc byte[StatelessRelay.BranchLength + MaxLength];
        branch = branch[..StatelessRelay.BranchLength];
        branch.CopyTo(both);
        text = text[..Math.Min(text.Length, MaxLength)];
        text.CopyTo(both[branch.Length..]);
        return random.Hash(both[..(branch.Length + text.Length)]);
    }

    private static void Add(Span<byte> destination, ref int length, ulong number, ReadOnlySpan<char> format)
    {
        number.TryFormat(destination[length..], out int written, format.IsEmpty ? "x" : format, CultureInfo.InvariantCulture);
        length += written;
    }

    private static bool TryHex(ReadOnlySpan<byte> text, out ulong number)
    {
        number = 0;
        return text.Length is > 0 and <= 16 && Utf8Parser.TryParse(text, out number, out int read, 'x') && read == text.Length;
    }
}
