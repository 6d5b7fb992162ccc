namespace Parley.Proxy;

/// <summary>A route for requests: the main one or a failure route.</summary>
/// <param name="context">The request; valid until the returned task is over.</param>
/// <returns>Completed at once when nothing had to be waited for: then it costs nothing.</returns>
public delegate ValueTask SipRequestHandler(SipContext context);
