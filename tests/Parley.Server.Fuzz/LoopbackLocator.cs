using System.Net;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Server.Fuzz;

/// <summary>Nothing leaves this machine: literal loopback addresses are places, and no name is.</summary>
internal sealed class LoopbackLocator : ISipServerLocator
{
    private readonly SimulatedServerLocator _literals = new();

    public async ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken)
    {
        if (TryLocateLiteral(uri.View, out SipTarget target))
        {
            targets.Add(target);
            return true;
        }

        await Task.Delay(5, cancellationToken); // as a DNS would
        return false;
    }

    public bool TryLocateLiteral(SipUriView uri, out SipTarget target) =>
        _literals.TryLocateLiteral(uri, out target) && IPAddress.IsLoopback(target.EndPoint.ToIPEndPoint().Address);

    public void ReportFailure(SipTarget target) { }
}
