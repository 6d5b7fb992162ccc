using System.Diagnostics.CodeAnalysis;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>The way of a response: the branch says where the transaction lies.</summary>
public sealed partial class TransactionLayer
{
    private static readonly StrandWork ResponseWork = static (target, argument, generation) =>
    {
        ClientTransaction transaction = (ClientTransaction)target!;
        StreamResponse? byStream = argument as StreamResponse;
        SipMessage response = byStream?.Message ?? (SipMessage)argument!;
        if (transaction.IsGeneration(generation))
        {
            transaction.ConnectionId = byStream?.ConnectionId ?? 0;
            transaction.Receive(response);
        }

        response.Release();
    };

    /// <inheritdoc/>
    public void OnMessage(SipMessage message, in SipFlow source)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.IsRequest)
            OnRequest(message, source);
        else
            OnResponse(message, source);
    }

    private void OnResponse(SipMessage response, in SipFlow source)
    {
        if (!SipScreening.ScreenFields(response).IsOk || !response.TryGetTopVia(out ViaView via))
        {
            Count(TransactionCounter.MalformedResponses);
            return;
        }

        if (
            !OwnBranch.TryRead(via.Branch, out uint index, out bool invite, out uint generation, out ulong nonce)
            || _clients.At(index, invite) is not { } transaction
            || !transaction.IsGeneration(generation)
            || !transaction.HasNonce(nonce)
            || transaction.StrandOrNull is not { } strand
        )
        {
            OnStray(response, source);
            return;
        }

        if (!strand.TryEnter())
        {
            // A stream's answers may all overtake the thread that sent the request, so the connection goes through the queue with each.
            SipMessage kept = response.Retain();
            strand.Post(
                ResponseWork,
                transaction,
                source.ConnectionId == 0 ? kept : new StreamResponse(kept, source.ConnectionId),
                generation
            );
            return;
        }

        bool taken = false;
        try
        {
            if (transaction.IsGeneration(generation))
            {
                transaction.ConnectionId = source.ConnectionId;
                taken = transaction.Receive(response);
            }
        }
        finally
        {
            strand.Leave();
        }

        if (!taken)
            OnStray(response, source);
    }

    /// <summary>RFC 6026 8.9: not forwarded, unless the user recognizes it as the answer to a stateless relay.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private void OnStray(SipMessage response, in SipFlow source)
    {
        Count(TransactionCounter.StrayResponses);
        // Where a stray would go its next Via says; that of a transaction's response is known from the request.
        if (!SipScreening.Screen(response).IsOk)
        {
            Count(TransactionCounter.MalformedResponses);
            return;
        }

        try
        {
            _user.OnStrayResponse(response, source);
        }
        catch (Exception error)
        {
            CallbackFailed(nameof(ITransactionUser.OnStrayResponse), Text(response.CallId), error);
        }
    }

    /// <summary>A response that waits for its strand, and the connection it came by.</summary>
    private sealed record StreamResponse(SipMessage Message, long ConnectionId);
}
