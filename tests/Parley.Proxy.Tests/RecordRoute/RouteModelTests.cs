using CsCheck;
using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

/// <summary>Any mixture of own, foreign, loose and strict hops against RFC 3261 16.4, 16.6 step 6 and RFC 5658 written down as operations on a list.</summary>
public sealed class RouteModelTests
{
    private static readonly RoutingTransport Transport = RoutingTransport.Create("proxy.example.com");

    private static readonly string[] Forms =
    [
        "sip:n{0}@192.0.2.1:5060;lr",
        "sip:n{0}@proxy.example.com;lr",
        "sip:n{0}@192.0.2.1",
        "sip:n{0}@192.0.2.1;r2=on;lr",
        "sip:n{0}@[2001:db8::1]:5060;r2=on;lr",
        "sip:n{0}@p2.example;lr",
        "sip:n{0}@p2.example",
        "sip:n{0}@203.0.113.4:5070;transport=tcp;lr",
        "sip:n{0}@p3.example;r2=on;lr",
        "sip:n{0}@proxy.example.com;gr=1",
        "sip:192.0.2.1:5060;x={0}",
        "sip:proxy.example.com;x={0};lr",
    ];

    private static readonly Gen<string> AnyUri = Gen.Select(
        Gen.Int[0, 99],
        Gen.Int[0, Forms.Length - 1],
        (number, form) =>
            Forms[form].Replace("{0}", number.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
    );

    private sealed record Case(string Uri, string[] Routes, bool[] OwnLine, bool InDialog, string? Target, string[] Path);

    private static readonly Gen<Case> AnyCase = Gen.Select(
        AnyUri,
        AnyUri.Array[0, 6],
        Gen.Bool.Array[6],
        Gen.Bool,
        AnyUri,
        Gen.Int[0, 3],
        AnyUri.Array[0, 2],
        (uri, routes, lines, inDialog, target, targeted, path) =>
            new Case(uri, routes, lines, inDialog, targeted > 0 ? null : target, targeted > 0 ? [] : path)
    );

    [Fact]
    public void Forwarding_equals_the_model() =>
        AnyCase.Sample(
            one =>
            {
                var lines = "";
                for (var i = 0; i < one.Routes.Length; i++)
                    lines += (i == 0 || one.OwnLine[i] ? (i == 0 ? "" : "\r\n") + "Route: " : ", ") + $"<{one.Routes[i]}>";
                if (lines.Length > 0)
                    lines += "\r\n";
                var request = Hop.Of("BYE", one.Uri, lines, one.InDialog);
                var hop = new Hop(request, Transport);
                var target = one.Target is null
                    ? null
                    : new BranchTarget { Uri = Parley.Sip.SipUri.Parse(one.Target), Path = [.. one.Path.Select(p => Hop.Bytes($"<{p}>"))] };
                var expected = Model(one, out var nextHop, out var result);
                Assert.Equal(result, hop.Result);
                Assert.Equal(nextHop, hop.NextHop(target));
                var sent = hop.Forward(target);
                var (uri, routes) = Hop.RoutingOf(sent);
                Assert.Equal(expected.Uri, uri);
                Assert.Equal(expected.Routes, routes);
                // Nothing else moved.
                Assert.Equal(Rest(request), Rest(sent));
            },
            iter: 20_000
        );

    private static (string Uri, List<string> Routes) Model(Case one, out string nextHop, out bool result)
    {
        var uri = one.Uri;
        var routes = one.Routes.ToList();
        var hadRoute = routes.Count > 0;
        var openPair = false;
        // 16.4: is the request-URI what we put into a Record-Route?
        if (
            hadRoute
            && IsOwn(uri)
            && !uri.Contains(";gr", StringComparison.Ordinal)
            && (IsLoose(uri) || (one.InDialog && !uri.Contains('@', StringComparison.Ordinal) && !IsOwn(routes[0])))
        )
        {
            openPair = IsDouble(uri);
            uri = routes[^1];
            routes.RemoveAt(routes.Count - 1);
        }
        // 16.4: is the first Route ours?
        if (routes.Count > 0 && IsOwn(routes[0]))
        {
            var isFirstOfPair = IsDouble(routes[0]) && !openPair;
            routes.RemoveAt(0);
            if (isFirstOfPair && routes.Count > 0 && IsOwn(routes[0]) && IsDouble(routes[0]))
                routes.RemoveAt(0);
        }
        result = hadRoute && (one.InDialog || routes.Count > 0);
        // 16.6 step 2 and RFC 3327
        if (one.Target is not null)
            uri = one.Target;
        routes.InsertRange(0, one.Path);
        nextHop = routes.Count > 0 ? routes[0] : uri;
        // 16.6 step 6
        if (routes.Count > 0 && !IsLoose(routes[0]))
        {
            routes.Add(uri);
            uri = routes[0];
            routes.RemoveAt(0);
        }
        return (uri, routes);
    }

    private static bool IsOwn(string uri) =>
        uri.StartsWith("sip:192.0.2.1", StringComparison.Ordinal)
        || uri.StartsWith("sip:proxy.example.com", StringComparison.Ordinal)
        || uri.Contains("@192.0.2.1", StringComparison.Ordinal)
        || uri.Contains("@proxy.example.com", StringComparison.Ordinal)
        || uri.Contains("@[2001:db8::1]", StringComparison.Ordinal);

    private static bool IsLoose(string uri) => uri.EndsWith(";lr", StringComparison.Ordinal);

    private static bool IsDouble(string uri) => uri.Contains(";r2", StringComparison.Ordinal);

    private static string Rest(string message) =>
        string.Join('\n', message.Split("\r\n").Skip(1).Where(line => !line.StartsWith("Route:", StringComparison.Ordinal)));
}
