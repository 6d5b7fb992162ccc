namespace Parley.Testing;

/// <summary>What became of the calls of a <see cref="CallGenerator"/>, seen from the callers.</summary>
public sealed class CallReport
{
    /// <summary>Calls begun.</summary>
    public int Started { get; internal set; }

    /// <summary>Calls over.</summary>
    public int Ended { get; internal set; }

    /// <summary>Calls that got a 2xx.</summary>
    public int Answered { get; internal set; }

    /// <summary>Calls that got a second 2xx, from another branch.</summary>
    public int AnsweredTwice { get; internal set; }

    /// <summary>Calls that ended by the caller's BYE.</summary>
    public int EndedByCaller { get; internal set; }

    /// <summary>Calls that ended by the callee's BYE.</summary>
    public int EndedByCallee { get; internal set; }

    /// <summary>Calls that ended by a final response of 300 or more.</summary>
    public int Rejected { get; internal set; }

    /// <summary>Calls that ended by CANCEL.</summary>
    public int Cancelled { get; internal set; }

    /// <summary>Calls that ended unanswered.</summary>
    public int TimedOut { get; internal set; }

    /// <summary>Calls that ended otherwise: 481, transport errors.</summary>
    public int Failed { get; internal set; }

    /// <summary>Calls begun and not over.</summary>
    public int Active => Started - Ended;

    /// <summary>All of it in a line.</summary>
    public override string ToString() =>
        $"{Started} calls, {Active} active, {Answered} answered ({AnsweredTwice} twice), ended by caller {EndedByCaller}, by callee {EndedByCallee}, "
        + $"rejected {Rejected}, cancelled {Cancelled}, timed out {TimedOut}, failed {Failed}";

    internal void Count(ScriptedCall call)
    {
        Ended++;
        if (call.Answers > 0)
            Answered++;
        if (call.Answers > 1)
            AnsweredTwice++;
        switch (call.End)
        {
            case CallEnd.LocalBye:
                EndedByCaller++;
                break;
            case CallEnd.RemoteBye:
                EndedByCallee++;
                break;
            case CallEnd.Rejected:
                Rejected++;
                break;
            case CallEnd.Cancelled:
                Cancelled++;
                break;
            case CallEnd.Timeout:
                TimedOut++;
                break;
            default:
                Failed++;
                break;
        }
    }
}
