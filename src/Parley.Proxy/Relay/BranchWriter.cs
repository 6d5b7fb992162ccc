using System.Diagnostics.CodeAnalysis;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>RFC 3261 16.6: turns the received request into the copy that leaves, as edits written once.</summary>
internal static class BranchWriter
{
    /// <summary>The copy's bytes, in the scratch's buffer; empty when a branch hook threw.</summary>
    /// <param name="scratch">Where to write.</param>
    /// <param name="context">The request.</param>
    /// <param name="branch">The branch; null for a stateless copy.</param>
    /// <param name="target">The request-URI and Path to use; null for the context's.</param>
    /// <param name="flow">Where the copy leaves.</param>
    /// <param name="viaBranch">The branch parameter of our Via.</param>
    public static ReadOnlySpan<byte> Write(
        RelayScratch scratch,
        SipContext context,
        SipBranch? branch,
        BranchTarget? target,
        in SipFlow flow,
        ReadOnlySpan<byte> viaBranch
    )
    {
        SipMessage request = context.Request;
        SipEdits edits = scratch.Edits;
        edits.Reset(request);
        if (context.HasEdits)
            edits.CopyFrom(context.Edits);
        if (context.IsStateless && request.TryGetTopVia(out ViaView via))
            ViaRouting.Stamp(edits, via, context.Source.Remote);

        context.WriteRoutes(edits, target is null ? context.RequestUriText : target.Uri.Bytes, target is null ? [] : target.Path); // steps 2, 6
        WriteMaxForwards(edits, request, context.Core.Options, branch?.Breadth ?? MaxBreadth.Of(request, context.Core.Options)); // step 3
        context.WriteRecordRoute(edits, context.Source.Listener, flow.Listener); // step 4
        WriteVia(edits, context, flow.Listener, viaBranch); // step 8
        if (flow.Listener.IsReliable)
            edits.EnsureContentLength(); // step 9
        if (branch is not null && !RunHooks(context, branch, edits))
            return default;
        context.Observers.Branch(context, branch, edits);
        return scratch.Write();
    }

    private static void WriteMaxForwards(SipEdits edits, SipMessage request, ProxyOptions options, int breadth)
    {
        int hops = request.MaxForwards;
        hops = hops < 0 ? options.MaxForwards : Math.Max(0, hops - 1);
        ReadOnlySpan<byte> next = "\r\nMax-Breadth: "u8;
        Span<byte> text = edits.Scratch(20 + next.Length);
        hops.TryFormat(text, out int length);
        if (request.IndexOf(SipHeaderName.MaxBreadth) >= 0)
        {
            edits.Set(SipHeaderName.MaxForwards, text[..length]);
            breadth.TryFormat(text[length..], out int digits);
            edits.Set(SipHeaderName.MaxBreadth, text.Slice(length, digits));
            return;
        }

        // RFC 5393 5.3.3.3: every proxied request has one. Both lines in one edit, since nearly all lack it.
        next.CopyTo(text[length..]);
        length += next.Length;
        breadth.TryFormat(text[length..], out int more);
        edits.Set(SipHeaderName.MaxForwards, text[..(length + more)]);
    }

    private static void WriteVia(SipEdits edits, SipContext context, SipListener listener, ReadOnlySpan<byte> branch)
    {
        ReadOnlySpan<byte> protocol = "SIP/2.0/"u8,
            parameter = ";branch="u8;
        Span<byte> text = edits.Scratch(
            protocol.Length
                + listener.ViaTransport.Length
                + 1
                + listener.SentBy.Length
                + parameter.Length
                + branch.Length
                + LoopDetection.SuffixLength
                + (context.IsStateless ? StatelessReturn.MaxLength : 0)
        );
        int length = 0;
        Add(text, ref length, protocol);
        Add(text, ref length, listener.ViaTransport);
        text[length++] = (byte)' ';
        Add(text, ref length, listener.SentBy);
        Add(text, ref length, parameter);
        Add(text, ref length, branch);
        if (!context.IsInDialog && context.Core.Options.DetectLoops)
            length += LoopDetection.WriteSuffix(context, text[length..]);
        if (context.IsStateless && context.Method != SipMethod.Ack)
            length += StatelessReturn.Write(context.Core.Random, context.Core.Transport, context.Source, branch, text[length..]);
        edits.PushVia(text[..length]);
    }

    private static void Add(Span<byte> text, ref int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(text[length..]);
        length += part.Length;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the branch fails, the request goes on.")]
    private static bool RunHooks(SipContext context, SipBranch branch, SipEdits edits)
    {
        SipBranchHandler[] common = context.Hooks.Branch;
        List<SipBranchHandler>? own = context.BranchHooks;
        if (common.Length == 0 && own is not { Count: > 0 })
            return true;
        branch.OpenEdits(edits);
        try
        {
            foreach (SipBranchHandler hook in common)
                hook(context, branch);
            for (int i = 0; own is not null && i < own.Count; i++)
                own[i](context, branch);
            return true;
        }
        catch (Exception error)
        {
            context.HookFailed("branch", error);
            return false;
        }
        finally
        {
            branch.OpenEdits(null);
        }
    }
}
