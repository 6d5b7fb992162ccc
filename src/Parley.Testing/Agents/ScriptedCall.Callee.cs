using System.Globalization;
using Parley.Sip;

namespace Parley.Testing;

/// <content>The side that received the INVITE.</content>
public sealed partial class ScriptedCall
{
    private readonly AgentServerTransaction? _server;
    private readonly Queue<Action> _afterPrack = new();
    private Backoff? _provisional;
    private ScriptedDialog? _provisionalDialog;
    private long _rseq;
    private bool _byeAfterAck;

    internal ScriptedCall(ScriptedUserAgent agent, AgentServerTransaction server)
        : this(agent, server.Request.CallId, agent.Token(8)) => _server = server;

    /// <summary>Callee: the INVITE; null at the caller.</summary>
    public ReceivedMessage? Invite => _server?.Request;

    /// <summary>Callee: answers CANCELs with 200 and goes on as if none had come.</summary>
    public bool IgnoresCancel { get; set; }

    /// <summary>Callee: true once a CANCEL came.</summary>
    public bool IsCancelReceived { get; private set; }

    /// <summary>Sends a provisional response.</summary>
    /// <param name="status">100 to 199.</param>
    /// <param name="tag">A To tag of its own, as if the call had forked further on; this side's usual one when null.</param>
    /// <param name="reliable">With 100rel (RFC 3262), when the caller supports it: repeated until its PRACK; a later answer waits for that.</param>
    /// <param name="alter">May alter the response.</param>
    public void Ring(int status = 180, string? tag = null, bool reliable = false, Action<OutgoingMessage>? alter = null) =>
        Do(() => RingNow(status, tag, reliable, alter));

    /// <summary>Sends 180 later.</summary>
    /// <param name="delay">When.</param>
    public void RingAfter(TimeSpan delay) => After(delay, call => call.Ring());

    /// <summary>Sends 200, and repeats it until its ACK comes. A second one with another tag is possible, as if the call had forked further on.</summary>
    /// <param name="tag">A To tag of its own; this side's usual one when null.</param>
    /// <param name="alter">May alter the response.</param>
    public void Answer(string? tag = null, Action<OutgoingMessage>? alter = null) => Do(() => AnswerNow(tag, alter));

    /// <summary>Sends 200 later, unless the call is over by then.</summary>
    /// <param name="delay">When.</param>
    public void AnswerAfter(TimeSpan delay) => After(delay, call => call.Answer());

    /// <summary>Sends a final response of 300 or more.</summary>
    /// <param name="status">300 to 699.</param>
    /// <param name="alter">May alter the response.</param>
    public void Reject(int status = 486, Action<OutgoingMessage>? alter = null) => Do(() => RejectNow(status, alter));

    /// <summary>Rejects later.</summary>
    /// <param name="delay">When.</param>
    /// <param name="status">300 to 699.</param>
    public void RejectAfter(TimeSpan delay, int status = 486) => After(delay, call => call.Reject(status));

    /// <summary>Sends 302 with contacts.</summary>
    /// <param name="uris">Where to call instead.</param>
    public void Redirect(params string[] uris) =>
        Reject(
            302,
            response =>
            {
                foreach (string uri in uris)
                    response.Add("Contact", $"<{uri}>");
            }
        );

    internal void BeginAsCallee()
    {
        Note(false, "INVITE");
        _rseq = 1 + Agent.Random.Next(1000);
        _limit.Start(Agent.RingLimit);
    }

    internal void TakeCancel()
    {
        Note(false, "CANCEL");
        IsCancelReceived = true;
        if (IgnoresCancel || _server!.HasFinal)
            return;
        Respond(487, LocalTag, null);
        Finish(CallEnd.Cancelled);
    }

    internal void TakeAck(ScriptedDialog dialog, ReceivedMessage ack)
    {
        if (dialog.Pending is not { } pending || pending.CSeq != ack.CSeq)
        {
            if (ack.CSeq > dialog.LastAcknowledged && !dialog.IsEnded)
                Agent.Report(AnomalyKind.UnexpectedAck, CallId, $"ACK {ack.CSeq}");
            return;
        }
        Note(false, "ACK");
        pending.Stop();
        dialog.Pending = null;
        dialog.LastAcknowledged = ack.CSeq;
        if (State != CallState.Answered)
            return;
        Establish();
        if (_byeAfterAck)
            Bye();
    }

    private void RingNow(int status, string? tag, bool reliable, Action<OutgoingMessage>? alter)
    {
        if (_server is not { HasFinal: false } || State == CallState.Ended)
            return;
        reliable =
            reliable && status > 100 && (Invite!.Lists(SipHeaderName.Supported, "100rel") || Invite.Lists(SipHeaderName.Require, "100rel"));
        if (reliable && _provisional is not null)
        {
            _afterPrack.Enqueue(() => RingNow(status, tag, reliable, alter));
            return;
        }
        ScriptedDialog? dialog = status > 100 ? CalleeDialog(tag ?? LocalTag) : null;
        if (status > 100 && State == CallState.Calling)
            State = CallState.Ringing;
        Respond(
            status,
            tag ?? LocalTag,
            response =>
            {
                if (status > 100)
                    response.Add("Contact", $"<{Agent.Contact}>");
                if (reliable)
                    response.Add("Require", "100rel").Add("RSeq", (++_rseq).ToString(CultureInfo.InvariantCulture));
                alter?.Invoke(response);
            }
        );
        if (!reliable)
            return;
        _provisionalDialog = dialog;
        byte[] bytes = _server.LastBytes;
        _provisional = new Backoff(
            Agent,
            repeats: true,
            TimeSpan.MaxValue / 4,
            () => Agent.SendResponse(bytes, Invite!),
            () =>
            {
                Agent.Report(AnomalyKind.MissingPrack, CallId, $"RSeq {_rseq}");
                RejectNow(504, null);
            }
        );
        _provisional.Start();
    }

    private void AnswerNow(string? tag, Action<OutgoingMessage>? alter)
    {
        if (_server is null || State is CallState.Ended or CallState.Ending || _server.Status >= 300)
            return;
        if (_provisional is not null)
        {
            _afterPrack.Enqueue(() => AnswerNow(tag, alter));
            return;
        }
        ScriptedDialog dialog = CalleeDialog(tag ?? LocalTag);
        if (dialog.IsConfirmed)
            return;
        dialog.IsConfirmed = true;
        OutgoingMessage response = Agent.NewResponse(Invite!, 200, dialog.LocalTag);
        response
            .Add("Contact", $"<{Agent.Contact}>")
            .Add("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, MESSAGE");
        response.Body = Agent.Sdp;
        alter?.Invoke(response);
        Note(true, response.Label);
        byte[] bytes;
        if (_server.HasFinal)
        {
            // The second answer of a fork: no transaction of this side's would send it.
            Agent.Altering(response);
            bytes = response.ToBytes();
            Agent.SendResponse(bytes, Invite!);
        }
        else
        {
            _server.Send(response);
            bytes = _server.LastBytes;
            Status = 200;
            State = CallState.Answered;
            _limit.Stop();
        }
        Await(dialog, _server, bytes);
    }

    /// <summary>Repeats a 2xx until its ACK comes; without it the dialog is ended (13.3.1.4).</summary>
    private void Await(ScriptedDialog dialog, AgentServerTransaction invite, byte[] answer) =>
        dialog.Pending = new PendingAnswer(
            Agent,
            invite,
            answer,
            () =>
            {
                Agent.Report(AnomalyKind.MissingAck, CallId, $"No ACK {invite.Request.CSeq} for 200");
                dialog.Pending = null;
                if (dialog.IsEnding || dialog.IsEnded)
                    return;
                if (_firstEnd == CallEnd.None)
                    _firstEnd = CallEnd.Failed;
                SendBye(dialog);
            }
        );

    private void RejectNow(int status, Action<OutgoingMessage>? alter)
    {
        if (_server is not { HasFinal: false } || State == CallState.Ended)
            return;
        Respond(status, LocalTag, alter);
        Finish(CallEnd.Rejected);
    }

    private void Respond(int status, string tag, Action<OutgoingMessage>? alter)
    {
        OutgoingMessage response = Agent.NewResponse(Invite!, status, tag);
        alter?.Invoke(response);
        Note(true, response.Label);
        _server!.Send(response);
        if (status >= 200)
            Status = status;
    }

    private ScriptedDialog CalleeDialog(string tag)
    {
        foreach (ScriptedDialog known in _dialogs)
            if (known.LocalTag == tag)
                return known;
        SipMessage invite = Invite!.Message;
        return Add(
            new ScriptedDialog(
                this,
                tag,
                Invite.FromTag,
                ReceivedMessage.Text(invite.To.UriText),
                ReceivedMessage.Text(invite.From.UriText)
            )
            {
                LocalCSeq = (uint)Agent.Random.Next(10_000),
                RemoteCSeq = Invite.CSeq,
                RouteSet = Invite.RecordRoutes(),
                RemoteTarget = Invite.ContactUri() ?? "",
            }
        );
    }
}
