using System.Buffers.Text;
using System.Runtime.InteropServices;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>RFC 3261 16.11: forwarding without transactions. ACKs of 2xx always go this way.</summary>
internal static class StatelessRelay
{
    /// <summary>Cookie and mark 9, identity 16, proof 16.</summary>
    public const int BranchLength = 41;

    private const int IdentityEnd = 25;

    private const int ProvenParts = 10;

    private static ReadOnlySpan<byte> Mark => "z9hG4bKPs"u8;

    /// <summary>Sends one copy; the branch is the same for every retransmission of the same request.</summary>
    public static ValueTask<bool> Forward(SipContext context)
    {
        BranchTarget? target = context.Relay.RemoveTarget();
        SipListener? from = context.ListenerFor(target);
        SipProtocol? kept = context.TransportFor(target);
        if (target?.Flow is { } flow || context.TryGetDestinationFlow(out flow))
        {
            if (TrySend(context, target, flow, null, mayGrow: false))
                return new ValueTask<bool>(true);
            if (target is not { Flow: not null, ReopensFlow: true })
                return new ValueTask<bool>(Fail(context));
            (from, kept) = (flow.Listener, flow.Listener.Protocol);
        }
        else if (target is null && context.TryGetLegFlow(out flow) && TrySend(context, null, flow, null, mayGrow: false))
        {
            return new ValueTask<bool>(true);
        }

        return FindWay(context, target, from, kept);
    }

    /// <summary>RFC 3261 16.6 step 7; over the kept transport first, with the way that the URI alone gives as second one unless the first was secure.</summary>
    private static ValueTask<bool> FindWay(SipContext context, BranchTarget? target, SipListener? from, SipProtocol? known)
    {
        ProxyCore core = context.Core;
        ReadOnlySpan<byte> uri = target is null ? context.RequestUriText : target.Uri.Bytes;
        ReadOnlySpan<byte> hop = context.DestinationUri is { } destination
            ? destination.Bytes
            : context.NextHop(uri, target is null ? [] : target.Path);
        if (!SipUriView.TryParse(hop, out SipUriView view))
            return new ValueTask<bool>(Fail(context));
        bool isLiteral = core.Locator.TryLocateLiteral(view, out SipTarget place);
        SipTarget? plain = isLiteral ? place : null;
        if (known is { } before && KeptTransport.For(view, before) is { } kept)
        {
            if (KeptTransport.TryPlace(view, kept, out SipTarget there))
                return new ValueTask<bool>(TrySend(context, target, from, there, kept.IsSecure() ? null : plain) || Fail(context));
            SipUri? plainUri = null;
            if (!kept.IsSecure())
                _ = SipUri.TryParse(hop, out plainUri);
            return KeptTransport.ToLocate(view, kept) is { } over
                ? Locate(context, target, from, over, plainUri)
                : new ValueTask<bool>(Fail(context));
        }

        if (isLiteral)
            return new ValueTask<bool>(TrySend(context, target, from, place, null) || Fail(context));
        return SipUri.TryParse(hop, out SipUri? parsed) ? Locate(context, target, from, parsed, null) : new ValueTask<bool>(Fail(context));
    }

    /// <summary>
    /// True for the answer to a copy of ours: it goes on by its next Via. RFC 6026 8.9: nothing else does; so the branch proves the copy, and with
    /// it the Via by which the answer goes: an element that once had a copy of ours cannot make this one send to another address with its branch.
    /// </summary>
    public static bool TryForwardResponse(ProxyCore core, SipMessage response, in SipFlow source)
    {
        // Only ACKs are relayed so by a proxy with transactions, and these have no response.
        if (!core.Options.Stateless || !response.TryGetTopVia(out ViaView via) || !IsCopyBranch(via.Branch, out ulong proof))
            return false;
        ViaList.Enumerator vias = response.Vias.GetEnumerator();
        if (!vias.MoveNext() || !vias.MoveNext())
        {
            core.Counters.Count(ProxyCounter.RepliesWithoutVia);
            return true;
        }

        ViaView next = vias.Current;
        if (proof != Proof(core.Random, via.Branch[..IdentityEnd], response, next, next.Received, next.RPort))
            return false;

        RelayScratch scratch = RelayScratch.Rent();
        scratch.Edits.Reset(response);
        scratch.Edits.PopVia();
        scratch.Edits.EnsureContentLength();
        if (StatelessReturn.TryRead(core.Random, core.Transport, via, via.Branch, out SipFlow back))
        {
            core.Transactions.SendBack(
                scratch.Write(),
                ViaRouting.TryGetResponseTarget(next, out SipTarget place) ? back with { Remote = place.EndPoint } : back
            );
        }
        else
        {
            core.Transactions.SendByVia(scratch.Write(), source);
        }

        core.Counters.Count(ProxyCounter.StatelessReplies);
        scratch.Return();
        return true;
    }

    /// <summary>
    /// Writes the branch of a copy: what identifies the request (17.2.3), hashed, and the proof that we made it. A proxy with transactions
    /// sends nothing but ACKs so, which have no response: it leaves the proof out. Returns the length.
    /// </summary>
    /// <param name="random">Has the key.</param>
    /// <param name="request">The request as received.</param>
    /// <param name="source">Where it came from, as the top Via of the copy has it (18.2.1).</param>
    /// <param name="proven">With the proof.</param>
    /// <param name="branch"><see cref="BranchLength"/> bytes.</param>
    public static int WriteBranch(SipRandom random, SipMessage request, SipEndPoint source, bool proven, Span<byte> branch)
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
        SipText.WriteHex(identity, branch[9..]);
        if (!proven)
            return IdentityEnd;
        Span<byte> received = stackalloc byte[ViaRouting.StampRoom];
        bool isStamped = ViaRouting.NeedsStamp(via, source);
        received = received[..(isStamped ? source.FormatAddress(received, brackets: false) : 0)];
        int port = isStamped && via.HasRPort ? source.Port : via.RPort;
        SipText.WriteHex(Proof(random, branch[..IdentityEnd], request, via, received, port), branch[IdentityEnd..]);
        return BranchLength;
    }

    private static bool IsCopyBranch(ReadOnlySpan<byte> branch, out ulong proof)
    {
        proof = 0;
        return branch.Length >= BranchLength
            && branch.StartsWith(Mark)
            && (branch.Length == BranchLength || branch[BranchLength] == (byte)'.')
            && Utf8Parser.TryParse(branch.Slice(IdentityEnd, 16), out proof, out int read, 'x')
            && read == 16;
    }

    /// <summary>A keyed hash over mark and identity, the call and number, and all that decides where the answer goes (18.2.2).</summary>
    private static ulong Proof(
        SipRandom random,
        ReadOnlySpan<byte> identity,
        SipMessage message,
        in ViaView next,
        ReadOnlySpan<byte> received,
        int port
    )
    {
        Span<ulong> parts = stackalloc ulong[ProvenParts];
        parts[0] = random.Hash(identity);
        parts[1] = random.Hash(message.CallId);
        parts[2] = random.Hash(message.FromTag);
        parts[3] = message.CSeqNumber;
        parts[4] = random.Hash(next.Transport);
        parts[5] = random.Hash(next.Host);
        parts[6] = (ulong)next.Port;
        parts[7] = random.Hash(next.MAddr);
        parts[8] = random.Hash(received);
        parts[9] = (ulong)port;
        return random.Hash(MemoryMarshal.AsBytes(parts));
    }

    private static ulong Mix(ulong hash, ulong part) => (System.Numerics.BitOperations.RotateLeft(hash, 23) ^ part) * 0x9E3779B97F4A7C15;

    private static async ValueTask<bool> Locate(SipContext context, BranchTarget? target, SipListener? from, SipUri uri, SipUri? otherwise)
    {
        context.Relay.LookupBegins();
        try
        {
            for (SipUri? next = uri; next is not null; next = otherwise, otherwise = null)
            {
                var places = new List<SipTarget>();
                if (!await context.Core.LocateAsync(next, places, context.Source.Remote).ConfigureAwait(true))
                    continue;
                for (int i = 0; i < places.Count; i++)
                {
                    if (TrySend(context, target, from, places[i], i + 1 < places.Count ? places[i + 1] : null))
                        return true;
                }
            }

            return Fail(context);
        }
        finally
        {
            context.Relay.LookupEnds();
        }
    }

    /// <summary>Sends to a place; <paramref name="second"/> is where it goes when that fails later.</summary>
    private static bool TrySend(SipContext context, BranchTarget? target, SipListener? from, SipTarget place, SipTarget? second)
    {
        if (WayTo(context, from, place) is { } flow)
            return TrySend(context, target, flow, second is { } other ? WayTo(context, from, other) : null, mayGrow: true);
        return second is { } only && WayTo(context, from, only) is { } way && TrySend(context, target, way, null, mayGrow: true);
    }

    private static SipFlow? WayTo(SipContext context, SipListener? from, SipTarget place) =>
        context.Core.Transport.SelectListener(place.Protocol, place.EndPoint, from, context.Source.Listener) is { } listener
            ? new SipFlow(listener, place.EndPoint) { ServerName = place.HostName }
            : null;

    private static bool TrySend(SipContext context, BranchTarget? target, in SipFlow way, SipFlow? second, bool mayGrow)
    {
        ProxyCore core = context.Core;
        Span<byte> branch = stackalloc byte[BranchLength];
        branch = branch[..WriteBranch(core.Random, context.Request, context.Source.Remote, core.Options.Stateless, branch)];
        RelayScratch scratch = RelayScratch.Rent();
        ReadOnlySpan<byte> bytes = BranchWriter.Write(scratch, context, null, target, way, branch);
        bool sent;
        if (
            mayGrow
            && DatagramLimit.TrySwitchToStream(core.Transport, way, bytes.Length, core.Options.MaxDatagramRequest, out SipFlow stream)
        )
        {
            // 18.1.1: when the far end does not accept TCP, the large request goes by UDP after all.
            RelayScratch grown = RelayScratch.Rent();
            sent = core.Transactions.SendOnce(
                BranchWriter.Write(grown, context, null, target, stream, branch),
                stream,
                bytes,
                way,
                context.Source.Remote
            );
            grown.Return();
        }
        else if (second is { } other)
        {
            RelayScratch spare = RelayScratch.Rent();
            sent = core.Transactions.SendOnce(
                bytes,
                way,
                BranchWriter.Write(spare, context, null, target, other, branch),
                other,
                context.Source.Remote
            );
            spare.Return();
        }
        else
        {
            sent = core.Transactions.SendOnce(bytes, way, cause: context.Source.Remote);
        }

        scratch.Return();
        if (!sent)
            return false;
        context.Relay.MarkCopied();
        core.Counters.CountStatelessRelayed(context.Method);
        return true;
    }

    private static bool Fail(SipContext context)
    {
        context.Core.Counters.Count(ProxyCounter.BranchErrors);
        return false;
    }
}
