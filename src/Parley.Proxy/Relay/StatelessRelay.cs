using System.Buffers.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>RFC 3261 16.11: forwarding without transactions. ACKs of 2xx always go this way.</summary>
internal static class StatelessRelay
{
    /// <summary>Cookie and mark 9, identity 16, proof 16.</summary>
    public const int BranchLength = 41;

    private static ReadOnlySpan<byte> Mark => "z9hG4bKPs"u8;

    /// <summary>Sends one copy; the branch is the same for every retransmission of the same request.</summary>
    public static ValueTask<bool> Forward(SipContext context)
    {
        ProxyCore core = context.Core;
        BranchTarget? target = context.Relay.TakeTarget();
        if (target?.Flow is { } flow || context.TryGetDestinationFlow(out flow)) return new ValueTask<bool>(Send(context, target, flow));
        ReadOnlySpan<byte> uri = target is null ? context.RequestUri : target.Uri.Bytes;
        ReadOnlySpan<byte> hop = context.DestinationUri is { } destination ? destination.Bytes : context.NextHop(uri, target is null ? [] : target.Path);
        if (SipUriView.TryParse(hop, out SipUriView view) && core.Locator.TryLocateLiteral(view, out SipTarget place)) return new ValueTask<bool>(Send(context, target, place));
        return SipUri.TryParse(hop, out SipUri? parsed) ? Locate(context, target, parsed) : new ValueTask<bool>(Fail(context));
    }

    /// <summary>True for the answer to a copy of ours: it goes on by its next Via.</summary>
    public static bool TryForwardResponse(ProxyCore core, SipMessage response, in SipFlow source)
    {
        if (!response.TryGetTopVia(out ViaView via) || !IsOwnBranch(core.Random, via.Branch)) return false;
        ViaList.Enumerator vias = response.Vias.GetEnumerator();
        if (!vias.MoveNext() || !vias.MoveNext())
        {
            core.Counters.Count(ProxyCounter.RepliesWithoutVia);
            return true;
        }

        RelayScratch scratch = RelayScratch.Rent();
        scratch.Edits.Reset(response);
        scratch.Edits.PopVia();
        scratch.Edits.EnsureContentLength();
        core.Transactions.SendByVia(scratch.Write(), source);
        core.Counters.Count(ProxyCounter.StatelessReplies);
        scratch.Return();
        return true;
    }

    /// <summary>Writes the branch of a copy: what identifies the request (17.2.3), hashed, and the proof that we made it.</summary>
    public static void WriteBranch(SipRandom random, SipMessage request, Span<byte> branch)
    {
        Mark.CopyTo(branch);
        ulong identity = random.Hash(request.CallId);
        if (request.TryGetTopVia(out ViaView via))
        {
            identity = Mix(identity, random.Hash(via.Branch));
            identity = Mix(identity, random.Hash(via.SentBy));
        }

        identity = Mix(identity, random.Hash(request.FromTag));
        identity = Mix(identity, random.Hash(request.ToTag));
        identity = Mix(identity, random.Hash(request.RequestUri));
        // A CANCEL, and the ACK for a failure, belong to the copy of their INVITE; the CSeq number alone, not the method.
        identity = Mix(identity, request.CSeqNumber);
        identity.TryFormat(branch[9..], out _, "x16");
        random.Hash(branch[..25]).TryFormat(branch[25..], out _, "x16");
    }

    private static bool IsOwnBranch(SipRandom random, ReadOnlySpan<byte> branch) =>
        branch.Length >= BranchLength && branch.StartsWith(Mark) && (branch.Length == BranchLength || branch[BranchLength] == (byte)'.')
        && Utf8Parser.TryParse(branch.Slice(25, 16), out ulong proof, out int read, 'x') && read == 16 && proof == random.Hash(branch[..25]);

    private static ulong Mix(ulong hash, ulong part) => (System.Numerics.BitOperations.RotateLeft(hash, 23) ^ part) * 0x9E3779B97F4A7C15;

    private static async ValueTask<bool> Locate(SipContext context, BranchTarget? target, SipUri uri)
    {
        var places = new List<SipTarget>();
        context.Relay.LookupBegins();
        try
        {
            if (!await context.Core.LocateAsync(uri, places, context.Source.Remote).ConfigureAwait(true)) return Fail(context);
            foreach (SipTarget place in places)
            {
                if (Send(context, target, place)) return true;
            }

            return Fail(context);
        }
        finally
        {
            context.Relay.LookupEnds();
        }
    }

    private static bool Send(SipContext context, BranchTarget? target, SipTarget place)
    {
        SipListener? listener = context.Core.Transport.SelectListener(place.Protocol, place.EndPoint, context.RouteListener ?? context.Source.Listener);
        return listener is not null ? Send(context, target, new SipFlow(listener, place.EndPoint) { ServerName = place.HostName }) : Fail(context);
    }

    private static bool Send(SipContext context, BranchTarget? target, in SipFlow way)
    {
        ProxyCore core = context.Core;
        SipFlow flow = way;
        Span<byte> branch = stackalloc byte[BranchLength];
        WriteBranch(core.Random, context.Request, branch);
        RelayScratch scratch = RelayScratch.Rent();
        ReadOnlySpan<byte> bytes = BranchWriter.Write(scratch, context, null, target, flow, branch);
        if (DatagramLimit.TrySwitchToStream(core.Transport, flow, bytes.Length, core.Options.MaxDatagramRequest, out SipFlow stream))
        {
            flow = stream;
            bytes = BranchWriter.Write(scratch, context, null, target, flow, branch);
        }

        bool sent = core.Transport.SendFor(flow, bytes, 0, context.Source.Remote, out _) == SipSendResult.Queued;
        scratch.Return();
        if (!sent) return Fail(context);
        context.Relay.MarkRelayed();
        core.Counters.Count(ProxyCounter.StatelessRelayed);
        return true;
    }

    private static bool Fail(SipContext context)
    {
        context.Core.Counters.Count(ProxyCounter.BranchErrors);
        return false;
    }
}
