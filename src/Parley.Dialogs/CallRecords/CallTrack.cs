using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// What the record of a call needs and its dialog does not keep: when it began and rang, where it came from and went, how it ended. Hangs on
/// the dialog when call records are on; under the dialog's lock. Of a call that is over nothing changes any more: a late 2xx makes another one
/// (<see cref="Revive"/>). Times in unix milliseconds, 0: not yet.
/// </summary>
internal sealed class CallTrack(long start, byte[] requestUri, byte[] source)
{
    public long Start { get; } = start;

    /// <summary>As the INVITE arrived.</summary>
    public byte[] RequestUri { get; } = requestUri;

    /// <summary><c>proto:ip:port</c>; empty: not known.</summary>
    public byte[] Source { get; } = source;

    public long Ring { get; set; }

    public long Answer { get; set; }

    public long End { get; private set; }

    public byte[] Target { get; set; } = [];

    public byte[] TargetUri { get; set; } = [];

    /// <summary>The final status that went to the caller; 0: none did.</summary>
    public int StatusCode { get; set; }

    /// <summary>The reason phrase of a failure.</summary>
    public string Phrase { get; private set; } = "";

    /// <summary>The failure came from the target; false: it is the proxy's own.</summary>
    public bool IsOfTarget { get; private set; }

    public string Reason { get; private set; } = "";

    public CallEndedBy EndedBy { get; private set; }

    /// <summary>The tag of the callee that answered.</summary>
    public string ToTag { get; private set; } = "";

    /// <summary>The number of the latest intermediate record.</summary>
    public int Intermediates { get; set; }

    /// <summary>An end of the same call that came before this one and whose record is not made yet.</summary>
    public CallTrack? Previous { get; set; }

    /// <summary>Its final record is made.</summary>
    public bool IsReported { get; set; }

    /// <summary>When the end began that is under way: the BYE arrived, or the proxy began to send its own.</summary>
    private long _endBegan;

    /// <summary>The flow's far end as <c>proto:ip:port</c>.</summary>
    public static byte[] Place(in SipFlow flow)
    {
        if (flow.Listener is not { } listener)
            return [];
        Span<byte> text = stackalloc byte[SipEndPoint.MaxAddressLength + 16];
        ReadOnlySpan<byte> transport = listener.UriTransport;
        transport.CopyTo(text);
        int length = transport.Length;
        text[length++] = (byte)':';
        length += flow.Remote.FormatAddress(text[length..], brackets: true);
        text[length++] = (byte)':';
        flow.Remote.Port.TryFormat(text[length..], out int digits, default, System.Globalization.CultureInfo.InvariantCulture);
        return text[..(length + digits)].ToArray();
    }

    /// <summary>Where the other legs are of a call that several callees answered; null: one did.</summary>
    public List<CallTrackTarget>? Others { get; set; }

    /// <summary>A further callee has answered.</summary>
    public void OnFurtherAnswer(SipBranch branch, ReadOnlySpan<byte> tag)
    {
        Others ??= [];
        foreach (CallTrackTarget known in Others)
            if (known.Is(branch.Index, tag))
                return;
        if (Others.Count < LegSet.MaxLegs)
            Others.Add(
                new CallTrackTarget(
                    branch.Index,
                    tag.ToArray(),
                    branch.Flow.Listener is null ? [] : Place(branch.Flow),
                    branch.RequestUri.ToArray()
                )
            );
    }

    /// <summary>The callee is another leg.</summary>
    public void OnCallee(DialogLeg former, DialogLeg callee)
    {
        int at = Others?.FindIndex(other => other.Is(callee.Branch, callee.TagBytes)) ?? -1;
        if (at < 0)
            return;
        CallTrackTarget other = Others![at];
        Others[at] = new CallTrackTarget(former.Branch, former.TagBytes.ToArray(), Target, TargetUri);
        (Target, TargetUri) = (other.Target, other.TargetUri);
    }

    /// <summary>A copy of the INVITE leaves, or its target has answered.</summary>
    public void OnBranch(SipBranch branch)
    {
        ReadOnlySpan<byte> uri = branch.RequestUri;
        if (!uri.SequenceEqual(TargetUri))
            TargetUri = uri.SequenceEqual(RequestUri) ? RequestUri : uri.ToArray();
        if (branch.Flow.Listener is not null)
            Target = Place(branch.Flow);
    }

    /// <summary>A provisional response goes to the caller. 181, 182 and 199 say nothing of ringing.</summary>
    public void OnProvisional(int statusCode, long now)
    {
        if (statusCode is 180 or 183 && Ring == 0)
            Ring = now;
    }

    /// <summary>A failure goes to the caller.</summary>
    public void OnFailure(SipBranch? branch, SipMessage? reply, int statusCode)
    {
        StatusCode = statusCode;
        IsOfTarget = branch is not null && reply is not null;
        Phrase = Encoding.UTF8.GetString(reply is { ReasonPhrase.IsEmpty: false } ? reply.ReasonPhrase : SipText.Reason(statusCode));
        if (branch is not null)
            OnBranch(branch);
    }

    /// <summary>A final status without a response that went to the caller.</summary>
    public void OnFailure(int statusCode)
    {
        StatusCode = statusCode;
        IsOfTarget = false;
        Phrase = statusCode == 0 ? "" : Encoding.UTF8.GetString(SipText.Reason(statusCode));
    }

    public void OnAnswered(long now)
    {
        Answer = now;
        StatusCode = 200;
        Phrase = "";
        _endBegan = 0;
    }

    /// <summary>An end begins; what began before goes on while <paramref name="isUnderWay"/>. It is over once the other side has taken it.</summary>
    public void OnEndBegins(long now, bool isUnderWay)
    {
        if (!isUnderWay || _endBegan == 0)
            _endBegan = now;
    }

    public void OnOver(long now, CallEndedBy endedBy, string? reason, string toTag)
    {
        End = Answer != 0 && _endBegan != 0 ? _endBegan : now;
        EndedBy = endedBy;
        Reason = endedBy == CallEndedBy.Callee && Answer == 0 ? Phrase : reason ?? Phrase;
        ToTag = Answer != 0 ? toTag : "";
    }

    /// <summary>
    /// The call had failed and is answered all the same by a 2xx that crossed. Where the failure has a record of its own, this one's start is the
    /// late answer: the pair of id and start stays unique, and neither record is lost.
    /// </summary>
    public CallTrack Revive(long now, bool hasFailureRecord)
    {
        var revived = new CallTrack(hasFailureRecord ? Math.Max(now, Start + 1) : Start, RequestUri, Source)
        {
            Ring = hasFailureRecord ? 0 : Ring,
            Target = Target,
            TargetUri = TargetUri,
        };
        if (hasFailureRecord && !IsReported)
            revived.Previous = this;
        return revived;
    }

    /// <summary>The oldest end whose record is not made yet; null when there is none. It counts as reported from now on.</summary>
    public CallTrack? TakeEnd()
    {
        CallTrack? newer = null;
        CallTrack oldest = this;
        while (oldest.Previous is { } previous)
            (newer, oldest) = (oldest, previous);
        if (oldest.End == 0 || oldest.IsReported)
            return null;
        oldest.IsReported = true;
        if (newer is not null)
            newer.Previous = null;
        return oldest;
    }

    public CallDisposition Disposition =>
        Answer != 0 ? CallDisposition.Answered
        : EndedBy == CallEndedBy.Caller ? CallDisposition.Cancelled
        : StatusCode switch
        {
            486 or 600 => CallDisposition.Busy,
            603 or 607 or 608 => CallDisposition.Declined,
            408 or 480 => CallDisposition.NoAnswer,
            _ => CallDisposition.Failed,
        };
}
