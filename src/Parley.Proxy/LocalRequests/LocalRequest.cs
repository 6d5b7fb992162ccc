#pragma warning disable CA1822, CA1065 // skeleton: bodies follow
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>A request that this element originates: built whole but for the Via.</summary>
public sealed class LocalRequest
{
    /// <summary>Its method.</summary>
    public SipMethod Method => throw new NotImplementedException();

    /// <summary>In the local-request hook: the message about to leave.</summary>
    public SipMessage Message => throw new NotImplementedException();

    /// <summary>In the local-request hook: its changes.</summary>
    public SipEdits Edits => throw new NotImplementedException();

    /// <summary>What was given to Send.</summary>
    public object? State => throw new NotImplementedException();
}
