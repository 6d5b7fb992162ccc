using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Which requests, once accepted, say where their sender and their receiver are from now on.</summary>
internal static class TargetRefresh
{
    /// <summary>RFC 3261 12.2, RFC 3311, RFC 6665, RFC 3515. Never ACK, BYE, CANCEL, PRACK, INFO.</summary>
    public static bool IsBy(SipMethod method) =>
        method is SipMethod.Invite or SipMethod.Update or SipMethod.Subscribe or SipMethod.Notify or SipMethod.Refer;
}
