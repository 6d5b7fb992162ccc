using Parley.Proxy;

namespace Parley.Management;

/// <summary>Goes through the entries of a call in the order of time and keeps what its explanation needs.</summary>
internal sealed class CallReading
{
    private const int StormCopies = 12;

    private readonly List<string> _marks = [];
    private readonly List<RecordedEntry> _entries = [];
    private readonly Dictionary<string, int> _copies = new(StringComparer.Ordinal);
    private readonly HashSet<uint> _initialCSeqs = [];
    private readonly List<(MessageFacts Bye, int Status)> _byes = [];

    public IReadOnlyList<string> Marks => _marks;

    /// <summary>The entries and what was found out about them.</summary>
    public IReadOnlyList<RecordedEntry> Entries => _entries;

    public MessageFacts? First { get; private set; }

    /// <summary>The initial INVITE as it arrived first.</summary>
    public MessageFacts? Invite { get; private set; }

    public List<CallBranch> Branches { get; } = [];

    public string? DialogId { get; private set; }

    public DateTimeOffset? AnsweredAt { get; private set; }

    public string AnsweredBy { get; private set; } = "";

    /// <summary>The final response to the first request as it left here.</summary>
    public MessageFacts? Final { get; private set; }

    /// <summary>The final response was relayed from this place; empty: it is of this element.</summary>
    public string FinalFrom { get; private set; } = "";

    public DateTimeOffset? CancelledAt { get; private set; }

    public string CancelReason { get; private set; } = "";

    public bool IsAcknowledged { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public CallEndSide EndedBy { get; private set; }

    public string EndReason { get; private set; } = "";

    /// <summary>Why the element itself ended it, in the words of the dialog; null: it did not.</summary>
    public string? OwnEnd { get; private set; }

    /// <summary>The last refusal of the element's own.</summary>
    public RecordedStep? Refusal { get; private set; }

    /// <summary>Of the last branch that failed without a response.</summary>
    public RecordedStep? BranchFailure { get; private set; }

    public RecordedStep? LimitReached { get; private set; }

    /// <summary>How many requests with credentials were challenged again.</summary>
    public int RefusedPasswords { get; private set; }

    public bool HasTimedOut { get; private set; }

    private bool _lastHadCredentials;

    public void Read(RecordedEntry entry)
    {
        if (entry is RecordedStep step)
        {
            _entries.Add(step);
            Read(step);
            return;
        }

        var message = (RecordedMessage)entry;
        MessageFacts facts = MessageFacts.Of(message);
        string key =
            $"{message.IsInbound}|{message.Remote}|{message.Method}|{message.Status}|{message.CSeq}|{message.Branch}|{facts.FromTag}|{facts.ToTag}";
        int copies = _copies[key] = _copies.GetValueOrDefault(key) + 1;
        _entries.Add(copies > 1 ? message with { IsRetransmission = true } : message);
        if (facts.Malformed.Length > 0)
        {
            Find(
                message.At,
                "message",
                $"The {NameOf(message)} from {message.Remote} cannot be read ({facts.Malformed})",
                "RFC 3261 7",
                CallMarks.Malformed
            );
            return;
        }

        if (copies > 1)
        {
            Repeated(facts, copies);
            return;
        }

        First ??= facts;
        if (facts.IsRequest)
            ReadRequest(facts);
        else
            ReadResponse(facts);
    }

    /// <summary>After the last entry.</summary>
    public void End()
    {
        if (AnsweredAt is null || Invite is null)
            return;
        if (!IsAcknowledged && !_marks.Contains(CallMarks.NoRecordRoute) && (EndedAt is not null || OwnEnd == "No ACK"))
            Mark(CallMarks.NoAck);
    }

    private void Repeated(MessageFacts facts, int copies)
    {
        if (copies != StormCopies)
            return;
        Find(
            facts.At,
            "retransmission",
            $"The {NameOf(facts.Message)} came {StormCopies} times {(facts.IsInbound ? "from" : "to")} {facts.Remote}, and may come more often",
            "RFC 3261 17",
            CallMarks.RetransmissionStorm
        );
    }

    private void ReadRequest(MessageFacts facts)
    {
        switch (facts.Method)
        {
            case "INVITE" when facts.ToTag.Length == 0:
                ReadInvite(facts);
                break;
            case "CANCEL" when facts.IsInbound:
                if (Final is not null)
                    Find(
                        facts.At,
                        "cancel",
                        "The CANCEL came after the final response: it has no effect",
                        "RFC 3261 9.1",
                        CallMarks.LateCancel
                    );
                CancelledAt ??= facts.At;
                if (CancelReason.Length == 0)
                    CancelReason = facts.Reason;
                break;
            case "ACK" when facts.IsInbound && AnsweredAt is not null:
                IsAcknowledged = true;
                break;
            case "BYE":
                ReadBye(facts);
                break;
            default:
                if (facts.IsInbound)
                    _lastHadCredentials = facts.HasCredentials;
                break;
        }
    }

    private void ReadInvite(MessageFacts facts)
    {
        if (facts.IsInbound)
        {
            if (Invite is not null && Branches.Exists(branch => facts.Message.Text.Contains(branch.Branch, StringComparison.Ordinal)))
                return; // it comes back here: a spiral or a loop
            Invite ??= facts;
            _initialCSeqs.Add(facts.CSeq);
            _lastHadCredentials = facts.HasCredentials;
            if (Final is not null && AnsweredAt is null)
                (Final, FinalFrom) = (null, ""); // another attempt
            if (facts.IsUncallable)
                Find(
                    facts.At,
                    "match",
                    "The Contact of the caller is missing or cannot be called",
                    "RFC 3261 8.1.1.8",
                    CallMarks.UnroutableContact
                );
            return;
        }

        if (Branches.LastOrDefault() is { } former && former.CSeq == facts.CSeq && (former.Status >= 500 || BranchFailure is not null))
            Find(
                facts.At,
                "branch",
                $"{former.Place} {(former.Status >= 500 ? $"answered {former.Status}" : "failed")}: {facts.Remote} is tried next",
                "RFC 3261 16.7",
                CallMarks.Failover
            );
        Branches.Add(new CallBranch(facts.Message.Branch, facts.Remote, facts.CSeq, facts.At));
        if (!facts.HasRecordRoute && Branches.Count == 1)
            Find(
                facts.At,
                "route",
                "The INVITE left without a Record-Route: later requests of the call do not come by here",
                "RFC 3261 16.6 step 4",
                CallMarks.NoRecordRoute
            );
    }

    private void ReadBye(MessageFacts facts)
    {
        if (!facts.IsInbound)
            return;
        foreach ((MessageFacts former, int status) in _byes)
        {
            if (status is >= 300 and not 408 and not 481)
                continue; // refused or challenged: its sender tries again
            Find(
                facts.At,
                "end",
                $"A second BYE came, from {SideOf(facts)}, after that of {SideOf(former)}",
                "RFC 3261 15.1",
                CallMarks.DoubleBye
            );
            break;
        }

        _byes.Add((facts, 0));
        if (EndedBy == CallEndSide.None && Invite is not null)
        {
            EndedBy = IsOfCaller(facts) ? CallEndSide.Caller : CallEndSide.Callee;
            EndReason = facts.Reason;
        }
    }

    private void ReadResponse(MessageFacts facts)
    {
        if (facts.Status == 491)
            Find(facts.At, "message", $"{facts.Remote} changed the session while the other side did", "RFC 3261 14.1", CallMarks.Glare);
        if (!facts.IsInbound && facts.Status is 401 or 407)
        {
            if (_lastHadCredentials && !facts.IsStale && ++RefusedPasswords == 2)
                Find(
                    facts.At,
                    "reply",
                    "Credentials are refused again: the password or the user is wrong",
                    "RFC 3261 22.2",
                    CallMarks.BadPassword
                );
        }

        if (facts.Status is 488 or 606 && facts.IsInbound)
            Mark(CallMarks.NotAcceptable);
        if (facts.IsInbound && facts.Status is 482 or 483)
            Mark(facts.Status == 482 ? CallMarks.Loop : CallMarks.MaxForwards);
        switch (facts.Method)
        {
            case "INVITE" when _initialCSeqs.Contains(facts.CSeq):
                ReadInviteResponse(facts);
                break;
            case "BYE" when Invite is not null || First is not { IsRequest: true, Method: "BYE" }:
                ReadByeResponse(facts);
                break;
            default:
                if (
                    !facts.IsInbound
                    && First is { IsRequest: true } first
                    && first.Method == facts.Method
                    && facts.Status >= 200
                    && Invite is null
                )
                    (Final, FinalFrom) = (facts, ReceivedFrom(facts.Method, facts.Status));
                else if (facts.IsInbound && facts.Status >= 200)
                    _received[(facts.Method, facts.Status)] = facts.Remote;
                break;
        }
    }

    private readonly Dictionary<(string, int), string> _received = [];

    private string ReceivedFrom(string method, int status) => _received.GetValueOrDefault((method, status), "");

    private void ReadInviteResponse(MessageFacts facts)
    {
        if (facts.IsInbound)
        {
            if (Branches.Find(branch => branch.Branch == facts.Message.Branch) is not { } branch)
                return;
            if (facts.Status > 100 && facts.Status < 200)
                branch.RangAt ??= facts.At;
            branch.Status = facts.Status;
            branch.Phrase = facts.Phrase;
            if (facts.Status is < 200 or >= 300)
                return;
            if (AnsweredBy.Length == 0)
                AnsweredBy = facts.Remote;
            if (facts.IsUncallable)
                Find(
                    facts.At,
                    "match",
                    "The Contact of the callee is missing or cannot be called",
                    "RFC 3261 12.1.1",
                    CallMarks.UnroutableContact
                );
            if (CancelledAt is not null)
                Find(facts.At, "cancel", "The answer crossed the caller's CANCEL", "RFC 5407 3.1.2", CallMarks.LateAnswer);
            return;
        }

        if (facts.Status < 200 || (Invite is not null && facts.Remote != Invite.Remote))
            return;
        if (facts.Status < 300)
            AnsweredAt ??= facts.At;
        if (Final is not null && facts.Status >= 300)
            return;
        Final = facts;
        FinalFrom = Branches.Find(branch => branch.Status == facts.Status)?.Place ?? "";
    }

    private void ReadByeResponse(MessageFacts facts)
    {
        if (facts.Status < 200)
            return;
        int at = _byes.FindIndex(bye => bye.Bye.CSeq == facts.CSeq && bye.Bye.FromTag == facts.FromTag);
        if (!facts.IsInbound)
        {
            if (at < 0)
                return;
            _byes[at] = (_byes[at].Bye, facts.Status);
            if (facts.Status == 408)
                Find(facts.At, "timer", "The other side did not answer the BYE", "RFC 3261 15.1.1", CallMarks.ByeUnanswered);
            if (facts.Status is < 300 or 408 or 481)
                EndedAt ??= facts.At;
        }
        else if (at < 0)
        {
            EndedAt ??= facts.At; // to a BYE of this element's own
        }
    }

    private void Read(RecordedStep step)
    {
        DialogId ??= step.DialogId;
        if (step.Abnormal is { } mark)
            Mark(mark);
        switch (step.Code)
        {
            case CallStep.Refused:
                Refusal = step;
                break;
            case CallStep.BranchFailed:
                BranchFailure = step;
                break;
            case CallStep.BranchTimedOut:
                HasTimedOut = true;
                break;
            case CallStep.LimitReached:
                LimitReached = step;
                break;
            case CallStep.EndingByBye or CallStep.EndingByCancel:
                OwnEnd ??= step.Detail;
                if (EndedBy == CallEndSide.None)
                    EndedBy = CallEndSide.Parley;
                break;
            case CallStep.StateChanged when step.Further == (int)Dialogs.DialogState.Deleted:
                EndedAt = step.At;
                if (
                    EndedBy == CallEndSide.None
                    && step.Detail.Length > 0
                    && step.Detail is not ("Cancelled" or "Upstream BYE" or "Downstream BYE")
                )
                    (EndedBy, OwnEnd) = (CallEndSide.Parley, step.Detail);
                break;
            case CallStep.StateChanged when step.Number == (int)Dialogs.DialogState.Deleted:
                EndedAt = null; // revived by a late answer
                EndedBy = CallEndSide.None;
                break;
            default:
                break;
        }
    }

    private bool IsOfCaller(MessageFacts request) =>
        Invite is not null && (request.FromTag == Invite.FromTag || (request.FromTag.Length == 0 && request.Remote == Invite.Remote));

    private string SideOf(MessageFacts request) => IsOfCaller(request) ? "the caller" : "the callee";

    private void Find(DateTimeOffset at, string step, string text, string rfc, string mark)
    {
        _entries.Add(
            new RecordedStep
            {
                At = at,
                Step = step,
                Text = text,
                Rfc = rfc,
                Abnormal = mark,
            }
        );
        Mark(mark);
    }

    private void Mark(string mark)
    {
        if (!_marks.Contains(mark))
            _marks.Add(mark);
    }

    private static string NameOf(RecordedMessage message) =>
        message.Status is { } status ? $"{status} response{(message.Method.Length == 0 ? "" : $" to {message.Method}")}"
        : message.Method.Length == 0 ? "message"
        : message.Method;
}
