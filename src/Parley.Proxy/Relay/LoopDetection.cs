using System.Buffers;
using System.Buffers.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>
/// RFC 3261 16.3 step 4 and 16.6 step 8, RFC 5393 4.2: a hash over what decides the routing of a request, kept as the second part of our Via's
/// branch. Met again unchanged, it is a loop (482); with another target it is a spiral, which goes on.
/// </summary>
/// <remarks>
/// What decides, of a request-URI that names this element, is user and host as the registrar reads them (<see cref="CanonicalAddress"/>): neither parameters nor port, escapes
/// or case make another target of it. Requests within a dialog follow their route set, not a decision of ours: they carry no hash, and
/// <see cref="ProxyOptions.MaxReturns"/> ends what loops.
/// </remarks>
internal static class LoopDetection
{
    /// <summary>A dot and 16 hexadecimal digits.</summary>
    public const int SuffixLength = 17;

    /// <summary>Writes the second part of the branch; returns its length.</summary>
    public static int WriteSuffix(SipContext context, Span<byte> destination)
    {
        destination[0] = (byte)'.';
        SipText.WriteHex(HashOf(context), destination[1..]);
        return SuffixLength;
    }

    /// <summary>The request has been here before, with nothing changed that decides its routing. Notes also when it has been here at all.</summary>
    public static bool IsLoop(SipContext context)
    {
        ProxyCore core = context.Core;
        // Within a dialog only what comes straight back is looked at: then the top Via is ours.
        if (context.IsInDialog && !(context.Request.TryGetTopVia(out ViaView top) && core.Transport.IsOwn(top.Host, top.Port)))
            return false;
        bool byHash = core.Options.DetectLoops && !context.IsInDialog,
            isLoop = false;
        int returns = 0;
        foreach (ViaView via in context.Request.Vias)
        {
            // The usual request has one Via, of the previous hop, without our suffix: nothing is hashed for it.
            if (!TryReadSuffix(via.Branch, out ulong found) && byHash)
                continue;
            if (!core.Transport.IsOwn(via.Host, via.Port))
                continue;
            context.CameBack = true;
            isLoop = ++returns > core.Options.MaxReturns || (byHash && found == HashOf(context));
            if (isLoop)
                break;
        }

        if (isLoop)
            core.Counters.Count(ProxyCounter.Loops);
        return isLoop;
    }

    /// <summary>What is the same of a request each time it comes back, whatever its request-URI is by then.</summary>
    public static ulong RequestKey(SipMessage request, SipRandom random)
    {
        ulong hash = random.Hash(request.CallId);
        Mix(ref hash, random.Hash(request.FromTag));
        Mix(ref hash, request.CSeqNumber);
        return hash;
    }

    private static bool TryReadSuffix(ReadOnlySpan<byte> branch, out ulong found)
    {
        found = 0;
        return branch.Length > SuffixLength
            && branch[^SuffixLength] == (byte)'.'
            && Utf8Parser.TryParse(branch[^(SuffixLength - 1)..], out found, out int read, 'x')
            && read == SuffixLength - 1;
    }

    private static ulong HashOf(SipContext context) =>
        context.RoutingHash ??= Hash(context.Request, context.Core.Transport, context.Core.Random);

    /// <summary>Never the method, so that a CANCEL or ACK hashes alike; never a Via, which differs each time round.</summary>
    private static ulong Hash(SipMessage request, ISipTransport transport, SipRandom random)
    {
        ulong hash = RequestKey(request, random);
        Mix(ref hash, HashOfTarget(request, transport, random));
        foreach (NameAddrView route in request.Routes)
        {
            // A Route of ours is taken off and decides nothing.
            if (!OwnUri.IsOwn(transport, route.Uri))
                Mix(ref hash, random.Hash(route.Text));
        }

        MixAll(ref hash, request, random, SipHeaderName.ProxyRequire);
        MixAll(ref hash, request, random, SipHeaderName.ProxyAuthorization);
        return hash;
    }

    private static ulong HashOfTarget(SipMessage request, ISipTransport transport, SipRandom random)
    {
        SipUriView uri = request.RequestUriView;
        if (!CanonicalAddress.IsAddress(uri) || !OwnUri.IsOwn(transport, uri))
            return random.Hash(request.RequestUri);
        int bound = CanonicalAddress.BoundOf(uri);
        byte[]? rented = bound <= 256 ? null : ArrayPool<byte>.Shared.Rent(bound);
        Span<byte> address = rented is null ? stackalloc byte[256] : rented;
        int length = CanonicalAddress.Write(uri, keepPort: false, ignoreUserCase: true, address);
        ulong hash = random.Hash(address[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    private static void MixAll(ref ulong hash, SipMessage request, SipRandom random, SipHeaderName name)
    {
        for (int i = request.IndexOf(name); i >= 0; i = request.IndexOf(name, i + 1))
            Mix(ref hash, random.Hash(request.ValueOf(request.HeaderAt(i))));
    }

    // The parts are keyed hashes already; this only makes their order count.
    private static void Mix(ref ulong hash, ulong part) =>
        hash = (System.Numerics.BitOperations.RotateLeft(hash, 23) ^ part) * 0x9E3779B97F4A7C15;
}
