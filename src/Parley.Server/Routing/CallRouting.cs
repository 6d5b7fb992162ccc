using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Registrar;
using Parley.Server.Calls;
using Parley.Server.Configuration;
using Parley.Sip;

namespace Parley.Server.Routing;

/// <summary>
/// The server's main route: who may do what, and where a call goes. Users of the served domains register and are called here; other
/// calls go by the configured routes, each for its own sources; a foreign domain is for trusted sources only, so that the server is no open
/// relay. A request with a To tag is no exception: it passes when it belongs to a call of this server.
/// </summary>
internal sealed class CallRouting(SipRegistrar registrar, ServerConfiguration configuration)
{
    private readonly DialogFlags _flags = configuration.DialogFlags;
    private readonly bool _registers = configuration.TakesRegistrations;
    private volatile RouteTable _routes = new(configuration);
    private volatile byte[]? _retryAfter;

    /// <summary>Takes effect for the next request; those on their way keep what they have.</summary>
    public void Use(RouteTable routes) => _routes = routes;

    /// <summary>OPTIONS to the server gets 503 from now on, so that an element that probes it sends its calls elsewhere.</summary>
    /// <param name="retryAfter">Its Retry-After, in seconds.</param>
    public void StartDraining(int retryAfter) => _retryAfter = Encoding.ASCII.GetBytes($"Retry-After: {retryAfter}\r\n");

    public ValueTask OnRequestAsync(SipContext context) => context.IsInDialog ? OnSequentialAsync(context) : OnInitialAsync(context);

    private async ValueTask OnSequentialAsync(SipContext context)
    {
        context.LooseRoute();
        // A party that gave no contact but its number here is where the user has registered; any other is where the dialog knows it to be.
        if (LeadsHere(context) && context.MatchDialog() && !context.FixRouteDialog())
            registrar.Table.AddTargets(context);
        await context.RelayInDialogAsync(_routes.Trusts(SourceOf(context)));
    }

    private static System.Net.IPAddress SourceOf(SipContext context) => context.Source.Remote.ToIPAddress();

    /// <summary>Its Routes are used up and the request-URI names us: to follow it would be to send the request to ourselves.</summary>
    private static bool LeadsHere(SipContext context) => context.RemainingRoutes.Count == 0 && context.IsOwn(context.RequestUri);

    private ValueTask OnInitialAsync(SipContext context)
    {
        var routes = _routes;
        var source = SourceOf(context);
        var trusted = routes.Trusts(source);
        if (!ConsumeRoutes(context, trusted))
            return ValueTask.CompletedTask;
        if (!SipUriView.TryParse(context.RequestUriText, out var uri))
        {
            return Answer(context, 400, "Bad Request-URI", "the request-URI cannot be read");
        }
        if (uri.Scheme == SipUriScheme.Tel)
        {
            if (context.Method == SipMethod.Register)
                return Answer(context, 400, "Bad Request-URI", "a tel URI names no registrar");
            // A number that belongs to a domain is a user there; any other is for the prefix routes.
            if (!DialledUri.TryPlaceInDomain(uri, out var placed))
                return ToUser(context, uri, routes, source);
            context.SetRequestUri(placed.Bytes);
            uri = placed.View;
        }
        var own = context.IsOwn(uri) || routes.Serves(uri.HostText);
        if (context.Method == SipMethod.Register && own)
            return Register(context);
        if (context.Method == SipMethod.Options && own && uri.User.IsEmpty)
        {
            if (_retryAfter is not { } lines)
                return Answer(context, 200, "OK", null);
            context.Reply(503, null, lines);
            return ValueTask.CompletedTask;
        }
        if (own)
            return ToUser(context, uri, routes, source);
        if (routes.FindByDomain(uri.HostText) is { } domain && routes.Allows(domain, source))
        {
            DomainFailover.Begin(context, domain);
            NoteRoute(context, "The domain of its request-URI has a route");
            return RelayTracked(context, domain.Relay);
        }
        if (!trusted)
            return Answer(context, 403, "Relaying denied", "the domain is not served here, and the source is not trusted");
        NoteRoute(context, "The source is trusted: it goes where its request-URI leads");
        return RelayTracked(context);
    }

    /// <summary>A preloaded Route of ours is taken off (16.4); one that leads elsewhere is for trusted sources.</summary>
    private static bool ConsumeRoutes(SipContext context, bool trusted)
    {
        if (context.Request.IndexOf(SipHeaderName.Route) < 0)
            return true;
        if (context.LooseRoute() && !trusted)
        {
            Reply(context, 403, "Preloaded Route denied", "it has a Route of its own, and the source is not trusted");
            return false;
        }
        return true;
    }

    private ValueTask Register(SipContext context)
    {
        if (!_registers)
            return Answer(context, 405, "Registrations are not taken here", "Registrar:Enabled is false");
        var answered = registrar.HandleAsync(context); // waits for the store only where the settings say so
        return answered.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(answered.AsTask());
    }

    /// <summary>A user here: to the registered contacts, else by the longest prefix.</summary>
    private ValueTask ToUser(SipContext context, SipUriView uri, RouteTable routes, System.Net.IPAddress source)
    {
        if (
            OwnNumber.IsAsked(context, uri)
            && OwnNumber.AddOthers(context, uri, registrar.Table) is var (others, hasOwn)
            && (others > 0 || hasOwn)
        )
            return others > 0 ? RelayTracked(context) : Answer(context, 480, "No other contact", "the user has no other contact");
        if (registrar.Table.AddTargets(context) > 0)
        {
            NoteRoute(context, "The user has registered: it goes to the contacts");
            return RelayTracked(context);
        }

        var user = DialledUri.NumberOf(uri);
        if (user.Length > 0 && routes.FindByPrefix(user) is { } route)
        {
            // The longest prefix decides: a shorter one that is open to more sources is not a way round it.
            if (!routes.Allows(route, source))
                return Answer(context, 403, "Not from there", "the source is not among the Sources of the route, nor trusted");
            NoteRoute(context, "The longest prefix of the routes decides", route.Prefix);
            if (route.Targets.Count > 1)
                return ToTargets(context, uri, route);
            if (DialledUri.Rewrite(route, route.Targets[0], uri) is not { } target)
                return Answer(context, 404, "Not Found", "nothing remains of the number for the route");
            context.AddTarget(target);
            return RelayTracked(context, route.Relay);
        }
        return Answer(context, 404, "No such user", "nobody has registered as this user, and no route matches");
    }

    /// <summary>One target after the other, each with the dialled user as the route has it.</summary>
    private ValueTask ToTargets(SipContext context, SipUriView uri, RouteConfiguration route)
    {
        var targets = new List<SipUri>(route.Targets.Count);
        foreach (var each in route.Targets)
        {
            if (DialledUri.Rewrite(route, each, uri) is { } target)
                targets.Add(target);
        }
        if (targets.Count == 0)
            return Answer(context, 404, "Not Found", "nothing remains of the number for the route");
        Track(context);
        var relayed = context.FailoverAsync(targets, route.Relay);
        return relayed.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(relayed.AsTask());
    }

    private async ValueTask RelayTracked(SipContext context, RelayOptions? options = null)
    {
        Track(context);
        await context.RelayAsync(options);
    }

    /// <summary>Which rule decided, for the recorder.</summary>
    private static void NoteRoute(SipContext context, string rule, string? prefix = null)
    {
        if (context.CallSteps.Sink is not null)
            context.CallSteps.Note(context.CallId, null, CallStep.Routed, 0, 0, prefix is null ? rule : $"{rule}: {prefix}");
    }

    private void Track(SipContext context)
    {
        if (context.Method == SipMethod.Invite)
            context.CreateDialog(_flags);
        if (context.Method is SipMethod.Invite or SipMethod.Subscribe or SipMethod.Refer or SipMethod.Notify)
            context.RecordRoute();
    }

    private static ValueTask Answer(SipContext context, int status, string? reason, string? why)
    {
        Reply(context, status, reason, why);
        return ValueTask.CompletedTask;
    }

    /// <param name="context">The request; an ACK is not answered.</param>
    /// <param name="status">The status.</param>
    /// <param name="reason">The reason phrase.</param>
    /// <param name="why">The reason in the log; it is not sent to the caller.</param>
    private static void Reply(SipContext context, int status, string? reason, string? why)
    {
        if (why is not null)
        {
            context.Get<CallAttempt>()?.Explain(why);
            context.Cause = why;
        }

        if (context.Method != SipMethod.Ack)
            context.Reply(
                status,
                reason,
                status == 200
                    ? Encoding.ASCII.GetBytes("Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER\r\nAccept: application/sdp\r\n")
                    : default
            );
    }
}
