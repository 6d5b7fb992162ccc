using Parley.Proxy;

namespace Parley.Hosting;

/// <summary>The main route of an application as a class (<see cref="ParleyBuilder.UseHandler{T}"/>).</summary>
public interface ISipHandler
{
    /// <summary>Sees every new request and every ACK of a 2xx. Called by several threads at once, one request by one at a time.</summary>
    /// <param name="context">The request; valid until the returned task is over.</param>
    /// <returns>Completed at once when nothing had to be waited for.</returns>
    ValueTask OnRequestAsync(SipContext context);
}
