#pragma warning disable CA1822, CA1065, IDE0060 // skeleton: bodies follow
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

public sealed partial class SipContext
{
    /// <summary>Adds a target to forward to.</summary>
    /// <param name="uri">Becomes the request-URI of the branch.</param>
    /// <param name="q">Thousandths, 0 to 1000; higher ones are tried first, equal ones at once.</param>
    public void AddTarget(SipUri uri, int q = 1000) => throw new NotImplementedException();

    /// <summary>Adds a target to forward to, with Path or a flow of its own.</summary>
    /// <param name="target">The target.</param>
    public void AddTarget(BranchTarget target) => throw new NotImplementedException();

    /// <summary>Forwards to the targets (none added: the request-URI), parallel within one q, serial from high q to low (RFC 3261 16.6).</summary>
    /// <remarks>May be called again from a failure hook with new targets.</remarks>
    /// <returns>Completes when the first group has left; false when nothing could be sent and a failure was answered.</returns>
    public ValueTask<bool> RelayAsync() => throw new NotImplementedException();

    /// <summary>Forwards one copy without transactions (RFC 3261 16.11), to the first target or the request-URI.</summary>
    /// <returns>False when it could not be sent.</returns>
    public ValueTask<bool> RelayStatelessAsync() => throw new NotImplementedException();

    /// <summary>Send there instead of where Route or request-URI say.</summary>
    /// <param name="uri">RFC 3263 is applied to it; the message does not change.</param>
    public void SetDestination(SipUri uri) => throw new NotImplementedException();

    /// <summary>Send over this flow, whatever Route or request-URI say.</summary>
    /// <param name="flow">Listener, far end and connection.</param>
    public void SetDestination(in SipFlow flow) => throw new NotImplementedException();

    /// <summary>CANCELs every pending branch and drops targets not yet tried; may be called from any thread.</summary>
    /// <param name="headerLines">Further header lines of the CANCEL (a Reason), each ended by CRLF.</param>
    public void CancelBranches(ReadOnlySpan<byte> headerLines = default) => throw new NotImplementedException();

    /// <summary>Timer C of this request's branches: how long each may ring. Starts as <see cref="ProxyOptions.TimerC"/>.</summary>
    public TimeSpan TimerC { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }

    /// <summary>Sees each copy before it is written; runs after the application's.</summary>
    /// <param name="handler">The hook.</param>
    public void OnBranch(SipBranchHandler handler) => throw new NotImplementedException();

    /// <summary>Runs when all branches failed, before the best response leaves; may add targets and relay again, or reply otherwise.</summary>
    /// <param name="handler">The hook.</param>
    public void OnFailure(SipRequestHandler handler) => throw new NotImplementedException();

    /// <summary>In a failure hook: the status chosen (RFC 3261 16.7 step 6); else 0.</summary>
    public int FailureStatus => throw new NotImplementedException();

    /// <summary>The branches so far, in the order they were made.</summary>
    public IReadOnlyList<SipBranch> Branches => throw new NotImplementedException();
}
