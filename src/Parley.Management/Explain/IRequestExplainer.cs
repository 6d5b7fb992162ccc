namespace Parley.Management;

/// <summary>
/// Says what would become of a request, without sending anything and without a change in any state. Register one in the services of an application; the server
/// has one. <c>RequestTrial</c> of Parley.Testing does the work for an application that can be built a second time.
/// </summary>
public interface IRequestExplainer
{
    /// <summary>Explains a request.</summary>
    /// <param name="request">The request as text; what a paste has lost (Via, Content-Length ...) is added.</param>
    /// <param name="source">Where it is supposed to come from, <c>192.0.2.7:5060</c>.</param>
    /// <param name="transport"><c>udp</c>, <c>tcp</c> or <c>tls</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArgumentException">The text is no request, the source is no address with a port, or nothing listens by this transport.</exception>
    Task<RequestExplanation> ExplainAsync(string request, string source, string transport, CancellationToken cancellation);
}
