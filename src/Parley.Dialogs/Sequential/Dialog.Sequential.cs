using System.Text;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>Sends a request into the dialog, or two (the challenge modes), and waits for the final response. The proxy sends the ACKs.</summary>
    /// <param name="request">What and to whom.</param>
    /// <returns>The final response, of the second request where there are two; a status of the proxy's own when there is none.</returns>
    /// <exception cref="ArgumentException">The request cannot be sent as it is; the message says why.</exception>
    public Task<SequentialReply> SendSequentialAsync(SequentialRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Fault is { } fault)
            throw new ArgumentException(fault + ".", nameof(request));
        if (request.Leg is { } named && named.Dialog != this)
            throw new ArgumentException("The leg is another dialog's.", nameof(request));
        DialogLeg? caller = null,
            callee = null;
        lock (Gate)
        {
            // An INVITE within a dialog needs the first one's end (RFC 3261 14.1); other requests may go to a party that rings.
            bool isUp = MayPingInLock || (request.Method != "INVITE" && _state is DialogState.Early or DialogState.ConfirmedNoAck);
            if (isUp)
                (caller, callee) = (_caller, request.Leg is { IsCaller: false } leg ? AskableInLock(leg, request.Method) : _callee);
        }

        bool asksCaller = request.AsksCaller;
        DialogLeg? first = asksCaller ? caller : callee,
            second = asksCaller ? callee : caller;
        if (first is null || (request.IsChallenge && second is null))
            return Task.FromResult(new SequentialReply(481, "Call/Transaction Does Not Exist", isLocal: true, leg: null));
        var exchange = new SequentialExchange(this, request, first, request.IsChallenge ? second : null);
        exchange.Start();
        return exchange.Task;
    }

    /// <summary>Sends a request to one end of the dialog and waits for its final response. To ask another leg of a fork than <see cref="Callee"/>, name it in <see cref="SequentialRequest.Leg"/>.</summary>
    /// <param name="method">The method, as <see cref="SequentialRequest.Method"/>.</param>
    /// <param name="toCaller">True: to the caller; false: to the callee.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="contentType">Its Content-Type; needed with a body.</param>
    /// <param name="headerLines">Further header lines, each ended by CRLF.</param>
    /// <returns>The final response, or a status of the proxy's own.</returns>
    /// <exception cref="ArgumentException">The request cannot be sent as it is; the message says why.</exception>
    public Task<SequentialReply> SendSequentialAsync(
        string method,
        bool toCaller,
        string? body = null,
        string? contentType = null,
        string? headerLines = null
    )
    {
        ArgumentNullException.ThrowIfNull(method);
        return SendSequentialAsync(
            new SequentialRequest
            {
                Method = method,
                Mode = toCaller ? SequentialMode.Caller : SequentialMode.Callee,
                Body = body is null ? SequentialBody.None : SequentialBody.Custom,
                Content = body is null ? default : Encoding.UTF8.GetBytes(body),
                ContentType = contentType ?? "",
                HeaderLines = headerLines ?? "",
            }
        );
    }

    /// <summary>Under the lock: a callee's leg that can be asked; null when it is not there any more, or an INVITE is asked of one that did not answer (RFC 3261 14.1).</summary>
    private DialogLeg? AskableInLock(DialogLeg leg, string method)
    {
        bool isHere = leg == _callee || (_others is not null && Array.IndexOf(_others, leg) >= 0);
        return isHere && (leg.IsAnswered || method != "INVITE") ? leg : null;
    }
}
