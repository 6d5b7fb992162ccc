using System.Globalization;
using Parley.Sip;

namespace Parley.Testing;

/// <content>The side that sent the INVITE.</content>
public sealed partial class ScriptedCall
{
    private readonly Action<OutgoingMessage>? _alter;
    private readonly string _remoteUri = "";
    private AgentClientTransaction? _invite;
    private uint _inviteCSeq;
    private bool _cancelWanted;
    private bool _cancelSent;

    internal ScriptedCall(ScriptedUserAgent agent, string uri, Action<OutgoingMessage>? alter)
        : this(agent, agent.NewCallId(), agent.Token(8))
    {
        IsCaller = true;
        _remoteUri = uri;
        _alter = alter;
    }

    /// <summary>How many different 2xx came: more than one when the INVITE forked.</summary>
    public int Answers { get; private set; }

    /// <summary>Cancels the INVITE, as soon as a provisional response allows it (RFC 3261 9.1); a 2xx that comes first is acknowledged and ended with BYE.</summary>
    /// <exception cref="InvalidOperationException">This side is the callee.</exception>
    public void Cancel()
    {
        if (!IsCaller)
            throw new InvalidOperationException("Only the caller can cancel.");
        Do(CancelNow);
    }

    /// <summary>Cancels later.</summary>
    /// <param name="delay">When.</param>
    public void CancelAfter(TimeSpan delay) => After(delay, call => call.Cancel());

    internal void Begin()
    {
        _inviteCSeq = 1 + (uint)Agent.Random.Next(10_000);
        OutgoingMessage invite = Agent.NewRequest("INVITE", _remoteUri, CallId, LocalTag, _inviteCSeq);
        if (Agent.Supports100Rel)
            invite.Add("Supported", "100rel");
        invite.Add("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, MESSAGE");
        invite.Body = Agent.Sdp;
        _alter?.Invoke(invite);
        CallId = invite["Call-ID"] ?? CallId;
        Note(true, "INVITE");
        _limit.Start(Agent.RingLimit);
        _invite = Agent.Transmit(invite, TakeInviteResponse, FailInvite);
    }

    private void CancelNow()
    {
        if (_cancelWanted || State is not (CallState.Calling or CallState.Ringing))
            return;
        _cancelWanted = true;
        _firstEnd = CallEnd.Cancelled;
        if (_invite is { HasProvisional: true })
            SendCancel();
    }

    private void SendCancel()
    {
        if (_cancelSent || _invite is not { HasFinal: false } invite)
            return;
        _cancelSent = true;
        Note(true, "CANCEL");
        OutgoingMessage cancel = invite.Derive("CANCEL", null);
        Agent.Altering(cancel);
        Agent.TransmitOn(invite.Flow, cancel, response => Note(false, response.Label), _ => { });
        invite.LimitAfterCancel();
    }

    private void FailInvite(int status)
    {
        Status = status;
        Note(false, string.Create(CultureInfo.InvariantCulture, $"no answer: {status}"));
        Finish(status == 408 ? CallEnd.Timeout : CallEnd.Failed);
    }

    private void TakeInviteResponse(ReceivedMessage response)
    {
        if (response.StatusCode is >= 200 and < 300)
        {
            TakeAnswer(response);
            return;
        }
        Keep(response);
        if (response.StatusCode >= 300)
        {
            Status = response.StatusCode;
            if (Answers == 0)
                Finish(_cancelWanted ? CallEnd.Cancelled : CallEnd.Rejected);
            return;
        }
        if (response.StatusCode > 100)
        {
            if (response.ToTag.Length > 0)
                TakeEarly(response);
            if (State == CallState.Calling)
            {
                State = CallState.Ringing;
                OnRinging?.Invoke(this);
            }
        }
        if (_cancelWanted)
            SendCancel();
    }

    private void Keep(ReceivedMessage response)
    {
        Note(false, response.Label);
        if (Agent.KeepsHistory)
            _responses.Add(response);
    }

    private void TakeEarly(ReceivedMessage response)
    {
        ScriptedDialog dialog = DialogOf(response);
        if (!Agent.Supports100Rel || !response.Lists(SipHeaderName.Require, "100rel"))
            return;
        long rseq = response.Message.RSeq;
        if (dialog.RemoteRSeq >= 0 && rseq != dialog.RemoteRSeq + 1)
            return; // a repetition, or one too far (RFC 3262 4)
        dialog.RemoteRSeq = rseq;
        SendIn(dialog, "PRACK", prack => prack.Add("RAck", string.Create(CultureInfo.InvariantCulture, $"{rseq} {_inviteCSeq} INVITE")));
    }

    private void TakeAnswer(ReceivedMessage response)
    {
        if (response.ToTag.Length == 0 || response.ContactUri() is null)
            Agent.Report(AnomalyKind.BadResponse, CallId, $"{response.Label} without To tag or Contact");
        ScriptedDialog dialog = DialogOf(response);
        if (dialog.IsConfirmed)
        {
            Agent.RetransmissionsReceived++;
            if (dialog.AckOf(_inviteCSeq) is { } sent)
                Agent.SendBytes(sent.Bytes, sent.Flow, 0);
            return;
        }
        Keep(response);
        bool first = Answers++ == 0;
        Status = response.StatusCode;
        dialog.IsConfirmed = true;
        dialog.RouteSet = RoutesOf(response);
        if (response.ContactUri() is { } contact)
            dialog.RemoteTarget = contact;
        Acknowledge(dialog, _inviteCSeq);
        if (State == CallState.Ended || _cancelWanted || (!first && !Agent.KeepsEveryAnswer))
            SendBye(dialog);
        else if (first)
            Establish();
    }

    private void Acknowledge(ScriptedDialog dialog, uint cseq)
    {
        Note(true, "ACK");
        if (Agent.SendAck(dialog.NewRequest("ACK", cseq)) is { } ack)
            dialog.KeepAck(cseq, ack);
    }

    private ScriptedDialog DialogOf(ReceivedMessage response)
    {
        foreach (ScriptedDialog known in _dialogs)
            if (known.RemoteTag == response.ToTag)
                return known;
        return Add(
            new ScriptedDialog(this, LocalTag, response.ToTag, Agent.Address, _remoteUri)
            {
                LocalCSeq = _inviteCSeq,
                RouteSet = RoutesOf(response),
                RemoteTarget = response.ContactUri() ?? _remoteUri,
            }
        );
    }

    /// <summary>The caller's routes are the Record-Routes from the bottom (12.1.2).</summary>
    private static List<string> RoutesOf(ReceivedMessage response)
    {
        List<string> routes = response.RecordRoutes();
        routes.Reverse();
        return routes;
    }
}
