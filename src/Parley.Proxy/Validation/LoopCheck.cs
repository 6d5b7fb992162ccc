namespace Parley.Proxy;

/// <summary>RFC 3261 16.3 step 4: true when this very request, with nothing changed that decides its routing, has been here before.</summary>
internal delegate bool LoopCheck(SipContext context);
