using System.Text;
using Parley.Dialogs;
using Parley.Proxy;

namespace Parley.Management;

/// <summary>The steps of calls in plain language, with their clauses and marks. Pure functions.</summary>
internal static class StepTexts
{
    /// <summary>The mark of a step; null when nothing is abnormal about it. Allocates nothing.</summary>
    public static string? MarkOf(CallStep step, long number, int further, ReadOnlySpan<byte> detail) =>
        step switch
        {
            CallStep.BranchFailed => (FailureReason)further switch
            {
                FailureReason.NoResponse => CallMarks.NoResponse,
                FailureReason.NameNotFound or FailureReason.Unreachable => CallMarks.Unreachable,
                _ => null,
            },
            CallStep.Refused => OfRefusal(number, detail),
            CallStep.Failover => CallMarks.Failover,
            CallStep.MatchedByCallId => CallMarks.FallbackMatching,
            CallStep.OutOfPlace => detail.SequenceEqual("BYE"u8) && further == (int)DialogState.Deleted ? CallMarks.DoubleBye
            : detail.SequenceEqual("ACK"u8) ? null
            : CallMarks.OutOfPlace,
            CallStep.CoursePutRight => CallMarks.WrongTarget,
            CallStep.ContactUnreadable => CallMarks.UnroutableContact,
            CallStep.LateAnswer => CallMarks.LateAnswer,
            CallStep.PingFailed => CallMarks.PingFailed,
            CallStep.LimitReached => CallMarks.Limit,
            CallStep.ByeUnanswered => CallMarks.ByeUnanswered,
            CallStep.EndingByBye or CallStep.StateChanged => OfReason(detail),
            _ => null,
        };

    /// <summary>A step as an entry of its call.</summary>
    public static RecordedStep Of(DateTimeOffset at, ulong? dialog, CallStep step, long number, int further, string detail)
    {
        (string kind, string text, string? rfc) = Say(step, number, further, detail);
        return new RecordedStep
        {
            At = at,
            Step = kind,
            Text = text,
            Rfc = rfc,
            Abnormal = MarkOf(step, number, further, Encoding.UTF8.GetBytes(detail)),
            DialogId = dialog is { } id ? DialogId.FromValue(id).ToString() : null,
            Code = step,
            Number = number,
            Further = further,
            Detail = detail,
        };
    }

    private static string? OfRefusal(long status, ReadOnlySpan<byte> cause) =>
        status switch
        {
            481 => CallMarks.Unmatched,
            482 => CallMarks.Loop,
            483 => CallMarks.MaxForwards,
            403 when cause.StartsWith("it does not come from where"u8) => CallMarks.ForeignSource,
            403 when cause.StartsWith("its request-URI or Routes"u8) => CallMarks.WrongTarget,
            500 when cause.IndexOf("its CSeq is below"u8) >= 0 => CallMarks.WrongCSeq,
            _ => null,
        };

    private static string? OfReason(ReadOnlySpan<byte> reason) =>
        reason.SequenceEqual("No ACK"u8) ? CallMarks.NoAck
        : reason.SequenceEqual("Lifetime Timeout"u8) ? CallMarks.LifetimeOver
        : reason.SequenceEqual("Ping Timeout"u8) || reason.SequenceEqual("ReINVITE Ping Timeout"u8) ? CallMarks.PingFailed
        : reason.SequenceEqual("SIP Race Condition"u8) ? CallMarks.LateAnswer
        : null;

    private static (string Kind, string Text, string? Rfc) Say(CallStep step, long number, int further, string detail) =>
        step switch
        {
            CallStep.Refused => ("reply", Refusal(number, detail), ClauseOf(detail) ?? ClauseOf(number)),
            CallStep.BranchFailed => Branch(number, (FailureReason)further, detail),
            CallStep.Failover => (
                "branch",
                $"{detail} gave no answer or refused with 503: the next address of the target is tried",
                "RFC 3263 4.3"
            ),
            CallStep.BranchTimedOut => ("timer", $"{Place(detail)} took too long to answer: it is cancelled", "RFC 3261 16.8"),
            CallStep.Routed => ("route", detail, "RFC 3261 16.5"),
            CallStep.DialogCreated => ("state", "The call is tracked as a dialog from here on", "RFC 3261 12.1"),
            CallStep.StateChanged => ("state", State(number, further, detail), null),
            CallStep.MatchedById => ("match", $"{detail} {number} belongs to the dialog: its Route carried the id", null),
            CallStep.MatchedByCallId => (
                "match",
                $"{detail} {number} came without the id in its Route and was matched by Call-ID and tags",
                "RFC 3261 12.2"
            ),
            CallStep.Renumbered => ("renumber", $"{detail} came with CSeq {number} and left with {further}", "RFC 3261 12.2.1.1"),
            CallStep.OutOfPlace => (
                "match",
                $"{detail} {number} is out of place: the dialog is {StateName(further)}; it goes on",
                "RFC 3261 12.2.2"
            ),
            CallStep.CoursePutRight => (
                "route",
                $"{detail} {number} had a target or Routes that are not the dialog's: they were put right",
                "RFC 3261 12.2.1.1"
            ),
            CallStep.ContactUnreadable => (
                "match",
                $"The Contact of the {detail} is no URI that can be called: requests of our own have no way to it",
                "RFC 3261 12.1.1"
            ),
            CallStep.LateAnswer => ("state", "The answer crossed the caller's CANCEL or BYE", "RFC 5407 3.1.2"),
            CallStep.EndingByBye => ("end", $"Parley ends the call by BYE to both sides: {Reason(detail)}", "RFC 3261 15"),
            CallStep.EndingByCancel => ("cancel", $"Parley cancels the call: {Reason(detail)}", "RFC 3261 9.1"),
            CallStep.PingFailed => ("ping", $"The pings found the {detail}", "RFC 3261 11"),
            CallStep.LimitReached => ("limit", $"The limit {number} of {detail} is reached", null),
            CallStep.ByeUnanswered => (
                "timer",
                $"BYE {number} got no answer from the other side: the call counts as ended",
                "RFC 3261 15.1.1"
            ),
            _ => ("recorder", detail, null),
        };

    private static string Refusal(long status, string detail) =>
        detail.Length == 0 ? $"Parley answers {status}" : $"Parley answers {status}: {WithoutClause(detail)}";

    private static (string, string, string?) Branch(long status, FailureReason reason, string place)
    {
        string at = Place(place);
        return reason switch
        {
            FailureReason.NoResponse => ("timer", $"{at} gave no response at all (counts as {status})", "RFC 3261 17.1.1.2"),
            FailureReason.NoAnswer => ("timer", $"{at} did not answer in time (counts as {status})", "RFC 3261 16.8"),
            FailureReason.NameNotFound => ("route", "No address was found for the target", "RFC 3263 4"),
            FailureReason.Unreachable => (
                "route",
                $"{at} cannot be reached: refused, no route, or its connection was lost",
                "RFC 3261 16.9"
            ),
            FailureReason.Cancelled => ("cancel", $"The branch to {at} is given up: the request was cancelled", "RFC 3261 16.10"),
            _ => ("branch", $"The branch to {at} failed (counts as {status})", "RFC 3261 16.7"),
        };
    }

    private static string Place(string place) => place.Length == 0 ? "The target" : place;

    private static string State(long old, int now, string reason)
    {
        string text = $"The dialog goes from {StateName((int)old)} to {StateName(now)}";
        return reason.Length == 0 ? text : $"{text}: {Reason(reason)}";
    }

    internal static string StateName(int state) =>
        (DialogState)state switch
        {
            DialogState.Unconfirmed => "unconfirmed",
            DialogState.Early => "early",
            DialogState.ConfirmedNoAck => "confirmed without ACK",
            DialogState.Confirmed => "confirmed",
            DialogState.Deleted => "ended",
            _ => "new",
        };

    /// <summary>The reason of an end in plain language.</summary>
    internal static string Reason(string reason) =>
        reason switch
        {
            "" => "no reason was given",
            "Upstream BYE" => "the callee hung up",
            "Downstream BYE" => "the caller hung up",
            "Cancelled" => "the caller gave up",
            "Lifetime Timeout" => "its lifetime is over",
            "No ACK" => "the caller never acknowledged the answer",
            "Ping Timeout" or "ReINVITE Ping Timeout" => "a side did not answer the pings any more",
            "MI Termination" => "an administrator ended it",
            "No Answer" => "it was not answered in time",
            "PRACK Failed" => "the callee refused the acknowledgement of its provisional response",
            "SIP Race Condition" => "the answer crossed a CANCEL or BYE",
            "Superseded" => "its INVITE came again after a restart",
            _ => reason,
        };

    /// <summary>"RFC 3261 12.2.2: its CSeq ..." names its clause.</summary>
    private static string? ClauseOf(string detail)
    {
        if (!detail.StartsWith("RFC ", StringComparison.Ordinal))
            return null;
        int colon = detail.IndexOf(':', StringComparison.Ordinal);
        int asks = detail.IndexOf(" asks for", StringComparison.Ordinal);
        return asks > 0 ? detail[..asks]
            : colon > 0 ? detail[..colon]
            : null;
    }

    internal static string WithoutClause(string detail)
    {
        if (ClauseOf(detail) is not { } clause)
            return detail;
        int asks = detail.IndexOf(" asks for: ", StringComparison.Ordinal);
        return asks > 0
            ? "it fails the rule \"" + detail[(asks + " asks for: ".Length)..] + "\""
            : detail[(clause.Length + 1)..].TrimStart();
    }

    private static string? ClauseOf(long status) =>
        status switch
        {
            400 => "RFC 3261 21.4.1",
            403 => "RFC 3261 21.4.4",
            404 => "RFC 3261 21.4.5",
            405 => "RFC 3261 21.4.6",
            408 => "RFC 3261 16.8",
            420 => "RFC 3261 8.2.2.3",
            423 => "RFC 3261 10.3",
            440 => "RFC 5393 5.3.3",
            480 => "RFC 3261 21.4.18",
            481 => "RFC 3261 12.2.2",
            482 => "RFC 3261 16.3",
            483 => "RFC 3261 16.3",
            487 => "RFC 3261 16.10",
            503 => "RFC 3261 21.5.4",
            _ => null,
        };
}
