using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Hosting;

/// <summary>The routes of an application's configuration (section "Parley:Routes"), in the services once <see cref="ParleyBuilder.Configure"/> was called.</summary>
public sealed class RelayRoutes
{
    private static readonly string[] Known = ["Prefix", "Domain", "Strip", "Target", "Targets"];

    private readonly List<RelayRoute> _routes;

    /// <summary>Makes a table.</summary>
    /// <param name="routes">Its routes. Of several that fit, the domain goes before a prefix, and a longer prefix before a shorter one.</param>
    /// <exception cref="ArgumentException">A route has both prefix and domain or neither, a negative strip, or no target.</exception>
    public RelayRoutes(IEnumerable<RelayRoute> routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        RelayRoute[] given = [.. routes];
        if (
            Array.Exists(
                given,
                static r => string.IsNullOrEmpty(r.Prefix) == string.IsNullOrEmpty(r.Domain) || r.Strip < 0 || r.Targets.Count == 0
            )
        )
            throw new ArgumentException(
                "A route has either a prefix or a domain, nothing negative to strip, and a target.",
                nameof(routes)
            );
        _routes = [.. given.OrderByDescending(static r => r.Domain is null ? r.Prefix!.Length : int.MaxValue)];
    }

    /// <summary>The routes, in the order in which they are looked at.</summary>
    public IReadOnlyList<RelayRoute> All => _routes;

    /// <summary>The route for a URI; null when none fits.</summary>
    /// <param name="uri">A sip, sips or tel URI.</param>
    public RelayRoute? Find(SipUriView uri)
    {
        if (!uri.IsValid)
            return null;
        string user = uri.UserText,
            host = uri.HostText;
        foreach (RelayRoute route in _routes)
        {
            if (route.Domain is { } domain ? host.Equals(domain, StringComparison.OrdinalIgnoreCase) : Fits(user, route))
                return route;
        }

        return null;
    }

    /// <summary>Adds the targets of the route for the request-URI, first one first; false when none fits.</summary>
    /// <remarks>Whom to let through is the handler's to decide: a route says where to, not for whom.</remarks>
    /// <param name="context">The request.</param>
    public bool AddTargets(SipContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SipUriView dialled = context.RequestUri;
        if (Find(dialled) is not { } route)
            return false;
        string user = dialled.UserText[Math.Min(route.Strip, dialled.UserText.Length)..];
        int q = 1000;
        foreach (SipUri target in route.Targets)
            context.AddTarget(target.User.Length > 0 || user.Length == 0 ? target : WithUser(target, user), q--);
        return true;
    }

    internal static RelayRoutes Read(IConfiguration section, List<string> mistakes)
    {
        var routes = new List<RelayRoute>();
        foreach (IConfigurationSection child in section.GetChildren())
        {
            foreach (IConfigurationSection key in child.GetChildren())
            {
                if (!OptionsReader.IsOneOf(key.Key, Known))
                    OptionsReader.Unknown(key, Known, mistakes);
            }

            string? prefix = child["Prefix"],
                domain = child["Domain"];
            int strip = 0;
            if (string.IsNullOrEmpty(prefix) == string.IsNullOrEmpty(domain))
                mistakes.Add($"{child.Path}: give either Prefix or Domain");
            if (
                child["Strip"] is { } text
                && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out strip) && strip <= 64)
            )
                mistakes.Add($"{child.Path}:Strip: \"{text}\" is not allowed; give a whole number from 0 to 64");
            List<SipUri> targets = Targets(child, mistakes);
            if (targets.Count > 0 && string.IsNullOrEmpty(prefix) != string.IsNullOrEmpty(domain))
                routes.Add(new RelayRoute(domain is null ? prefix : null, domain, strip, targets));
        }

        return new RelayRoutes(routes);
    }

    private static List<SipUri> Targets(IConfigurationSection route, List<string> mistakes)
    {
        var targets = new List<SipUri>();
        IConfigurationSection one = route.GetSection("Target"),
            many = route.GetSection("Targets");
        foreach (IConfigurationSection target in one.Exists() ? [one, .. many.GetChildren()] : many.GetChildren())
        {
            if (SipUri.TryParse(target.Value, out SipUri? uri) && uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips)
                targets.Add(uri);
            else
                mistakes.Add($"{target.Path}: \"{target.Value}\" is not allowed; give a sip or sips URI");
        }

        if (!one.Exists() && !many.GetChildren().Any())
            mistakes.Add($"{route.Path}: give Target or Targets");
        return targets;
    }

    private static bool Fits(string user, RelayRoute route) => user.StartsWith(route.Prefix!, StringComparison.Ordinal);

    private static SipUri WithUser(SipUri target, string user)
    {
        SipUriView view = target.View;
        return SipUri.Create(target.Scheme, user, target.Host, target.Port, Encoding.UTF8.GetString(view.Parameters.Text));
    }
}
