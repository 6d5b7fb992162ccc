using System.Text;
using Parley.Hosting;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>RFC 3263 without a DNS: names lead where the recorded messages to them went.</summary>
internal sealed class ReplayLocator : ISipServerLocator
{
    private readonly SimulatedServerLocator _literals = new();
    private readonly Dictionary<string, List<SipTarget>> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="file">The recording.</param>
    public ReplayLocator(CallFile file)
    {
        foreach (CallFileMessage message in file.Messages)
        {
            if (!message.IsInbound && message.Read() is { IsRequest: true } request)
                Add(request, message);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(targets);
        if (TryLocateLiteral(uri.View, out SipTarget literal))
        {
            targets.Add(literal);
            return new ValueTask<bool>(true);
        }

        if (!_names.TryGetValue(uri.Host, out List<SipTarget>? known))
            return new ValueTask<bool>(false);
        foreach (SipTarget target in known)
            targets.Add(target);
        return new ValueTask<bool>(true);
    }

    /// <inheritdoc/>
    public bool TryLocateLiteral(SipUriView uri, out SipTarget target) => _literals.TryLocateLiteral(uri, out target);

    /// <inheritdoc/>
    public void ReportFailure(SipTarget target) { }

    private void Add(SipMessage request, CallFileMessage message)
    {
        SipUriView uri = request.RequestUriView;
        foreach (NameAddrView route in request.Routes)
        {
            uri = route.Uri;
            break;
        }

        if (
            !uri.IsValid
            || uri.Host.IsEmpty
            || !CallFileMessage.TryPlace(message.To, out System.Net.IPEndPoint place)
            || !SipProtocolExtensions.TryParse(Encoding.ASCII.GetBytes(message.Transport), out SipProtocol protocol)
        )
            return;
        string name = Encoding.UTF8.GetString(uri.Host);
        if (!_names.TryGetValue(name, out List<SipTarget>? targets))
            _names[name] = targets = [];
        var target = new SipTarget(protocol, SipEndPoint.From(place));
        if (!targets.Contains(target))
            targets.Add(target);
    }
}
