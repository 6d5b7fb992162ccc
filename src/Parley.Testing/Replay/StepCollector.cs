using System.Text;
using Parley.Hosting;
using Parley.Proxy;

namespace Parley.Testing;

/// <summary>Keeps the steps of a trial, in words.</summary>
internal sealed class StepCollector(TimeProvider time) : ICallStepSink
{
    private readonly List<CallFileStep> _steps = [];

    public IReadOnlyList<CallFileStep> Steps => _steps;

    public void OnStep(ReadOnlySpan<byte> callId, ulong? dialog, CallStep step, long number, int further, ReadOnlySpan<byte> detail)
    {
        string words = Encoding.UTF8.GetString(detail);
        string text = step switch
        {
            CallStep.Refused => $"Refused with {number}{Because(words)}",
            CallStep.BranchFailed => $"No answer that counts from {words}: it is taken for {number}",
            CallStep.Failover => $"On to another address of the same target, after {words}",
            CallStep.BranchTimedOut => $"The branch to {words} took too long and is cancelled",
            CallStep.Routed => $"Route: {words}",
            CallStep.DialogCreated => "The call is tracked as a dialog",
            CallStep.MatchedById => $"{words} {number} belongs to a dialog, by the id in its Route",
            CallStep.MatchedByCallId => $"{words} {number} belongs to a dialog, by Call-ID and tags",
            CallStep.Renumbered => $"{words} leaves with CSeq {further} in place of {number}",
            CallStep.OutOfPlace => $"{words} {number} has no place in the dialog's state",
            CallStep.CoursePutRight => $"Target or Routes of {words} {number} are put right",
            CallStep.ContactUnreadable => $"The Contact of the {words} cannot be read",
            CallStep.LimitReached => $"The limit {number} of {words} is reached",
            CallStep.EndingByCancel => $"The branches are cancelled{Because(words)}",
            CallStep.EndingByBye => $"The call is ended by BYEs{Because(words)}",
            CallStep.StateChanged => "",
            _ => $"{step} {words}".TrimEnd(),
        };
        // What becomes of the dialog while nobody answers says nothing of the request.
        if (text.Length > 0)
            _steps.Add(new CallFileStep(time.GetUtcNow(), KindOf(step), text));
    }

    private static string Because(string words) => words.Length == 0 ? "" : ": " + words;

    private static string KindOf(CallStep step) =>
        step switch
        {
            CallStep.Refused => "reply",
            CallStep.BranchFailed or CallStep.Failover or CallStep.BranchTimedOut => "branch",
            CallStep.Routed => "route",
            CallStep.DialogCreated or CallStep.StateChanged => "state",
            CallStep.MatchedById or CallStep.MatchedByCallId or CallStep.OutOfPlace => "match",
            CallStep.Renumbered or CallStep.CoursePutRight => "renumber",
            CallStep.LimitReached => "limit",
            CallStep.EndingByCancel => "cancel",
            _ => "end",
        };
}
