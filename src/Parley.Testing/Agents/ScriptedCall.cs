using System.Globalization;

namespace Parley.Testing;

/// <summary>
/// A call as one side of it sees it: an INVITE, its answers, the dialogs it made. Its methods do what they say when they make sense at that moment
/// and nothing otherwise, so that a script need not look first.
/// </summary>
public sealed partial class ScriptedCall
{
    private readonly List<ScriptedDialog> _dialogs = [];
    private readonly List<ReceivedMessage> _responses = [];
    private readonly List<ReceivedMessage> _requests = [];
    private readonly List<CallEvent> _events = [];
    private readonly AgentTimer _limit;
    private CallEnd _firstEnd;

    private ScriptedCall(ScriptedUserAgent agent, string callId, string localTag)
    {
        Agent = agent;
        CallId = callId;
        LocalTag = localTag;
        _limit = new AgentTimer(agent, OnLimit);
    }

    /// <summary>The agent whose call it is.</summary>
    public ScriptedUserAgent Agent { get; }

    /// <summary>The Call-ID.</summary>
    public string CallId { get; private set; }

    /// <summary>This side's tag (a callee may use others besides).</summary>
    public string LocalTag { get; private set; }

    /// <summary>True on the side that sent the INVITE.</summary>
    public bool IsCaller { get; private init; }

    /// <summary>Where it stands.</summary>
    public CallState State { get; private set; }

    /// <summary>How it ended; None before.</summary>
    public CallEnd End { get; private set; }

    /// <summary>The final status of the INVITE; 0 before; 408 and 503 also when no answer came and when it could not be sent.</summary>
    public int Status { get; private set; }

    /// <summary>True between the 2xx and the first BYE.</summary>
    public bool IsUp => State is CallState.Answered or CallState.Established;

    /// <summary>True once it is over.</summary>
    public bool IsOver => State == CallState.Ended;

    /// <summary>The dialog that counts: the first confirmed one, or else the first early one; null when there is none.</summary>
    public ScriptedDialog? Dialog
    {
        get
        {
            foreach (ScriptedDialog dialog in _dialogs)
                if (dialog.IsConfirmed)
                    return dialog;
            return _dialogs.Count > 0 ? _dialogs[0] : null;
        }
    }

    /// <summary>Every dialog that the INVITE made, in order.</summary>
    public IReadOnlyList<ScriptedDialog> Dialogs => _dialogs;

    /// <summary>Caller: the responses to the first INVITE, each 2xx once; empty when the agent keeps no history.</summary>
    public IReadOnlyList<ReceivedMessage> Responses => _responses;

    /// <summary>The requests received in its dialogs, retransmissions and ACKs left out; empty when the agent keeps no history.</summary>
    public IReadOnlyList<ReceivedMessage> Requests => _requests;

    /// <summary>Everything this side sent and received in the call, retransmissions left out; empty when the agent keeps no history.</summary>
    public IReadOnlyList<CallEvent> Events => _events;

    /// <summary>Whatever the test wants to keep with it.</summary>
    public object? Data { get; set; }

    /// <summary>Called at the first provisional response above 100 (caller).</summary>
    public Action<ScriptedCall>? OnRinging { get; set; }

    /// <summary>Called when it is up: at the 2xx (caller) or its ACK (callee).</summary>
    public Action<ScriptedCall>? OnEstablished { get; set; }

    /// <summary>Called when it is over.</summary>
    public Action<ScriptedCall>? OnEnded { get; set; }

    /// <summary>Sees the requests in its dialogs before the agent answers them.</summary>
    public Action<IncomingRequest>? OnRequest { get; set; }

    /// <summary>Hangs up: BYE when it is up (a callee waits for the ACK first), CANCEL or 480 before.</summary>
    public void Bye() =>
        Do(() =>
        {
            switch (State)
            {
                case CallState.Calling or CallState.Ringing when IsCaller:
                    CancelNow();
                    break;
                case CallState.Calling or CallState.Ringing:
                    RejectNow(480, null);
                    break;
                case CallState.Answered:
                    _byeAfterAck = true;
                    break;
                case CallState.Established:
                    _firstEnd = CallEnd.LocalBye;
                    foreach (ScriptedDialog dialog in _dialogs.ToArray())
                        if (dialog is { IsConfirmed: true, IsEnding: false, IsEnded: false })
                            SendBye(dialog);
                    break;
            }
        });

    /// <summary>Hangs up later.</summary>
    /// <param name="delay">When.</param>
    public void ByeAfter(TimeSpan delay) => After(delay, call => call.Bye());

    /// <summary>Does something with the call later.</summary>
    /// <param name="delay">When.</param>
    /// <param name="action">What.</param>
    public void After(TimeSpan delay, Action<ScriptedCall> action) => Agent.After(delay, () => action(this));

    /// <summary>Its parties and how far it has come, for messages of failed tests.</summary>
    public override string ToString() =>
        $"{Agent.User} {CallId} {State}{(End == CallEnd.None ? "" : $" by {End}")} {string.Join(", ", _events)}";

    internal void Note(bool isSent, string label)
    {
        if (Agent.KeepsHistory)
            _events.Add(new CallEvent(Agent.Elapsed, isSent, label));
    }

    /// <summary>Runs inside the agent's lock and sends what came of it.</summary>
    private void Do(Action action)
    {
        lock (Agent.StateLock)
            action();
        Agent.Transport.Flush();
    }

    private void Establish()
    {
        State = CallState.Established;
        if (Agent.CallLimit >= TimeSpan.Zero)
            _limit.Start(Agent.CallLimit);
        else
            _limit.Stop();
        OnEstablished?.Invoke(this);
    }

    private void OnLimit() => Bye();

    private void SendBye(ScriptedDialog dialog)
    {
        dialog.IsEnding = true;
        if (State != CallState.Ended && !_dialogs.Exists(d => d is { IsConfirmed: true, IsEnding: false, IsEnded: false }))
            State = CallState.Ending;
        SentRequest bye = SendIn(dialog, "BYE", null);
        // Whatever the answer is, for this side the dialog is gone (RFC 3261 15.1.1).
        bye.OnDone = _ => EndDialog(dialog, CallEnd.LocalBye);
    }

    private void EndDialog(ScriptedDialog dialog, CallEnd end)
    {
        dialog.IsEnded = true;
        dialog.Pending?.Stop();
        dialog.Pending = null;
        if (_dialogs.Exists(d => d is { IsConfirmed: true, IsEnded: false }))
            return;
        if (_firstEnd == CallEnd.None)
            _firstEnd = end;
        if (IsCaller ? _invite is not { HasFinal: true } : !_server!.HasFinal)
            return;
        Finish(_firstEnd);
    }

    private void Finish(CallEnd end)
    {
        if (State == CallState.Ended)
            return;
        State = CallState.Ended;
        End = end;
        _limit.Close();
        _provisional?.Close();
        foreach (ScriptedDialog dialog in _dialogs)
        {
            dialog.IsEnded = true;
            dialog.Pending?.Stop();
            dialog.Pending = null;
        }
        Note(true, string.Create(CultureInfo.InvariantCulture, $"ended: {end}"));
        OnEnded?.Invoke(this);
        Agent.CallOver(this);
    }

    private ScriptedDialog Add(ScriptedDialog dialog)
    {
        _dialogs.Add(dialog);
        Agent.Know(dialog);
        return dialog;
    }
}
