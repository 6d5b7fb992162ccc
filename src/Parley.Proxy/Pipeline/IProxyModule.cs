namespace Parley.Proxy;

/// <summary>A module of the proxy, registered in the services as this interface; modules are called in the order of registration.</summary>
public interface IProxyModule
{
    /// <summary>Runs before the application's handler, for each request that passed validation (ACK too).</summary>
    /// <param name="context">The request.</param>
    void OnRequest(SipContext context);

    /// <summary>Runs inside <see cref="SipContext.LooseRoute"/>, after the Routes were consumed.</summary>
    /// <param name="context">The request.</param>
    void OnRouted(SipContext context);
}
