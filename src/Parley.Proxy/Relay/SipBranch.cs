using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>One forwarded copy of a request, with what has come back. Pooled with its context.</summary>
public sealed class SipBranch
{
    private SipEdits? _edits;
    private byte[] _uri = new byte[96];
    private int _uriLength;

    internal SipBranch() { }

    /// <summary>From 0, in the order the branches were made; a failover keeps it.</summary>
    public int Index { get; private set; }

    /// <summary>The target it was made for; null when none was added and the request-URI was used.</summary>
    public BranchTarget? Target { get; private set; }

    /// <summary>The branch's request-URI.</summary>
    public ReadOnlySpan<byte> RequestUri => _uri.AsSpan(0, _uriLength);

    /// <summary>Where it is sent; default before the next hop is known.</summary>
    public SipFlow Flow { get; internal set; }

    /// <summary>The branch parameter of our Via; empty before it is written and once the transaction is over.</summary>
    public ReadOnlySpan<byte> ViaBranch => Transaction is null ? default : Transaction.Branch;

    /// <summary>The client transaction; null before it is sent and once it is over.</summary>
    public ClientTransaction? Transaction { get; internal set; }

    /// <summary>Status of the last response; 408, 487, 500 or 503 of our own where none came; 0 before.</summary>
    public int LastStatus { get; internal set; }

    /// <summary>Why it failed; <see cref="Proxy.FailureReason.None"/> before, and after a 2xx.</summary>
    public FailureReason FailureReason { get; internal set; }

    /// <summary>A final response came, or none will.</summary>
    public bool IsFinal { get; internal set; }

    /// <summary>We sent (or shall send) a CANCEL on it.</summary>
    public bool IsCancelled { get; internal set; }

    /// <summary>The branch's own changes, open inside a branch hook.</summary>
    /// <exception cref="InvalidOperationException">Outside a branch hook.</exception>
    public SipEdits Edits => _edits ?? throw new InvalidOperationException("A branch's edits are open inside its branch hooks only.");

    /// <summary>Adds a header line to this copy of the request, inside a branch hook.</summary>
    /// <param name="name">As in <see cref="SipEdits.AddHeader(string, string)"/>.</param>
    /// <param name="value">As there.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">Outside a branch hook.</exception>
    public void AddHeader(string name, string value) => Edits.AddHeader(name, value);

    /// <summary>One header line of this name in this copy of the request, inside a branch hook, in place of all others.</summary>
    /// <param name="name">As in <see cref="SipEdits.AddHeader(string, string)"/>.</param>
    /// <param name="value">As there.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">Outside a branch hook.</exception>
    public void SetHeader(string name, string value) => Edits.SetHeader(name, value);

    /// <summary>No header line of this name, full or compact, in this copy of the request, inside a branch hook.</summary>
    /// <param name="name">As in <see cref="SipEdits.AddHeader(string, string)"/>.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="InvalidOperationException">Outside a branch hook.</exception>
    public void RemoveHeader(string name) => Edits.RemoveHeader(name);

    /// <summary>Where else it may go, and how many of these were tried.</summary>
    internal List<SipTarget> Alternatives { get; } = [];

    internal int AlternativesTried { get; set; }

    /// <summary>The place in use, for reporting that it failed.</summary>
    internal SipTarget Place { get; set; }

    /// <summary>The next hop is being looked up.</summary>
    internal bool IsResolving { get; set; }

    /// <summary>The listener to leave by where it reaches the place.</summary>
    internal SipListener? From { get; set; }

    /// <summary>The transport to find the next hop with where its URI leaves it open; null: RFC 3263 alone.</summary>
    internal SipProtocol? Kept { get; set; }

    /// <summary>It left over a connection, or by a kept transport: when that fails, there is another way to find.</summary>
    internal bool HasOtherWay { get; set; }

    /// <summary>A large request left over TCP instead; when that fails, this is the way.</summary>
    internal SipFlow Datagram { get; set; }

    internal bool HasDatagram { get; set; }

    /// <summary>When timer C ends it, milliseconds of the timer service.</summary>
    internal long TimerCDue { get; set; } = long.MaxValue;

    /// <summary>When it fails for want of any response, and of a final one; <see cref="long.MaxValue"/> for never.</summary>
    internal long FirstResponseDue { get; set; } = long.MaxValue;

    internal long FinalResponseDue { get; set; } = long.MaxValue;

    /// <summary>A time of ours ended it, or will when its CANCEL is answered.</summary>
    internal bool HasTimedOut { get; set; }

    /// <summary>A final failure was received on it; else its status is our own.</summary>
    internal bool IsReceived { get; set; }

    /// <summary>A redirection that was followed: no candidate any more.</summary>
    internal bool IsUsedUp { get; set; }

    /// <summary>The Max-Breadth of its copy.</summary>
    internal int Breadth { get; set; }

    /// <summary>The final response, kept while others are awaited.</summary>
    internal SipMessage? Response { get; set; }

    internal void Begin(int index, BranchTarget? target, ReadOnlySpan<byte> uri)
    {
        Index = index;
        Target = target;
        if (_uri.Length < uri.Length)
            _uri = new byte[uri.Length * 2];
        uri.CopyTo(_uri);
        _uriLength = uri.Length;
    }

    internal void OpenEdits(SipEdits? edits) => _edits = edits;

    internal void ReleaseResponse()
    {
        Response?.Release();
        Response = null;
    }

    internal void End()
    {
        ReleaseResponse();
        _edits = null;
        Target = null;
        Flow = default;
        Transaction = null;
        LastStatus = 0;
        IsFinal = IsCancelled = IsResolving = HasDatagram = HasTimedOut = HasOtherWay = IsReceived = IsUsedUp = false;
        FailureReason = FailureReason.None;
        TimerCDue = FirstResponseDue = FinalResponseDue = long.MaxValue;
        From = null;
        Kept = null;
        Datagram = default;
        Place = default;
        Alternatives.Clear();
        AlternativesTried = 0;
        Breadth = 0;
    }
}
