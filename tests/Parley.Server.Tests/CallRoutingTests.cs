using System.Text;
using Microsoft.Extensions.Configuration;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Sip;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The server's main route on a simulated network: the server at 10.0.0.9, served domain example.com, a gateway at 10.0.0.7.</summary>
public sealed class CallRoutingTests : IDisposable
{
    private readonly ServerFixture _fixture = new(
        new()
        {
            ["Routes:0:Prefix"] = "+",
            ["Routes:0:Target"] = "sip:10.0.0.7",
            ["Routes:0:Sources:0"] = "10.0.0.0/8",
            ["Routes:1:Sources:0"] = "10.0.0.0/8",
            ["Routes:1:Prefix"] = "*",
            ["Routes:1:Target"] = "sip:10.0.0.7",
        }
    );

    public CallRoutingTests()
    {
        _fixture.Bind("sip:bob@example.com", "sip:bob@10.0.0.2");
        _fixture.Bind("sip:7042@example.com", "sip:bob@10.0.0.2");
    }

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("sip:*72@example.com", "sip:*72@10.0.0.7")]
    [InlineData("sip:+49%2330@10.0.0.9;user=phone", "sip:+49%2330@10.0.0.7;user=phone")]
    [InlineData("tel:+49-30-1234", "sip:+49301234@10.0.0.7;user=phone")]
    [InlineData("tel:+49-30-1234;isub=5", "sip:+49301234;isub=5@10.0.0.7;user=phone")]
    public void A_number_goes_by_its_prefix(string dialled, string sent)
    {
        Send("MESSAGE", dialled);
        Assert.Equal(sent, _fixture.Gateway.RequestUri);
    }

    [Fact]
    public void A_local_number_of_a_served_domain_is_a_user_here()
    {
        Send("MESSAGE", "tel:70-42;phone-context=example.com");
        Assert.Equal("sip:bob@10.0.0.2", _fixture.Bob.RequestUri);
    }

    [Theory]
    [InlineData("tel:7042", 404)] // no route of that prefix
    [InlineData("tel:7042;phone-context=elsewhere.example", 403)] // a foreign domain
    public void A_number_that_leads_nowhere_is_refused(string dialled, int status) => Assert.Equal(status, Send("MESSAGE", dialled));

    [Fact]
    public void A_tel_URI_is_nobody_to_register_at() => Assert.Equal(400, Send("REGISTER", "tel:+4930"));

    [Theory]
    [InlineData("<sip:example.com;lr>")]
    [InlineData("<sip:Example.COM:5060;lr>")]
    [InlineData("<sip:10.0.0.9;lr>")]
    public void A_Route_by_a_served_domain_is_ours(string route)
    {
        Send("MESSAGE", "sip:bob@example.com", $"Route: {route}\r\n");
        Assert.Equal("sip:bob@10.0.0.2", _fixture.Bob.RequestUri);
        Assert.True(_fixture.Bob.Heard[0].IndexOf(SipHeaderName.Route) < 0);
    }

    [Fact]
    public void Domains_are_own_names_and_so_are_those_of_a_reload()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Listeners:0:Endpoint"] = "udp:127.0.0.1:45917",
            ["Domains:0"] = "example.com",
            ["Aliases:0"] = "sip.example.net",
        };
        using var application = ApplicationSetup.Build(ServerFixture.Read(settings), new ConfigurationBuilder().Build());
        Assert.True(IsOwn("example.com") && IsOwn("sip.example.net") && !IsOwn("example.org"));
        settings["Domains:0"] = "example.org";
        settings["Aliases:0"] = "sip2.example.net";
        ApplicationSetup.Rename(application, ServerFixture.Read(settings));
        Assert.True(IsOwn("example.org") && IsOwn("sip2.example.net") && !IsOwn("example.com") && !IsOwn("sip.example.net"));
        Assert.NotNull(application.Transport.FindOwn("example.org"u8, 0, default));
        Assert.Empty(
            RestartNeeds.Between(
                ServerFixture.Read(new() { ["Aliases:0"] = "a.example" }),
                ServerFixture.Read(new() { ["Domains:0"] = "b.example" })
            )
        );

        bool IsOwn(string host) => application.Transport.IsOwn(Encoding.ASCII.GetBytes(host), 0);
    }

    /// <summary>Sends a request and gives back the final status.</summary>
    private int Send(string method, string uri, string lines = "")
    {
        _fixture.Alice.Send(
            $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKt1\r\nMax-Forwards: 70\r\nFrom: <sip:alice@elsewhere.example>;tag=f\r\nTo: <{uri}>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        _fixture.Run(100);
        return _fixture.Alice.Heard.Where(m => m.StatusCode >= 200).Select(m => m.StatusCode).LastOrDefault();
    }
}
