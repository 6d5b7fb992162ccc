#pragma warning disable CA1822, CA1065 // skeleton: bodies follow
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>One forwarded copy of a request, with what has come back. Pooled with its context.</summary>
public sealed class SipBranch
{
    /// <summary>From 0, in the order the branches were made; a failover keeps it.</summary>
    public int Index => throw new NotImplementedException();

    /// <summary>The request.</summary>
    public SipContext Context => throw new NotImplementedException();

    /// <summary>The target it was made for; null when none was added and the request-URI was used.</summary>
    public BranchTarget? Target => throw new NotImplementedException();

    /// <summary>The branch's request-URI.</summary>
    public ReadOnlySpan<byte> RequestUri => throw new NotImplementedException();

    /// <summary>Where it is sent; default before the next hop is known.</summary>
    public SipFlow Flow => throw new NotImplementedException();

    /// <summary>The branch parameter of our Via; empty before it is written.</summary>
    public ReadOnlySpan<byte> ViaBranch => throw new NotImplementedException();

    /// <summary>The client transaction; null before it is sent and once it is over.</summary>
    public ClientTransaction? Transaction => throw new NotImplementedException();

    /// <summary>Status of the last response, 408, 503 or 487 of our own where none came; 0 before.</summary>
    public int LastStatus => throw new NotImplementedException();

    /// <summary>A final response came, or none will.</summary>
    public bool IsFinal => throw new NotImplementedException();

    /// <summary>We sent (or shall send) a CANCEL on it.</summary>
    public bool IsCancelled => throw new NotImplementedException();

    /// <summary>The branch's own changes, open inside a branch hook.</summary>
    /// <exception cref="InvalidOperationException">Outside a branch hook.</exception>
    public SipEdits Edits => throw new NotImplementedException();
}
