using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>Asks the locator of a running application, and keeps from it what the trial would report.</summary>
internal sealed class TrialLocator(ISipServerLocator? real) : ISipServerLocator
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly SimulatedServerLocator _literals = new();

    /// <inheritdoc/>
    public ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken)
    {
        if (real is null)
            return _literals.LocateAsync(uri, targets, cancellationToken);
        // The simulated clock cannot wait for the DNS: the question is asked to its end here.
        var found = new List<SipTarget>();
        Task<bool> asked = real.LocateAsync(uri, found, cancellationToken).AsTask();
        if (!asked.Wait(Longest, CancellationToken.None) || !asked.Result)
            return new ValueTask<bool>(false);
        foreach (SipTarget target in found)
            targets.Add(target);
        return new ValueTask<bool>(true);
    }

    /// <inheritdoc/>
    public bool TryLocateLiteral(SipUriView uri, out SipTarget target) => _literals.TryLocateLiteral(uri, out target);

    /// <inheritdoc/>
    public void ReportFailure(SipTarget target) { }
}
