using System.Buffers.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>
/// RFC 3261 16.3 step 4 and 16.6 step 8, RFC 5393: a hash over what decides the routing of a request, kept as the second part of our Via's
/// branch. Met again unchanged, it is a loop (482); with another request-URI or Route it is a spiral, which goes on.
/// </summary>
/// <remarks>Requests within a dialog follow their route set, not a decision of ours: they carry no hash, and Max-Forwards ends what loops.</remarks>
internal static class LoopDetection
{
    /// <summary>A dot and 16 hexadecimal digits.</summary>
    public const int SuffixLength = 17;

    /// <summary>Writes the second part of the branch; returns its length.</summary>
    public static int WriteSuffix(SipMessage request, SipRandom random, Span<byte> destination)
    {
        destination[0] = (byte)'.';
        Hash(request, random).TryFormat(destination[1..], out int digits, "x16");
        return digits + 1;
    }

    /// <summary>The request has been here before, with nothing changed that decides its routing.</summary>
    public static bool IsLoop(SipContext context)
    {
        ProxyCore core = context.Core;
        if (!core.Options.DetectLoops || context.IsInDialog || !IsLoop(context.Request, core.Transport, core.Random)) return false;
        core.Counters.Count(ProxyCounter.Loops);
        return true;
    }

    /// <summary>One of the request's Vias is ours and was made for the same routing decision.</summary>
    public static bool IsLoop(SipMessage request, ISipTransport transport, SipRandom random)
    {
        if (!request.ToTag.IsEmpty) return false;
        ulong hash = 0;
        bool hashed = false;
        foreach (ViaView via in request.Vias)
        {
            // The usual request has one Via, of the previous hop, without our suffix: nothing is hashed for it.
            ReadOnlySpan<byte> branch = via.Branch;
            if (branch.Length <= SuffixLength || branch[^SuffixLength] != (byte)'.') continue;
            if (!Utf8Parser.TryParse(branch[^(SuffixLength - 1)..], out ulong found, out int read, 'x') || read != SuffixLength - 1) continue;
            if (!transport.IsOwn(via.Host, via.Port)) continue;
            if (!hashed)
            {
                hash = Hash(request, random);
                hashed = true;
            }

            if (found == hash) return true;
        }

        return false;
    }

    /// <summary>Never the method, so that a CANCEL or ACK hashes alike; never a Via, which differs each time round.</summary>
    private static ulong Hash(SipMessage request, SipRandom random)
    {
        ulong hash = random.Hash(request.RequestUri);
        Mix(ref hash, random.Hash(request.CallId));
        Mix(ref hash, random.Hash(request.FromTag));
        Mix(ref hash, request.CSeqNumber);
        MixAll(ref hash, request, random, SipHeaderName.Route);
        MixAll(ref hash, request, random, SipHeaderName.ProxyRequire);
        MixAll(ref hash, request, random, SipHeaderName.ProxyAuthorization);
        return hash;
    }

    private static void MixAll(ref ulong hash, SipMessage request, SipRandom random, SipHeaderName name)
    {
        for (int i = request.IndexOf(name); i >= 0; i = request.IndexOf(name, i + 1)) Mix(ref hash, random.Hash(request.ValueOf(request.HeaderAt(i))));
    }

    // The parts are keyed hashes already; this only makes their order count.
    private static void Mix(ref ulong hash, ulong part) => hash = (System.Numerics.BitOperations.RotateLeft(hash, 23) ^ part) * 0x9E3779B97F4A7C15;
}
