using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Registrar;
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
    private readonly bool _registers = configuration.Registrar.Enabled;
    private volatile RouteTable _routes = new(configuration);

    /// <summary>Takes effect for the next request; those on their way keep what they have.</summary>
    public void Use(RouteTable routes) => _routes = routes;

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
            context.Reply(400, "Bad Request-URI");
            return ValueTask.CompletedTask;
        }
        if (uri.Scheme == SipUriScheme.Tel)
        {
            if (context.Method == SipMethod.Register)
                return Answer(context, 400, "Bad Request-URI");
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
            return Answer(context, 200, "OK");
        if (own)
            return ToUser(context, uri, routes, source);
        if (routes.FindByDomain(uri.HostText) is { } domain && routes.Allows(domain, source))
        {
            context.SetDestination(domain.Target);
            return RelayTracked(context);
        }
        return trusted ? RelayTracked(context) : Answer(context, 403, "Relaying denied");
    }

    /// <summary>A preloaded Route of ours is taken off (16.4); one that leads elsewhere is for trusted sources.</summary>
    private static bool ConsumeRoutes(SipContext context, bool trusted)
    {
        if (context.Request.IndexOf(SipHeaderName.Route) < 0)
            return true;
        if (context.LooseRoute() && !trusted)
        {
            context.Reply(403, "Preloaded Route denied");
            return false;
        }
        return true;
    }

    private ValueTask Register(SipContext context)
    {
        if (!_registers)
            return Answer(context, 405, "Registrations are not taken here");
        registrar.Handle(context);
        return ValueTask.CompletedTask;
    }

    /// <summary>A user here: wherever he has registered, else by the longest prefix.</summary>
    private ValueTask ToUser(SipContext context, SipUriView uri, RouteTable routes, System.Net.IPAddress source)
    {
        if (
            OwnNumber.IsAsked(context, uri)
            && OwnNumber.AddOthers(context, uri, registrar.Table) is var (others, hasOwn)
            && (others > 0 || hasOwn)
        )
            return others > 0 ? RelayTracked(context) : Answer(context, 480, "No other contact");
        if (registrar.Table.AddTargets(context) > 0)
            return RelayTracked(context);
        var user = DialledUri.NumberOf(uri);
        if (user.Length > 0 && routes.FindByPrefix(user) is { } route)
        {
            // The longest prefix decides: a shorter one that is open to more sources is not a way round it.
            if (!routes.Allows(route, source))
                return Answer(context, 403, "Not from there");
            if (DialledUri.Rewrite(route, uri) is not { } target)
                return Answer(context, 404, "Not Found");
            context.AddTarget(target);
            return RelayTracked(context);
        }
        return Answer(context, 404, "No such user");
    }

    private static async ValueTask RelayTracked(SipContext context)
    {
        if (context.Method == SipMethod.Invite)
            context.CreateDialog();
        if (context.Method is SipMethod.Invite or SipMethod.Subscribe or SipMethod.Refer or SipMethod.Notify)
            context.RecordRoute();
        await context.RelayAsync();
    }

    private static ValueTask Answer(SipContext context, int status, string? reason)
    {
        if (context.Method != SipMethod.Ack)
            context.Reply(
                status,
                reason,
                status == 200
                    ? Encoding.ASCII.GetBytes("Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER\r\nAccept: application/sdp\r\n")
                    : default
            );
        return ValueTask.CompletedTask;
    }
}
