using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.WorstCase;

/// <summary>The server with its own routing on <see cref="StubNetwork"/>, on a clock that stands still while a datagram is dealt with.</summary>
internal sealed partial class MeasuredServer : IDisposable
{
    private const int ThreadCpu = 3; // CLOCK_THREAD_CPUTIME_ID
    private readonly SimulatedClock _clock = new();
    private readonly ParleyApplication _application;
    private readonly SipFlow _caller,
        _callee;
    private readonly List<(string User, int Contacts)> _users = [];
    private string _route = "";
    private int _registrations;

    public MeasuredServer(IConfigurationRoot settings)
    {
        var errors = new List<string>();
        ServerConfiguration configuration = ConfigurationRules.Read(settings.GetSection("Parley"), AppContext.BaseDirectory, errors);
        if (errors.Count > 0)
            throw new InvalidOperationException(errors[0]);
        _application = ApplicationSetup.Build(
            configuration,
            settings,
            change: builder =>
            {
                builder.Logging.ClearProviders();
                Network.Limits = builder.Transport.Limits;
                builder
                    .UseTransport(Network)
                    .UseTimeProvider(_clock)
                    .UseRandom(SipRandom.FromSeed(1))
                    .UseLocator(new SimulatedServerLocator());
            }
        );
        ApplicationSetup.Route(_application, configuration);
        _application.StartAsync().GetAwaiter().GetResult();
        _caller = new SipFlow(Network.Listeners[0], SipEndPoint.From(IPAddress.Parse("10.9.9.9"), 5060));
        _callee = new SipFlow(Network.Listeners[0], SipEndPoint.From(IPAddress.Parse("10.2.2.2"), 5060));
    }

    public StubNetwork Network { get; } = new();

    /// <summary>Deals with one datagram: µs of this thread's CPU.</summary>
    public double Cost(string text)
    {
        byte[] datagram = Encoding.Latin1.GetBytes(text);
        SipFlow flow = text.StartsWith("SIP/2.0", StringComparison.Ordinal) ? _callee : _caller;
        Network.Load(datagram);
        Network.Keeps = false;
        long before = Now();
        Network.Deliver(datagram.Length, flow);
        return (Now() - before) / 1e3;
    }

    /// <summary>Ends what was begun: all transactions, and whatever else has no life of its own.</summary>
    public void Settle()
    {
        _clock.RunFor(TimeSpan.FromSeconds(40));
        foreach ((string user, int contacts) in _users)
            Refresh(user, contacts);
    }

    public void Dispose() => _application.Dispose();

    public static string Request(string method, string uri, int n, string? to = null, string toTag = "") =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK{n}\r\nMax-Forwards: 70\r\nFrom: <sip:a@example.com>;tag=f\r\nTo: <{to ?? uri}>{toTag}\r\nCall-ID: c{n}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
        );

    public void Register(string user, int contacts)
    {
        _users.Add((user, contacts));
        Refresh(user, contacts);
    }

    private void Refresh(string user, int contacts) =>
        Deliver(
            Request("REGISTER", "sip:example.com", --_registrations, to: $"sip:{user}@example.com")
                .Replace(
                    "Content-Length",
                    string.Concat(Enumerable.Range(0, contacts).Select(i => $"Contact: <sip:{i}@10.2.2.2>\r\n")) + "Content-Length",
                    StringComparison.Ordinal
                ),
            _caller
        );

    /// <summary>INVITE, 200 and ACK of a call to bob.</summary>
    public void Establish(string callId, string tag, int n)
    {
        string invite = Request("INVITE", "sip:bob@example.com", n)
            .Replace($"Call-ID: c{n}", $"Call-ID: {callId}", StringComparison.Ordinal)
            .Replace(";tag=f", $";tag={tag}", StringComparison.Ordinal)
            .Replace("Content-Length", "Contact: <sip:a@10.9.9.9>\r\nContent-Length", StringComparison.Ordinal)
            .Replace("z9hG4bK", $"z9hG4bKe{tag}", StringComparison.Ordinal)
            .Replace("CSeq: 1 ", $"CSeq: {n + 1} ", StringComparison.Ordinal);
        string sent = Last("INVITE", invite);
        _route = Line(sent, "Record-Route");
        Deliver(ResponseTo(sent, "200 OK", $";tag=t\r\nRecord-Route: {_route}\r\nContact: <sip:0@10.2.2.2>"), _callee);
        Deliver(
            Request("ACK", "sip:0@10.2.2.2", n, toTag: ";tag=t")
                .Replace($"Call-ID: c{n}", $"Call-ID: {callId}", StringComparison.Ordinal)
                .Replace(";tag=f", $";tag={tag}", StringComparison.Ordinal)
                .Replace("To: <sip:0@10.2.2.2>", "To: <sip:bob@example.com>", StringComparison.Ordinal)
                .Replace("Max-", $"Route: {_route}\r\nMax-", StringComparison.Ordinal)
                .Replace("z9hG4bK", $"z9hG4bKa{tag}", StringComparison.Ordinal)
                .Replace("CSeq: 1 ", $"CSeq: {n + 1} ", StringComparison.Ordinal),
            _caller
        );
    }

    public void EstablishMany(int count, bool ownTags)
    {
        for (int i = 0; i < count; i++)
        {
            Establish("d", ownTags ? $"f{(i == 0 ? "" : i)}" : "f", ownTags ? 0 : i);
            if (i % 2_000 == 1_999)
                Settle();
        }
    }

    public string InDialog(string method, int n, bool withRoute) =>
        Request(method, withRoute ? "sip:0@10.2.2.2" : "sip:bob@example.com", n, to: "sip:bob@example.com", toTag: ";tag=t")
            .Replace($"Call-ID: c{n}", "Call-ID: d", StringComparison.Ordinal)
            .Replace($"CSeq: 1 {method}", $"CSeq: {n + 50_000} {method}", StringComparison.Ordinal)
            .Replace("Max-", withRoute ? $"Route: {_route}\r\nMax-" : "Max-", StringComparison.Ordinal);

    public string Cancel(int n)
    {
        string invite = Request("INVITE", "sip:bob@example.com", n);
        string sent = Last("INVITE", invite);
        Deliver(ResponseTo(sent, "180 Ringing", ";tag=t"), _callee);
        return invite.Replace("INVITE", "CANCEL", StringComparison.Ordinal);
    }

    public string Answer(string status, int n, string method = "INVITE") =>
        ResponseTo(Last(method, Request(method, "sip:bob@example.com", n)), status, ";tag=t");

    public string LastChallenge(int n)
    {
        Network.Keeps = true;
        Network.Sent.Clear();
        Deliver(Request("INVITE", "sip:many@example.com", n), _caller);
        string[] sent =
        [
            .. Network.Sent.Select(Encoding.Latin1.GetString).Where(static text => text.StartsWith("INVITE", StringComparison.Ordinal)),
        ];
        string challenges = string.Concat(
            Enumerable.Range(0, 7).Select(static i => $"\r\nWWW-Authenticate: Digest realm=\"{i}\", nonce=\"{new string('n', 8_000)}\"")
        );
        foreach (string one in sent[..^1])
            Deliver(ResponseTo(one, "401 Unauthorized", ";tag=t" + challenges), _callee);
        return ResponseTo(sent[^1], "401 Unauthorized", ";tag=t");
    }

    private string Last(string method, string request)
    {
        Network.Keeps = true;
        Network.Sent.Clear();
        Deliver(request, _caller);
        Network.Keeps = false;
        return Network.Sent.Select(Encoding.Latin1.GetString).LastOrDefault(text => text.StartsWith(method, StringComparison.Ordinal))
            ?? throw new InvalidOperationException(
                $"No {method} was relayed: {(Network.Sent.Count > 0 ? Encoding.Latin1.GetString(Network.Sent[^1]) : "nothing sent")}"
            );
    }

    private static string ResponseTo(string request, string status, string afterTo) =>
        $"SIP/2.0 {status}\r\n{string.Concat(request.Split("\r\n").Where(static line => line.StartsWith("Via:", StringComparison.Ordinal)).Select(static line => line + "\r\n"))}"
        + $"From: {Line(request, "From")}\r\nTo: {Line(request, "To")}{afterTo}\r\nCall-ID: {Line(request, "Call-ID")}\r\nCSeq: {Line(request, "CSeq")}\r\nContent-Length: 0\r\n\r\n";

    private static string Line(string message, string header) =>
        message.Split("\r\n").First(line => line.StartsWith(header + ":", StringComparison.Ordinal))[(header.Length + 2)..];

    private void Deliver(string text, in SipFlow flow) => Network.Deliver(Encoding.Latin1.GetBytes(text), flow);

    private static long Now()
    {
        _ = ClockGetTime(ThreadCpu, out TimeSpec time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
