using System.Globalization;
using Parley.Proxy;

namespace Parley.Management;

/// <summary>The line that says how a call went, which side ended it and why.</summary>
internal static class ExplanationLine
{
    // What the rest of the line says already, where it has something to say about it.
    private static readonly HashSet<string> Said = new(StringComparer.Ordinal)
    {
        CallMarks.Limit,
        CallMarks.LifetimeOver,
        CallMarks.BadPassword,
        CallMarks.NoResponse,
        CallMarks.Unreachable,
        CallMarks.NotAcceptable,
        CallMarks.Unmatched,
        CallMarks.PingFailed,
        CallMarks.MaxForwards,
        CallMarks.Loop,
    };

    public static string Of(CallReading call)
    {
        string text =
            call.Invite is null ? OtherRequest(call)
            : call.AnsweredAt is { } answered ? Answered(call, call.Invite, answered)
            : Unanswered(call, call.Invite);
        bool explainsAll = call.AnsweredAt is null && call.Final is { Status: >= 300 };
        string[] further =
        [
            .. call
                .Marks.Where(mark => !(Said.Contains(mark) && (explainsAll || mark is CallMarks.LifetimeOver or CallMarks.PingFailed)))
                .Select(static mark => CallMarks.All.GetValueOrDefault(mark, mark)),
        ];
        return further.Length == 0 ? text + "." : $"{text}. Abnormal: {string.Join("; ", further)}.";
    }

    private static string Answered(CallReading call, MessageFacts invite, DateTimeOffset answered)
    {
        string by = call.AnsweredBy.Length == 0 ? "by Parley itself" : "by " + call.AnsweredBy;
        string start = $"Answered {by} after {Seconds(answered - invite.At)}";
        if (call.EndedAt is not { } ended)
            return call.EndedBy switch
            {
                CallEndSide.Parley => $"{start}; Parley is ending it: {StepTexts.Reason(call.OwnEnd ?? "")}",
                CallEndSide.None when call.Marks.Contains(CallMarks.NoRecordRoute) => $"{start}; what follows does not come by here",
                CallEndSide.None => call.IsAcknowledged ? $"{start} and under way" : $"{start}; the caller has not acknowledged the answer",
                _ => $"{start}; {End(call)}, and the BYE waits for its answer",
            };
        return $"{start}, lasted {Seconds(ended - answered)}, {End(call)}";
    }

    private static string End(CallReading call)
    {
        string reason = call.EndReason.Length == 0 ? "" : $" ({call.EndReason})";
        return call.EndedBy switch
        {
            CallEndSide.Caller => $"ended by the caller: BYE{reason}",
            CallEndSide.Callee => $"ended by the callee: BYE{reason}",
            CallEndSide.Parley => $"ended by Parley: {StepTexts.Reason(call.OwnEnd ?? "")}",
            _ => "ended; which side ended it is not in the recorder any more",
        };
    }

    private static string Unanswered(CallReading call, MessageFacts invite)
    {
        CallBranch? last = call.Branches.LastOrDefault();
        CallBranch? rang = call.Branches.LastOrDefault(static branch => branch.RangAt is not null);
        if (call.Final is not { } final)
            return call.CancelledAt is not null ? "Given up by the caller; the targets have not answered the CANCEL yet"
                : rang is not null ? $"Under way: it rings at {rang.Place}"
                : last is not null ? $"Under way: {last.Place} has not answered yet"
                : "Under way: it has not been forwarded yet";
        TimeSpan after = final.At - invite.At;
        string status = Status(final);
        if (call.CancelledAt is not null && final.Status == 487)
            return $"Given up by the caller after {Seconds(call.CancelledAt.Value - invite.At)} ({(rang is null ? "nothing rang yet" : "it rang at " + rang.Place)})"
                + (call.CancelReason.Length == 0 ? "" : $": {call.CancelReason}");
        if (call.OwnEnd is { } own && final.Status is 487 or 408)
            return $"Ended by Parley before it was answered: {StepTexts.Reason(own)}; the caller got {status}";
        if (final.Status is 401 or 407)
            return Challenged(call, final);
        if (call.LimitReached is { } limit)
            return $"Refused by Parley with {status}: {LowerFirst(limit.Text)}";
        if (call.BranchFailure is { } failure && (call.FinalFrom.Length == 0 || failure.Number == final.Status))
            return Failed(call, failure, rang, after, status);
        if (call.HasTimedOut && rang is not null)
            return $"Not answered: it rang at {rang.Place} for {Seconds(final.At - rang.RangAt!.Value)} until Parley gave up; the caller got {status}";
        if (call.FinalFrom.Length > 0)
            return Received(final.Status, call.FinalFrom, status) + Targets(call);
        if (last is { Status: >= 300 })
            return $"{Received(last.Status, last.Place, $"{last.Status} {last.Phrase}")}; the caller got {status}" + Targets(call);
        return RefusedHere(call, status);
    }

    private static string Failed(CallReading call, RecordedStep failure, CallBranch? rang, TimeSpan after, string status)
    {
        string place = failure.Detail.Length == 0 ? "the target" : failure.Detail;
        string text = (FailureReason)failure.Further switch
        {
            FailureReason.NoResponse => $"Failed: {place} gave no response at all within {Seconds(after)}",
            FailureReason.NoAnswer when rang is not null =>
                $"Not answered: it rang at {rang.Place} for {Seconds(after)} until Parley gave up",
            FailureReason.NoAnswer => $"Failed: {place} did not answer in time",
            FailureReason.NameNotFound => "Failed: no address was found for the target",
            FailureReason.Unreachable => $"Failed: {place} cannot be reached",
            _ => $"Failed at {place}",
        };
        return $"{text}; the caller got {status}" + Targets(call);
    }

    private static string Received(int status, string place, string text) =>
        status switch
        {
            486 or 600 => $"Busy: {place} answered {text}",
            603 or 607 or 608 => $"Declined: {place} answered {text}",
            404 or 410 or 604 => $"No such user: {place} answered {text}",
            480 => $"Not available: {place} answered {text}",
            408 => $"Not answered: {place} answered {text}",
            488 or 606 => $"The session description was refused: {place} answered {text}",
            503 => $"Out of service: {place} answered {text}",
            >= 300 and < 400 => $"Redirected: {place} answered {text}",
            _ => $"Failed: {place} answered {text}",
        };

    private static string Challenged(CallReading call, MessageFacts final)
    {
        string by = call.FinalFrom.Length == 0 ? "Parley" : call.FinalFrom;
        return call.RefusedPasswords == 0
            ? $"Challenged by {by} with {Status(final)}; the caller sent no password"
            : $"Refused: {by} did not accept the caller's password ({Status(final)}, {call.RefusedPasswords} {(call.RefusedPasswords == 1 ? "attempt" : "attempts")})";
    }

    private static string RefusedHere(CallReading call, string status)
    {
        string why = call.Refusal is { Detail.Length: > 0 } refusal ? ": " + StepTexts.WithoutClause(refusal.Detail) : "";
        return $"Refused by Parley with {status}{why}";
    }

    private static string OtherRequest(CallReading call)
    {
        if (call.First is not { } first)
            return call.Refusal is { } refused ? refused.Text
                : call.Marks.Contains(CallMarks.Malformed) ? "What came cannot be read"
                : "Nothing but steps is left of it in the recorder";
        string method = first.Method;
        if (call.Final is not { } final)
            return call.AnsweredAt is null && call.EndedAt is null
                ? $"{method} from {first.Remote}: no final response yet, or it is not in the recorder any more"
                : $"The beginning is not in the recorder any more; {End(call)}";
        if (final.Status is 401 or 407)
            return $"{method}: {LowerFirst(Challenged(call, final))}";
        if (final.Status < 300 && method == "BYE")
            return $"The beginning of the call is not in the recorder any more; ended by a BYE from {first.Remote}";
        if (final.Status < 300)
            return $"{method} answered by {(call.FinalFrom.Length == 0 ? "Parley" : call.FinalFrom)} with {Status(final)}";
        return call.FinalFrom.Length == 0
            ? $"{method}: {LowerFirst(RefusedHere(call, Status(final)))}"
            : $"{method}: {LowerFirst(Received(final.Status, call.FinalFrom, Status(final)))}";
    }

    private static string Targets(CallReading call)
    {
        int targets = call.Branches.Select(static branch => branch.Place).Distinct().Count();
        return targets < 2 ? "" : $" ({targets} targets were tried)";
    }

    private static string Status(MessageFacts response) =>
        response.Phrase.Length == 0 ? $"{response.Status}" : $"{response.Status} {response.Phrase}";

    private static string LowerFirst(string text) =>
        text.Length < 2 || char.IsUpper(text[1]) ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static string Seconds(TimeSpan span) =>
        span.TotalSeconds < 10
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0.0} s")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s");
}
