using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Parley.Server.Configuration;
using Parley.Server.Routing;
using Parley.Server.Terminal;
using Parley.Sip;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley routes</c>: the routes of the settings, and by which of them a number would go. It asks no server.</summary>
internal static class RoutesCommand
{
    public static Command Create(Option<string?> file)
    {
        var numbers = new Argument<string[]>("number")
        {
            Description = "Numbers, users or URIs: which route each would take, and to what.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var source = new Option<IPAddress>("--source")
        {
            Description = "Where the call is thought to come from.",
            HelpName = "address",
            DefaultValueFactory = static _ => IPAddress.Loopback,
            CustomParser = static result =>
            {
                if (IPAddress.TryParse(result.Tokens[0].Value, out var address))
                    return address;
                result.AddError($"--source: \"{result.Tokens[0].Value}\" is no IP address");
                return null;
            },
        };
        var json = new Option<bool>("--json") { Description = "JSON in place of tables." };
        var command = new ExampledCommand(
            "routes",
            "Shows the routes of the settings, and which one a number would take. Asks no server.",
            "parley routes -c parley.json",
            "parley routes -c parley.json 004930123456 --source 192.0.2.7"
        )
        {
            numbers,
            source,
            json,
        };
        command.SetAction(parsed =>
        {
            var (configuration, _, errors) = ConfigurationLoader.Load(parsed.GetValue(file), readCertificates: false);
            if (configuration is null)
                return ParleyCommand.Refuse(errors);
            var asked = parsed.GetValue(numbers) ?? [];
            var screen = Screen.Of(parsed);
            if (asked.Length == 0)
                return All(screen, configuration, parsed.GetValue(json));
            var answers = asked.Select(n => Answer(configuration, n, parsed.GetValue(source)!)).ToList();
            Write(screen, answers, parsed.GetValue(json));
            return answers.All(static a => a.Targets.Count > 0) ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    private static int All(Screen screen, ServerConfiguration configuration, bool isJson)
    {
        if (isJson)
        {
            Json(
                screen,
                writer =>
                {
                    for (var i = 0; i < configuration.Routes.Count; i++)
                        WriteRoute(writer, configuration.Routes[i], i);
                }
            );
            return ExitCodes.Done;
        }
        var table = new ScreenTable(">ROUTE", "MATCHES", "STRIP", "PREPEND", "TARGETS", "SOURCES");
        for (var i = 0; i < configuration.Routes.Count; i++)
        {
            var route = configuration.Routes[i];
            table.Add(
                i.ToString(CultureInfo.InvariantCulture),
                MatchOf(route),
                route.Strip > 0 ? route.Strip.ToString(CultureInfo.InvariantCulture) : "",
                route.Prepend,
                string.Join(", ", route.Targets),
                route.Sources is null ? "this machine, TrustedSources" : string.Join(", ", route.Sources)
            );
        }
        if (table.Count > 0)
            screen.Write(table);
        else
            screen.Line("There are no routes.");
        return ExitCodes.Done;
    }

    private sealed record RouteAnswer(string Asked, RouteConfiguration? Route, int Index, IReadOnlyList<string> Targets, string Why);

    private static RouteAnswer Answer(ServerConfiguration configuration, string asked, IPAddress source)
    {
        var text = asked.Contains(':', StringComparison.Ordinal) ? asked : $"sip:{EscapedUser(asked)}@{OwnHost(configuration)}";
        if (!SipUri.TryParse(text, out var uri))
            return new RouteAnswer(asked, null, -1, [], "it is no URI");
        var routes = new RouteTable(configuration);
        var view = uri.View;
        if (view.Scheme != SipUriScheme.Tel && !IsOwn(configuration, routes, view.HostText))
            return ByDomain(configuration, routes, asked, view.HostText, source);
        var route = routes.FindByPrefix(DialledUri.NumberOf(view));
        if (route is null)
            return new RouteAnswer(asked, null, -1, [], "no route matches: 404 unless a phone has registered so");
        if (!routes.Allows(route, source))
            return new RouteAnswer(asked, route, IndexOf(configuration, route), [], $"403: {source} is not among its sources, nor trusted");
        List<string> targets =
        [
            .. route.Targets.Select(t => DialledUri.Rewrite(route, t, uri.View)).OfType<SipUri>().Select(static t => t.ToString()),
        ];
        return new RouteAnswer(
            asked,
            route,
            IndexOf(configuration, route),
            targets,
            targets.Count == 0 ? "404: nothing remains of the number" : "unless a phone has registered so"
        );
    }

    private static RouteAnswer ByDomain(ServerConfiguration configuration, RouteTable routes, string asked, string host, IPAddress source)
    {
        if (routes.FindByDomain(host) is { } route && routes.Allows(route, source))
            return new RouteAnswer(
                asked,
                route,
                IndexOf(configuration, route),
                [.. route.Targets.Select(static t => t.ToString())],
                "the request-URI stays"
            );
        return routes.Trusts(source)
            ? new RouteAnswer(asked, null, -1, [asked], "relayed as it is: the source is trusted")
            : new RouteAnswer(asked, null, -1, [], $"403: the domain is not served here, and {source} is not trusted");
    }

    private static bool IsOwn(ServerConfiguration configuration, RouteTable routes, string host) =>
        routes.Serves(host)
        || configuration.Aliases.Any(a => a.Split(':')[0].Equals(host, StringComparison.OrdinalIgnoreCase))
        || configuration.Listeners.Any(l =>
            l.EndPoint.ToIPEndPoint().Address.ToString() == host.Trim('[', ']') || l.AdvertisedHost == host
        );

    private static string OwnHost(ServerConfiguration configuration) =>
        configuration.Domains.Count > 0 ? configuration.Domains[0] : HostOf(configuration.Listeners[0].EndPoint.ToIPEndPoint().Address);

    private static string HostOf(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static string EscapedUser(string text) => text.Replace("#", "%23", StringComparison.Ordinal);

    private static int IndexOf(ServerConfiguration configuration, RouteConfiguration route) => configuration.Routes.ToList().IndexOf(route);

    private static string MatchOf(RouteConfiguration route) => route.Prefix is { } prefix ? $"{prefix}*" : $"@{route.Domain}";

    private static void Write(Screen screen, List<RouteAnswer> answers, bool isJson)
    {
        if (isJson)
        {
            Json(
                screen,
                writer =>
                {
                    foreach (var answer in answers)
                        WriteAnswer(writer, answer);
                }
            );
            return;
        }
        var table = new ScreenTable("NUMBER", ">ROUTE", "MATCHES", "TARGETS", "NOTE");
        foreach (var answer in answers)
        {
            table.AddIn(
                answer.Targets.Count == 0 ? "red" : null,
                answer.Asked,
                answer.Route is null ? "-" : answer.Index.ToString(CultureInfo.InvariantCulture),
                answer.Route is null ? "" : MatchOf(answer.Route),
                string.Join(", ", answer.Targets),
                answer.Why
            );
        }
        screen.Write(table);
    }

    private static void WriteRoute(Utf8JsonWriter writer, RouteConfiguration route, int index)
    {
        writer.WriteStartObject();
        writer.WriteNumber("route", index);
        if (route.Prefix is { } prefix)
            writer.WriteString("prefix", prefix);
        else
            writer.WriteString("domain", route.Domain);
        writer.WriteNumber("strip", route.Strip);
        writer.WriteString("prepend", route.Prepend);
        Texts(writer, "targets", route.Targets.Select(static t => t.ToString()));
        if (route.Sources is { } sources)
            Texts(writer, "sources", sources.Select(static s => s.ToString()));
        writer.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter writer, RouteAnswer answer)
    {
        writer.WriteStartObject();
        writer.WriteString("number", answer.Asked);
        if (answer.Route is not null)
            writer.WriteNumber("route", answer.Index);
        Texts(writer, "targets", answer.Targets);
        writer.WriteString("note", answer.Why);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void Json(Screen screen, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartArray();
            write(writer);
            writer.WriteEndArray();
        }
        screen.Raw(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
