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
        context.ReplyInStrand(reply.StatusCode, reply.Reason, reply.HeaderLines, reply.ContentType, reply.Body.Span);
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
        SipReply.CheckLine(statusCode, reason);
        if (!headerLines.IsEmpty && !headerLines.EndsWith("\r\n"u8))
            throw new ArgumentException("Each header line ends with CRLF.", nameof(headerLines));
        if (Strand.IsOwned)
            ReplyInStrand(statusCode, reason, headerLines);
        else
            PostReply(new PostedReply(statusCode, reason, headerLines.ToArray(), null, default));
    }

    /// <summary>Answers with a response of the proxy's own, with headers and a body. Else as <see cref="Reply(int, string, ReadOnlySpan{byte})"/>.</summary>
    /// <remarks>A body is sent whole, also to a datagram whose source may be forged: give none to strangers.</remarks>
    /// <param name="reply">The response.</param>
    /// <exception cref="ArgumentException">It has a body without a content type, or a content type without a body.</exception>
    public void Reply(SipReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        reply.CheckBody(nameof(reply));
        if (Strand.IsOwned)
            ReplyInStrand(reply.StatusCode, reply.Reason, reply.Headers.Bytes, reply.ContentType, reply.Body.Span);
        else
            PostReply(new PostedReply(reply.StatusCode, reply.Reason, reply.Headers.Bytes.ToArray(), reply.ContentType, reply.Body));
    }

    /// <summary>Sees each response to this request before it goes upstream; runs after the application's.</summary>
    /// <param name="handler">The hook.</param>
    public void OnReply(SipReplyHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        (_replyHooks ??= []).Add(handler);
    }

    internal bool HasReplyHooks => Hooks.Reply.Length > 0 || _replyHooks is { Count: > 0 };

    private void PostReply(PostedReply reply)
    {
        Strand.Post(ReplyWork, this, reply, Relay.Version);
        // Afterwards, not in the work: the strand may have run others' work on this thread too, and this one may have no receive loop.
        Core.Transport.Flush();
    }

    internal void ReplyInStrand(
        int statusCode,
        string? reason,
        ReadOnlySpan<byte> headerLines,
        string? contentType = null,
        ReadOnlySpan<byte> body = default
    )
    {
        if (IsAnswered || Method == SipMethod.Ack || (statusCode < 200 && (Method != SipMethod.Invite || IsStateless)))
            return;
        if (statusCode is >= 200 and < 300 && IsMerged && Relay.MayRefuse)
        {
            // 8.2.2.2: an element that answers a request does so once.
            statusCode = 482;
            reason = null;
            headerLines = default;
            contentType = null;
            body = default;
        }

        if (statusCode >= 300)
            Refusing(statusCode);
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

        byte[] type = contentType is null ? [] : Encoding.ASCII.GetBytes(contentType);
        if ((HasReplyHooks || type.Length > 0) && Transaction?.Request is { } request)
            ReplyInFull(request, statusCode, phrase, headerLines, type, body);
        else
            ReplyDirectly(statusCode, phrase, headerLines, type, body);
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
        Core.Watchdog?.Enter(this, "reply hook");
        foreach (SipReplyHandler hook in Hooks.Reply)
            Run(hook);
        for (int i = 0; _replyHooks is not null && i < _replyHooks.Count; i++)
            Run(_replyHooks[i]);
        Core.Watchdog?.Leave();
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

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to modules: the response goes on.")]
    private void Refusing(int statusCode)
    {
        if (RequestOrNull is null)
            return;
        foreach (IProxyModule module in Hooks.Modules)
        {
            try
            {
                module.OnRefusing(this, statusCode);
            }
            catch (Exception error)
            {
                HookFailed("refusal", error);
            }
        }
    }

    internal void HookFailed(string hook, Exception error)
    {
        Core.Counters.Count(ProxyCounter.HandlerErrors);
        ProxyLog.HookFailed(Core.Logger, hook, CallIdText, error);
    }

    private void ReplyDirectly(
        int statusCode,
        ReadOnlySpan<byte> phrase,
        ReadOnlySpan<byte> headerLines,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> body
    )
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
            Core.Transactions.ReplyStateless(request, _source, statusCode, phrase, headerLines, contentType, body);
        Replied(statusCode);
    }

    /// <summary>Writes the whole response, for the hooks to see, or because it has a body.</summary>
    private void ReplyInFull(
        SipMessage request,
        int statusCode,
        ReadOnlySpan<byte> phrase,
        ReadOnlySpan<byte> headerLines,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> body
    )
    {
        RelayScratch scratch = RelayScratch.Rent();
        SipWriter writer = scratch.Writer;
        writer.Reset();
        writer.Response(request, statusCode, phrase, statusCode == 100 ? default : Transaction!.LocalTag);
        writer.Lines(headerLines);
        ReadOnlySpan<byte> built = writer.End(contentType, body);
        if (!HasReplyHooks)
        {
            Observers.ReplyForwarding(this, null, null, statusCode, null);
            SendOwn(built, statusCode);
            scratch.Return();
            return;
        }

        byte[] copy = built.ToArray();
        if (scratch.Message.Parse(copy, 0, copy.Length, SipLimits.Default).Status != SipParseStatus.Ok)
        {
            scratch.Return();
            ReplyDirectly(statusCode, phrase, headerLines, contentType, body);
            return;
        }

        scratch.Edits.Reset(scratch.Message);
        if (RunReplyHooks(null, scratch.Message, scratch.Edits))
        {
            Observers.ReplyForwarding(this, null, scratch.Message, statusCode, scratch.Edits);
            SendOwn(scratch.Write(), statusCode);
        }

        scratch.Return();
    }

    private void SendOwn(ReadOnlySpan<byte> response, int statusCode)
    {
        if (statusCode >= 300 && Relay.MayRefuse)
            Transaction?.Refuse(response, statusCode);
        else
            Transaction?.Send(response, statusCode);
        Replied(statusCode);
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

    private sealed record PostedReply(int StatusCode, string? Reason, byte[] HeaderLines, string? ContentType, ReadOnlyMemory<byte> Body);
}
