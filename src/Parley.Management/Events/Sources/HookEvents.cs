using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Registrar;
using Parley.Sip;

namespace Parley.Management;

/// <summary>Events that hooks bring as they happen: limits, pings, registrations, credentials that were refused. Each asks first whether anybody wants it.</summary>
internal sealed class HookEvents : IEventProducer, IProxyModule
{
    private readonly EventHub _hub;
    private readonly LocationTable? _locations;
    private bool _followsLocations;

    public HookEvents(EventHub hub, IDialogApi? dialogs = null, LocationTable? locations = null)
    {
        _hub = hub;
        _locations = locations;
        dialogs?.OnLimitReached(OnLimitReached);
        dialogs?.OnPingFailed(OnPingFailed);
    }

    /// <summary>The location table makes no arguments while nobody listens.</summary>
    public void Want(EventKinds kinds)
    {
        bool isWanted = (kinds & EventKinds.Registration) != 0;
        if (_locations is null || isWanted == _followsLocations)
            return;
        _followsLocations = isWanted;
        if (isWanted)
            _locations.Changed += OnLocationChanged;
        else
            _locations.Changed -= OnLocationChanged;
    }

    public void OnRequest(SipContext context) { }

    public void OnRouted(SipContext context) { }

    /// <summary>A request that carries credentials and is refused for want of better ones (RFC 3261 22.1, 22.3). Without credentials 401 and 407 are only the challenge.</summary>
    public void OnRefusing(SipContext context, int statusCode)
    {
        if (statusCode is not (401 or 403 or 407) || !_hub.IsWanted(EventKinds.AuthenticationFailed))
            return;
        SipMessage request = context.Request;
        AuthParameterList credentials = request.AuthParameters(SipHeaderName.Authorization);
        if (credentials.Scheme.IsEmpty)
            credentials = request.AuthParameters(SipHeaderName.ProxyAuthorization);
        if (credentials.Scheme.IsEmpty)
            return;
        credentials.TryGet("username"u8, out ReadOnlySpan<byte> user);
        _hub.Publish(
            new AuthenticationFailedEvent(
                DialogSummaryWriter.PlaceOf(context.Source),
                Encoding.UTF8.GetString(user),
                Encoding.ASCII.GetString(request.MethodText),
                statusCode,
                Encoding.UTF8.GetString(request.CallId)
            )
        );
    }

    private void OnLimitReached(Dialog dialog, DialogProfile profile, string value, int limit)
    {
        if (_hub.IsWanted(EventKinds.LimitHit))
            _hub.Publish(new LimitHitEvent(dialog, profile.Name, value, limit));
    }

    private void OnPingFailed(Dialog dialog, DialogLeg leg, string reason)
    {
        if (_hub.IsWanted(EventKinds.PingFailed))
            _hub.Publish(new PingFailedEvent(dialog, leg, reason));
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs change) => _hub.Publish(new RegistrationEvent(change));
}
