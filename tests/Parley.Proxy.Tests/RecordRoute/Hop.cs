using System.Text;
using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

/// <summary>One request at one proxy: what 16.4 makes of it, and how it leaves.</summary>
internal sealed class Hop
{
    private readonly RoutingTransport _transport;
    private readonly SipFlow _source;

    public Hop(string request, RoutingTransport transport, int listener = 0)
    {
        Request = Parse(request);
        _transport = transport;
        _source = transport.From(listener);
        Result = RoutePreprocessing.Process(State, Request, _source, transport);
    }

    public SipMessage Request { get; }

    public RouteState State { get; } = new();

    public bool Result { get; }

    public RouteKind Kind => State.Kind;

    public string RequestUri => Text(State.RequestUri(Request));

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static SipMessage Parse(string text)
    {
        Assert.True(SipMessage.TryParse(Bytes(text), out var message), text);
        return message;
    }

    /// <summary>A request with what every request must have; lines end with "\r\n" each.</summary>
    public static string Of(string method, string uri, string lines = "", bool inDialog = true, string fromTag = "ft") =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1\r\n{lines}From: <sip:a@example.org>;tag={fromTag}\r\n"
        + $"To: <sip:b@example.net>{(inDialog ? ";tag=tt" : "")}\r\nCall-ID: c1\r\nCSeq: 2 {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";

    public string? Parameter(string name, int occurrence = 0) =>
        State.TryGetParameter(Request, Bytes(name), occurrence, out var value) ? Text(value) : null;

    public List<string> Remaining()
    {
        var routes = new List<string>();
        foreach (var route in State.Remaining(Request))
            routes.Add(Text(route.UriText));
        return routes;
    }

    public string NextHop(BranchTarget? target = null) =>
        Text(RouteForwarding.NextHop(State, Request, target is null ? State.RequestUri(Request) : target.Uri.Bytes, target?.Path ?? []));

    /// <summary>The copy's bytes, without the steps that are not routing (Via, Max-Forwards).</summary>
    public string Forward(BranchTarget? target = null, ProxyOptions? recordRoute = null, int outbound = 0)
    {
        var edits = new SipEdits();
        edits.Reset(Request);
        var uri = target is null ? State.RequestUri(Request) : target.Uri.Bytes;
        var isSips =
            Text(uri).StartsWith("sips:", StringComparison.Ordinal) || NextHop(target).StartsWith("sips:", StringComparison.Ordinal);
        RouteForwarding.Write(edits, State, uri, target?.Path ?? []);
        if (recordRoute is not null)
            RecordRouteWriter.Push(edits, _source.Listener, _transport.Listeners[outbound], isSips, recordRoute, State.Parameters);
        var buffer = new byte[edits.Length];
        return Text(buffer.AsSpan(0, edits.WriteTo(buffer)));
    }

    /// <summary>Request-URI and Route URIs of a message.</summary>
    public static (string Uri, List<string> Routes) RoutingOf(string message)
    {
        var parsed = Parse(message);
        var routes = new List<string>();
        foreach (var route in parsed.Routes)
            routes.Add(Text(route.UriText));
        return (Text(parsed.RequestUri), routes);
    }

    public static List<string> RecordRoutesOf(string message)
    {
        var parsed = Parse(message);
        var routes = new List<string>();
        foreach (var route in parsed.RecordRoutes)
            routes.Add(Text(route.Text));
        return routes;
    }
}
