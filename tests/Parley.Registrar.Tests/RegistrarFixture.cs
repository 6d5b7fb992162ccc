using Parley.Proxy.Tests.RecordRoute;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Registrar.Tests;

/// <summary>A registrar on a simulated clock, asked with REGISTER requests as text.</summary>
internal sealed class RegistrarFixture : IDisposable
{
    private uint _cseq;

    public RegistrarFixture(RegistrarOptions? options = null)
    {
        Table = new LocationTable(Clock, SipRandom.FromSeed(1), options);
        Registrar = new SipRegistrar(Table, Clock);
        Table.Changed += (_, change) => Changes.Add($"{change.Kind} {change.Address} {Text(change.Binding.Contact)}");
    }

    public SimulatedClock Clock { get; } = new();

    public LocationTable Table { get; }

    public SipRegistrar Registrar { get; }

    public RoutingTransport Transport { get; } = RoutingTransport.Create();

    public List<string> Changes { get; } = [];

    public void Dispose() => Table.Dispose();

    public (int Status, string Lines) Register(
        string lines,
        string callId = "reg1",
        uint? cseq = null,
        string to = "sip:alice@example.com",
        SipFlow? source = null,
        string via = "SIP/2.0/UDP 198.51.100.7:5060;rport;branch=z9hG4bKr"
    )
    {
        var message = Hop.Parse(
            $"REGISTER sip:example.com SIP/2.0\r\nVia: {via}\r\nFrom: <{to}>;tag=1\r\nTo: <{to}>\r\nCall-ID: {callId}\r\n"
                + $"CSeq: {cseq ?? ++_cseq} REGISTER\r\nMax-Forwards: 70\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        var reply = Registrar.Answer(message, source ?? Transport.From(0));
        return (reply.StatusCode, Hop.Text(reply.HeaderLines.Span));
    }

    public string Contacts(string address = "sip:alice@example.com") =>
        string.Join(
            ' ',
            Table
                .Lookup(AddressOfRecord.Parse(address), address.StartsWith("sips:", StringComparison.Ordinal))
                .Select(target => Text(target.Uri))
        );

    public static string Text(SipUri uri) => Hop.Text(uri.Bytes);

    /// <summary>The Contact lines of a reply.</summary>
    public static List<string> ContactLines(string lines) =>
        [.. lines.Split("\r\n").Where(line => line.StartsWith("Contact: ", StringComparison.Ordinal)).Select(line => line[9..])];
}
