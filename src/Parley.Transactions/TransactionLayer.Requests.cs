using System.Diagnostics.CodeAnalysis;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>The way of a request: retransmission, CANCEL, ACK, merged, or new.</summary>
public sealed partial class TransactionLayer
{
    private static readonly StrandWork RequestAgainWork = static (target, _, generation) =>
        Again((ServerTransaction)target!, generation, ServerEvent.Request);
    private static readonly StrandWork AckWork = static (target, _, generation) =>
        Again((ServerTransaction)target!, generation, ServerEvent.Ack);

    /// <inheritdoc/>
    public void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source)
    {
        ArgumentNullException.ThrowIfNull(message);
        Count(TransactionCounter.Malformed);
        if (
            result.Status != SipParseStatus.Reject
            || !message.IsRequest
            || result.StatusCode is < 200 or > 699
            || message.IndexOf(SipHeaderName.Via) < 0
        )
            return;
        ReplyStateless(
            message,
            source,
            result.StatusCode,
            result.Reason is { } reason ? System.Text.Encoding.UTF8.GetBytes(reason) : default
        );
    }

    private void OnRequest(SipMessage request, in SipFlow source)
    {
        if (!request.TryGetTopVia(out ViaView via))
        {
            // Without a Via the sender is unknown; with one that cannot be read it is the source (RFC 4475 3.1.2.1).
            OnMalformed(request, SipScreening.Screen(request), source);
            return;
        }

        ServerKey key = ServerKey.Of(request, via, Random);
        if (request.Method == SipMethod.Ack)
        {
            OnAck(request, source, key);
            return;
        }

        // 17.2.3: a retransmission is answered (or swallowed) here, and its way ends.
        if (_servers.Find(key, ServerMatch.Same, out uint generation) is { } known)
        {
            Dispatch(known, generation, RequestAgainWork, ServerEvent.Request);
            return;
        }

        if (request.Method != SipMethod.Cancel)
        {
            OnNewRequest(request, source, key);
            return;
        }

        // 16.3: a CANCEL is answered here, so it is checked here. One whose CSeq names another method would answer that one's transaction.
        SipParseResult verdict = SipScreening.Screen(request);
        if (verdict.IsOk)
            OnCancel(request, source, key);
        else
            OnMalformed(request, verdict, source);
    }

    private void OnNewRequest(SipMessage request, in SipFlow source, in ServerKey key)
    {
        if (!Admit(request, source))
            return;
        if (ServerTransactionCount >= _limits.MaxServerTransactions)
        {
            Count(TransactionCounter.Rejected);
            if (Interlocked.Exchange(ref _limitLogged, 1) == 0)
                TransactionLog.LimitReached(_context.Logger, _limits.MaxServerTransactions);
            ReplyStateless(request, source, 503, default, "Retry-After: 5\r\n"u8);
            return;
        }

        ServerTransaction transaction = _servers.New(request, source, key, keepMessage: true);
        uint generation = transaction.Generation;
        Strand strand = transaction.Strand;

        // The strand is taken before the transaction is in the table: a second copy of the request on another thread waits behind the first.
        bool entered = strand.TryEnter();
        if (_servers.FindOrAdd(transaction, key, out uint otherGeneration) is { } other)
        {
            transaction.Discard();
            if (entered)
                strand.Leave();
            Dispatch(other, otherGeneration, RequestAgainWork, ServerEvent.Request);
            return;
        }

        if (_limits.RejectMerged && request.ToTag.IsEmpty)
            MarkMerged(transaction, request);
        if (!entered)
        {
            // The strand is still busy with a former life of the pooled transaction.
            strand.Post(_startWork, transaction, null, generation);
            return;
        }

        try
        {
            StartInStrand(transaction);
        }
        finally
        {
            strand.Leave();
        }
    }

    /// <summary>8.2.2.2: marks the request when a copy of it is here that came by another way. One that came through this element is a spiral.</summary>
    private void MarkMerged(ServerTransaction transaction, SipMessage request)
    {
        if (_servers.TryListAgainstMerging(transaction, request))
            return;
        foreach (ViaView via in request.Vias)
        {
            if (Transport.IsOwn(via.Host, via.Port))
                return;
        }

        Count(TransactionCounter.Merged);
        transaction.IsMerged = true;
    }

    private void StartLater(object? target, object? argument, long generation)
    {
        ServerTransaction transaction = (ServerTransaction)target!;
        if (transaction.IsGeneration(generation))
            StartInStrand(transaction);
    }

    private void CancelLater(object? target, object? argument, long generation)
    {
        ServerTransaction transaction = (ServerTransaction)target!;
        SipMessage cancel = (SipMessage)argument!;
        if (transaction.IsGeneration(generation))
            CancelInStrand(transaction, cancel);
        cancel.Release();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private void StartInStrand(ServerTransaction transaction)
    {
        transaction.Started = true;
        try
        {
            _user.OnRequest(transaction);
        }
        catch (Exception error)
        {
            CallbackFailed(
                nameof(ITransactionUser.OnRequest),
                transaction.Request is { } request ? Text(request.CallId) : "(let go)",
                error
            );
            // A final response that was sent already makes this one void.
            transaction.Reply(500);
        }

        transaction.AfterRequest();
    }

    private void OnCancel(SipMessage cancel, in SipFlow source, in ServerKey key)
    {
        ServerTransaction? target =
            _servers.Find(key, ServerMatch.CancelledInvite, out uint generation)
            ?? _servers.Find(key, ServerMatch.CancelledOther, out generation);
        if (target is null)
        {
            Count(TransactionCounter.CancelsUnmatched);
            ReplyStateless(cancel, source, 481);
            return;
        }

        // 9.2: the CANCEL has a server transaction of its own, answered 200 at once with the To tag of the INVITE's responses.
        Count(TransactionCounter.CancelsMatched);
        AnswerCancel(cancel, source, key);
        if (target.Method != SipMethod.Invite)
            return;

        Strand strand = target.Strand;
        if (!strand.TryEnter())
        {
            strand.Post(_cancelWork, target, cancel.Retain(), generation);
            return;
        }

        try
        {
            if (target.IsGeneration(generation))
                CancelInStrand(target, cancel);
        }
        finally
        {
            strand.Leave();
        }
    }

    private void AnswerCancel(SipMessage cancel, in SipFlow source, in ServerKey key)
    {
        ServerTransaction transaction = _servers.New(cancel, source, key, keepMessage: false);
        Strand strand = transaction.Strand;
        if (!strand.TryEnter())
        {
            // Still busy with a former life of the pooled transaction: rare, and an answer without a transaction says the same.
            transaction.Discard();
            ReplyStateless(cancel, source, 200);
            return;
        }

        try
        {
            if (_servers.FindOrAdd(transaction, key, out uint otherGeneration) is { } other)
            {
                transaction.Discard();
                Dispatch(other, otherGeneration, RequestAgainWork, ServerEvent.Request);
                return;
            }

            Span<byte> tag = stackalloc byte[LocalResponse.TagLength];
            LocalResponse.WriteTag(_context, cancel, tag);
            transaction.Send(
                LocalResponse.Build(
                    ResponseRouting.Stamped(cancel, source),
                    LocalResponse.RoomFor(cancel, source),
                    200,
                    default,
                    tag,
                    default
                ),
                200
            );
        }
        finally
        {
            strand.Leave();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private void CancelInStrand(ServerTransaction invite, SipMessage cancel)
    {
        // 9.2: after a final response a CANCEL has no effect.
        if (invite.State != ServerTransactionState.Proceeding || invite.CancelSeen)
            return;
        invite.CancelSeen = true;
        try
        {
            _user.OnCancel(invite, cancel);
        }
        catch (Exception error)
        {
            CallbackFailed(nameof(ITransactionUser.OnCancel), Text(cancel.CallId), error);
            invite.Reply(500);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private void OnAck(SipMessage ack, in SipFlow source, in ServerKey key)
    {
        // RFC 6026 7.1: in Accepted an ACK goes to the user, as does one of no transaction.
        ServerTransaction? invite = _servers.Find(key, ServerMatch.Ack, out uint generation);
        if (invite is not null && invite.State != ServerTransactionState.Accepted)
        {
            // What the user gets the user looks at; this one ends here.
            if (!SipScreening.Screen(ack).IsOk)
            {
                Count(TransactionCounter.Malformed);
                return;
            }

            Dispatch(invite, generation, AckWork, ServerEvent.Ack);
            return;
        }

        if (invite is null && HasOurTag(ack))
        {
            Count(TransactionCounter.AcksAbsorbed);
            return;
        }

        Count(TransactionCounter.AcksPassed);
        try
        {
            _user.OnAck(ack, source);
        }
        catch (Exception error)
        {
            CallbackFailed(nameof(ITransactionUser.OnAck), Text(ack.CallId), error);
        }
    }

    /// <summary>The ACK for an answer of ours that has no transaction any more, or had none.</summary>
    private bool HasOurTag(SipMessage ack)
    {
        if (ack.ToTag.Length != LocalResponse.TagLength)
            return false;
        Span<byte> tag = stackalloc byte[LocalResponse.TagLength];
        LocalResponse.WriteTag(_context, ack, tag);
        return ack.ToTag.SequenceEqual(tag);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private bool Admit(SipMessage request, in SipFlow source)
    {
        try
        {
            return _user.Admit(request, source);
        }
        catch (Exception error)
        {
            CallbackFailed(nameof(ITransactionUser.Admit), Text(request.CallId), error);
            ReplyStateless(request, source, 500);
            return false;
        }
    }

    private static void Dispatch(ServerTransaction transaction, uint generation, StrandWork work, ServerEvent what)
    {
        Strand strand = transaction.Strand;
        if (!strand.TryEnter())
        {
            strand.Post(work, transaction, null, generation);
            return;
        }

        try
        {
            Again(transaction, generation, what);
        }
        finally
        {
            strand.Leave();
        }
    }

    private static void Again(ServerTransaction transaction, long generation, ServerEvent what)
    {
        if (transaction.IsGeneration(generation))
            transaction.Receive(what);
    }
}
