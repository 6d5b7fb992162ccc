#pragma warning disable CA1822, CA1065 // skeleton: bodies follow
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>A response on its way upstream, in a reply hook. Valid during the call.</summary>
public sealed class SipReplyContext
{
    /// <summary>The request it answers.</summary>
    public SipContext Context => throw new NotImplementedException();

    /// <summary>Where it came from; null for a response of the proxy's own.</summary>
    public SipBranch? Branch => throw new NotImplementedException();

    /// <summary>The response as received (or as the proxy built it).</summary>
    public SipMessage Reply => throw new NotImplementedException();

    /// <summary>Its status.</summary>
    public int StatusCode => throw new NotImplementedException();

    /// <summary>Its changes.</summary>
    public SipEdits Edits => throw new NotImplementedException();

    /// <summary>A provisional is not passed on; does nothing for a final response.</summary>
    public void Suppress() => throw new NotImplementedException();
}
