using Parley.Sip;

namespace Parley.Proxy;

/// <summary>Receives the responses to a request that this element originated. Calls run inside that request's strand.</summary>
public interface ILocalRequestUser
{
    /// <summary>Provisional and final responses; a 2xx of INVITE also when it comes again (ACK it again).</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">Valid during the call.</param>
    void OnResponse(LocalRequest request, SipMessage response);

    /// <summary>No final response: timeout (408), transport failure (503) or no connection to reuse (430). Called once, instead of a final response.</summary>
    /// <param name="request">The request.</param>
    /// <param name="statusCode">408, 430 or 503.</param>
    void OnFailed(LocalRequest request, int statusCode);
}
