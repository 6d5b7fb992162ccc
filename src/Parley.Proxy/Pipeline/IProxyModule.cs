namespace Parley.Proxy;

/// <summary>A module of the proxy, registered in the services as this interface; modules are called in the order of registration.</summary>
public interface IProxyModule
{
    /// <summary>
    /// Runs for each new request before it is validated (ACK too), also for one that is then refused. It may observe the request; answering and
    /// relaying are for later.
    /// </summary>
    /// <param name="context">The request.</param>
    void OnArrived(SipContext context) { }

    /// <summary>
    /// Runs before a failure of the proxy's own leaves, 300 to 699; the request can still be read. Observing the request in place of this
    /// would keep its transaction (a refusal without state, RFC 3261 8.2.7, is for requests that no module follows).
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="statusCode">The status.</param>
    void OnRefusing(SipContext context, int statusCode) { }

    /// <summary>Runs before the application's handler, for each request that passed validation (ACK too).</summary>
    /// <param name="context">The request.</param>
    void OnRequest(SipContext context);

    /// <summary>Runs inside <see cref="SipContext.LooseRoute"/>, after the Routes were consumed.</summary>
    /// <param name="context">The request.</param>
    void OnRouted(SipContext context);
}
