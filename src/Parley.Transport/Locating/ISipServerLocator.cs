using Parley.Sip;

namespace Parley.Transport;

/// <summary>RFC 3263: from a URI to an ordered list of places.</summary>
public interface ISipServerLocator
{
    /// <summary>Appends the targets in the order to try; completes synchronously without allocation for literals and cached names. False: nothing found (or unsupported scheme or transport).</summary>
    /// <param name="uri">A sip or sips URI: a Route's or the request's.</param>
    /// <param name="targets">Targets are added at its end.</param>
    /// <param name="cancellationToken">Ends the waiting for the DNS.</param>
    ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken);

    /// <summary>As the other, on behalf of a source, which may have only so many lookups on their way at once; beyond that it finds nothing.</summary>
    /// <param name="uri">As of the other.</param>
    /// <param name="targets">As of the other.</param>
    /// <param name="cause">Whose request makes us ask; default for this element itself, which has no bound of its own.</param>
    /// <param name="cancellationToken">As of the other.</param>
    ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, SipEndPoint cause, CancellationToken cancellationToken) =>
        LocateAsync(uri, targets, cancellationToken);

    /// <summary>The synchronous part alone: a literal address, no allocation; false when a lookup is needed.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="target">The target.</param>
    bool TryLocateLiteral(SipUriView uri, out SipTarget target);

    /// <summary>Remembers for a while that a target failed, so that later lookups try it last.</summary>
    /// <param name="target">A target that timed out, could not be reached, or answered 503.</param>
    void ReportFailure(SipTarget target);
}
