namespace Parley.Proxy;

/// <summary>Sees each copy of a request before it is written (OpenSIPS's branch route), also the copy for the next target of a failover.</summary>
/// <param name="context">The request.</param>
/// <param name="branch">The copy; its <see cref="SipBranch.Edits"/> are open during the call.</param>
public delegate void SipBranchHandler(SipContext context, SipBranch branch);
