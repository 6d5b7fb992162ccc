using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

// Responses of the proxy's own, and the reply hooks.
public sealed partial class SipContext
{
    private static readonly StrandWork ReplyWork = static (target, argument, version) =>
    {
        var context = (SipContext)target!;
        if (version != context.Relay.Version)
            return;
        var reply = (PostedReply)argument!;
        context.ReplyInStrand(reply.StatusCode, reply.Reason, reply.HeaderLines);
    };

    private List<SipReplyHandler>? _replyHooks;

    /// <summary>Answers with a response of the proxy's own. After a final response, and for ACK, it does nothing.</summary>
    /// <remarks>
    /// A final one ends what is still forwarded: pending branches are cancelled. A failure before anything was relayed, to an INVITE that came by
    /// datagram and had no response yet, is sent once and the transaction forgotten (RFC 3261 8.2.7): its source may be forged. A provisional one
    /// goes to an INVITE only (RFC 4320 4.1; the 100 that a slow request of another method needs comes by itself).
    /// </remarks>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="reason">Reason phrase; null: the usual one.</param>
    /// <param name="headerLines">Further header lines, each ended by CRLF.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such status.</exception>
    /// <exception cref="ArgumentException">The reason or the lines cannot stand in a message.</exception>
    public void Reply(int statusCode, string? reason = null, ReadOnlySpan<byte> headerLines = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        if (reason is not null && (reason.Length > 200 || reason.AsSpan().ContainsAnyInRange('\0', '\x1f')))
            throw new ArgumentException("Not a reason phrase.", nameof(reason));
        if (!headerLines.IsEmpty && !headerLines.EndsWith("\r\n"u8))
            throw new ArgumentException("Each header line ends with CRLF.", nameof(headerLines));
        if (Strand.IsOwned)
        {
            ReplyInStrand(statusCode, reason, headerLines);
            return;
        }

        Strand.Post(ReplyWork, this, new PostedReply(statusCode, reason, headerLines.ToArray()), Relay.Version);
        // Afterwards, not in the work: the strand may have run others' work on this thread too, and this one may have no receive loop.
        Core.Transport.Flush();
    }

    /// <summary>Sees each response to this request before it goes upstream; runs after the application's.</summary>
    /// <param name="handler">The hook.</param>
    public void OnReply(SipReplyHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        (_replyHooks ??= []).Add(handler);
    }

    internal bool HasReplyHooks => Hooks.Reply.Length > 0 || _replyHooks is { Count: > 0 };

    internal void ReplyInStrand(int statusCode, string? reason, ReadOnlySpan<byte> headerLines)
    {
        if (IsAnswered || Method == SipMethod.Ack || (statusCode < 200 && Method != SipMethod.Invite))
            return;
        if (statusCode is >= 200 and < 300 && IsMerged && Relay.MayRefuse)
        {
            // 8.2.2.2: who answers a request does so once.
            statusCode = 482;
            reason = null;
            headerLines = default;
        }

        if (statusCode >= 200)
            Relay.OnFinalReply();
        if (statusCode >= 300)
            Relay.NoteOwnFailure(statusCode); // before observers see the response
        Span<byte> phrase = stackalloc byte[600];
        phrase = phrase[..(reason is null ? 0 : Encoding.UTF8.GetBytes(reason, phrase))];
        RelayScratch? scratch = null;
        if (!Core.ServerHeader.IsEmpty && HasRoomForServerHeader)
        {
            scratch = RelayScratch.Rent();
            byte[] lines = scratch.Output(headerLines.Length + Core.ServerHeader.Length);
            headerLines.CopyTo(lines);
            Core.ServerHeader.CopyTo(lines.AsSpan(headerLines.Length));
            headerLines = lines.AsSpan(0, headerLines.Length + Core.ServerHeader.Length);
        }

        if (HasReplyHooks && Transaction?.Request is { } request)
            ReplyThroughHooks(request, statusCode, phrase, headerLines);
        else
            ReplyDirectly(statusCode, phrase, headerLines);
        scratch?.Return();
    }

    /// <summary>A source that may be forged gets no courtesies for a short datagram: answers stay below twice the request.</summary>
    private bool HasRoomForServerHeader =>
        _source.Listener.IsReliable || RequestOrNull is not { } request || request.Bytes.Length >= 128 + Core.ServerHeader.Length;

    /// <summary>Runs the hooks; false when one suppressed a provisional.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the response goes on.")]
    internal bool RunReplyHooks(SipBranch? branch, SipMessage reply, SipEdits edits)
    {
        SipReplyContext view = SipReplyContext.Rent();
        view.Open(this, branch, reply, edits);
        foreach (SipReplyHandler hook in Hooks.Reply)
            Run(hook);
        for (int i = 0; _replyHooks is not null && i < _replyHooks.Count; i++)
            Run(_replyHooks[i]);
        bool passes = !view.IsSuppressed;
        view.Return();
        return passes;

        void Run(SipReplyHandler hook)
        {
            try
            {
                hook(view);
            }
            catch (Exception error)
            {
                HookFailed("reply", error);
            }
        }
    }

    internal void HookFailed(string hook, Exception error)
    {
        Core.Counters.Count(ProxyCounter.HandlerErrors);
        ProxyLog.HookFailed(Core.Logger, hook, CallIdText, error);
    }

    private void ReplyDirectly(int statusCode, ReadOnlySpan<byte> phrase, ReadOnlySpan<byte> headerLines)
    {
        Observers.ReplyForwarding(this, null, null, statusCode, null);
        if (Transaction is { } transaction)
        {
            if (statusCode >= 300 && Relay.MayRefuse)
                transaction.Refuse(statusCode, phrase, headerLines);
            else
                transaction.Reply(statusCode, phrase, headerLines);
        }
        else if (RequestOrNull is { } request)
            Core.Transactions.ReplyStateless(request, _source, statusCode, phrase, headerLines);
        Replied(statusCode);
    }

    private void ReplyThroughHooks(SipMessage request, int statusCode, ReadOnlySpan<byte> phrase, ReadOnlySpan<byte> headerLines)
    {
        RelayScratch scratch = RelayScratch.Rent();
        SipWriter writer = scratch.Writer;
        writer.Reset();
        writer.Response(request, statusCode, phrase, statusCode == 100 ? default : Transaction!.LocalTag);
        writer.Lines(headerLines);
        ReadOnlySpan<byte> built = writer.End();
        byte[] copy = built.ToArray();
        if (scratch.Message.Parse(copy, 0, copy.Length, SipLimits.Default).Status != SipParseStatus.Ok)
        {
            scratch.Return();
            ReplyDirectly(statusCode, phrase, headerLines);
            return;
        }

        scratch.Edits.Reset(scratch.Message);
        if (RunReplyHooks(null, scratch.Message, scratch.Edits))
        {
            Observers.ReplyForwarding(this, null, scratch.Message, statusCode, scratch.Edits);
            if (statusCode >= 300 && Relay.MayRefuse)
                Transaction?.Refuse(scratch.Write(), statusCode);
            else
                Transaction?.Send(scratch.Write(), statusCode);
            Replied(statusCode);
        }

        scratch.Return();
    }

    private void Replied(int statusCode)
    {
        Core.Counters.Count(ProxyCounter.RepliesSent);
        if (statusCode >= 300)
            Core.Counters.Count(ProxyCounter.Failures);
        if (statusCode >= 200)
            Relay.Answered();
        Observers.ReplyForwarded(this, null, statusCode);
    }

    private void ResetReplies() => _replyHooks?.Clear();

    private sealed record PostedReply(int StatusCode, string? Reason, byte[] HeaderLines);
}
