using System.Text;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// One sequential request on its way, or the two of a challenge: the 2xx of the first party is offered to the second, and where it was an
/// offer (its INVITE had no body), its ACK waits for the second party's answer (RFC 3725 flow III). The two requests run in strands of
/// their own, hence the lock; nothing is sent under it.
/// </summary>
internal sealed class SequentialExchange(
    DialogRequests requests,
    DialogSettings settings,
    Dialog dialog,
    SequentialRequest request,
    DialogLeg first,
    DialogLeg? second
) : ILocalRequestUser
{
    /// <summary>Milliseconds kept for the ACK of the first party before it stops repeating its 2xx.</summary>
    private const long AckReserve = 4_000;

    private static readonly object FirstStep = new(),
        SecondStep = new();

    private readonly TaskCompletionSource<SequentialReply> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private bool _firstDone;
    private bool _counted;

    // The ACK of the first party: known at once, or when the second one has answered.
    private bool _mayAcknowledge;
    private byte[] _answer = [];
    private string _answerType = "";
    private uint _heldCSeq;

    public Task<SequentialReply> Task => _done.Task;

    private bool IsInvite => request.Method == "INVITE";

    public void Start()
    {
        byte[] body = [];
        string type = "";
        if (request.Body == SequentialBody.Custom)
        {
            (body, type) = (request.Content.ToArray(), request.ContentType);
        }
        else if (request.Body != SequentialBody.None)
        {
            if (DialogRequests.SessionFor(dialog, first) is not { } session)
            {
                // Without a body it would ask for an offer, which is another question than the one put.
                Finish(488, "No session description is known", isLocal: true, first);
                return;
            }

            (body, type) = (SdpBody.BodyOf(session).ToArray(), Encoding.UTF8.GetString(SdpBody.TypeOf(session)));
        }

        lock (dialog.Lock)
        {
            if (IsInvite && dialog.UnderWay.HasInvite)
            {
                Finish(491, "Request Pending", isLocal: true, first);
                return;
            }

            if (IsInvite)
            {
                dialog.UnderWay.BeginInvite();
                _counted = true;
            }
        }

        lock (_lock)
        {
            // An answer needs only its ACK; an offer waits for what the second party says.
            _mayAcknowledge = second is null || body.Length > 0;
        }

        Send(first, FirstStep, body, type, request.HeaderLines);
    }

    void ILocalRequestUser.OnResponse(LocalRequest sent, SipMessage response)
    {
        int status = response.StatusCode;
        if (status < 200)
            return;
        uint cseq = sent.Message.CSeqNumber;
        bool isFirst = ReferenceEquals(sent.State, FirstStep);
        if (status < 300)
        {
            if (isFirst)
                FirstAccepted(sent, response, cseq);
            else
                SecondAccepted(sent, response, cseq);
            return;
        }

        if (!isFirst)
            AnswerFirst([], "");
        Finish(response, LegOf(sent.State));
    }

    void ILocalRequestUser.OnFailed(LocalRequest sent, int statusCode)
    {
        if (!ReferenceEquals(sent.State, FirstStep))
            AnswerFirst([], "");
        Finish(
            statusCode,
            statusCode switch
            {
                408 => "Request Timeout",
                430 => "Flow Failed",
                _ => "Service Unavailable",
            },
            isLocal: true,
            LegOf(sent.State)
        );
    }

    private void FirstAccepted(LocalRequest sent, SipMessage response, uint cseq)
    {
        bool isNew,
            mayAcknowledge;
        byte[] answer;
        string type;
        bool offers = second is not null && !response.Body.IsEmpty;
        lock (_lock)
        {
            isNew = !_firstDone;
            _firstDone = true;
            _heldCSeq = cseq;
            if (!offers)
                _mayAcknowledge = true; // nothing to pass on
            (mayAcknowledge, answer, type) = (_mayAcknowledge, _answer, _answerType);
        }

        if (isNew && !sent.Message.Body.IsEmpty)
            DialogRequests.SetSessionFor(dialog, first, sent.Message.ContentType, sent.Message.Body);
        if (IsInvite && mayAcknowledge)
            requests.Acknowledge(dialog, first, cseq, Encoding.UTF8.GetBytes(type), answer);
        if (!isNew)
            return;
        if (!offers)
        {
            Finish(response, first);
            return;
        }

        Send(second!, SecondStep, response.Body.ToArray(), Encoding.UTF8.GetString(response.ContentType), "");
    }

    private void SecondAccepted(LocalRequest sent, SipMessage response, uint cseq)
    {
        DialogRequests.SetSessionFor(dialog, second!, sent.Message.ContentType, sent.Message.Body);
        if (IsInvite)
            requests.Acknowledge(dialog, second!, cseq);
        AnswerFirst(response.Body.ToArray(), Encoding.UTF8.GetString(response.ContentType));
        Finish(response, second!);
    }

    /// <summary>The ACK that the first party waits for. Without an answer of the second one it gets the session as it was: its offer must be answered (RFC 3261 13.2.2.4).</summary>
    private void AnswerFirst(byte[] answer, string type)
    {
        if (!IsInvite)
            return;
        uint cseq;
        lock (_lock)
        {
            if (_mayAcknowledge)
                return;
            _mayAcknowledge = true;
            if (answer.Length == 0 && DialogRequests.SessionFor(dialog, first) is { } session)
                (answer, type) = (SdpBody.BodyOf(session).ToArray(), Encoding.UTF8.GetString(SdpBody.TypeOf(session)));
            _answer = answer;
            _answerType = type;
            cseq = _heldCSeq;
        }

        DialogRequests.SetSessionFor(dialog, first, Encoding.UTF8.GetBytes(type), answer);
        requests.Acknowledge(dialog, first, cseq, Encoding.UTF8.GetBytes(type), answer);
    }

    private void Send(DialogLeg leg, object step, ReadOnlySpan<byte> body, string type, string headerLines)
    {
        uint cseq = requests.Send(
            dialog,
            leg,
            Encoding.ASCII.GetBytes(request.Method),
            Encoding.UTF8.GetBytes(headerLines),
            Encoding.UTF8.GetBytes(type),
            body,
            this,
            step,
            TimeoutOf(step),
            newConnections: true
        );
        if (cseq != 0)
            return;
        if (step == SecondStep)
            AnswerFirst([], "");
        Finish(503, "Service Unavailable", isLocal: true, leg);
    }

    /// <summary>An INVITE given up while it may still be answered would leave a 2xx without its ACK. The second one of a challenge has to end while the first party still waits.</summary>
    private TimeSpan? TimeoutOf(object step)
    {
        if (!IsInvite)
            return request.Timeout;
        long longest = settings.LeastDeleteDelay;
        return TimeSpan.FromMilliseconds(step == FirstStep ? longest + 1_000 : Math.Max(1_000, longest - AckReserve));
    }

    private DialogLeg LegOf(object? step) => ReferenceEquals(step, FirstStep) ? first : second!;

    private void Finish(SipMessage response, DialogLeg leg) =>
        Finish(
            response.StatusCode,
            Encoding.UTF8.GetString(response.ReasonPhrase),
            isLocal: false,
            leg,
            Encoding.UTF8.GetString(response.ContentType),
            response.Body.ToArray()
        );

    private void Finish(int status, string reason, bool isLocal, DialogLeg leg, string type = "", byte[]? body = null)
    {
        if (!_done.TrySetResult(new SequentialReply(status, reason, isLocal, leg, type, body)))
            return;
        lock (dialog.Lock)
        {
            if (!_counted)
                return;
            _counted = false;
            dialog.UnderWay.EndInvite();
        }
    }
}
