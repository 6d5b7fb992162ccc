using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Hosting.Tests;

public sealed class ParleySectionTests
{
    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(static v => new KeyValuePair<string, string?>("Parley:" + v.Key, v.Value)))
            .Build()
            .GetSection("Parley");

    private static ParleyBuilder Read(params (string Key, string Value)[] values) =>
        new ParleyBuilder(new ServiceCollection()).Configure(Section(values));

    [Fact]
    public void Listeners_are_texts_or_objects()
    {
        ParleyBuilder builder = Read(
            ("Listeners:0", "udp:127.0.0.1:5070"),
            ("Listeners:1:Endpoint", "tls:192.0.2.1"),
            ("Listeners:1:Advertise", "sip.example.com:5090"),
            ("Listeners:1:ReceiveBufferSize", "65536"),
            ("Tls:CertificatePath", "a.pem"),
            ("Tls:PrivateKeyPath", "a.key"),
            ("Tls:ClientCertificates", "required")
        );
        SipListenerOptions udp = builder.Transport.Listeners[0],
            tls = builder.Transport.Listeners[1];
        Assert.Equal((SipProtocol.Udp, new IPEndPoint(IPAddress.Loopback, 5070)), (udp.Protocol, udp.EndPoint));
        Assert.Equal(
            (SipProtocol.Tls, 5061, "sip.example.com", 5090, 65_536),
            (tls.Protocol, tls.EndPoint.Port, tls.AdvertisedHost, tls.AdvertisedPort, tls.ReceiveBufferSize)
        );
        Assert.Equal(
            ("a.pem", "a.key", ClientCertificates.Required),
            (tls.Tls!.CertificatePath, tls.Tls.PrivateKeyPath, tls.Tls.ClientCertificates)
        );
        Assert.Null(udp.Tls);
    }

    [Fact]
    public void Options_are_set_by_the_names_of_their_properties()
    {
        ParleyBuilder builder = Read(
            ("Proxy:timerc", "200"),
            ("Proxy:HandlerWarning", "0.5"),
            ("Proxy:DeferLimit", "00:01:30"),
            ("Proxy:Relay:FirstResponseTimeout", "2.5"),
            ("Proxy:RecurseOnRedirect", "True"),
            ("Proxy:RouteKey", "000102030405060708090a0b0c0d0e0f"),
            ("Timers:T1", "0.25"),
            ("Timers:TimerB", "16"),
            ("Transactions:MaxServerTransactions", "5"),
            ("Locator:UseNaptr", "false"),
            ("Transport:BatchSize", "16"),
            ("Transport:Streams:MaxConnections", "7"),
            ("Transport:Limits:MaxHeaderCount", "99"),
            ("Transport:Aliases:0", "example.com")
        );
        Assert.Equal(TimeSpan.FromSeconds(200), builder.Proxy.TimerC);
        Assert.Equal(TimeSpan.FromMilliseconds(500), builder.Proxy.HandlerWarning);
        Assert.Equal(TimeSpan.FromSeconds(90), builder.Proxy.DeferLimit);
        Assert.Equal(TimeSpan.FromSeconds(2.5), builder.Proxy.Relay.FirstResponseTimeout);
        Assert.True(builder.Proxy.RecurseOnRedirect);
        Assert.Equal(16, builder.Proxy.RouteKey.Length);
        Assert.Equal((TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(16)), (builder.Timers.T1, builder.Timers.TimerB));
        Assert.Equal(
            (5, false, 16, 7),
            (
                builder.Transactions.MaxServerTransactions,
                builder.Locator.UseNaptr,
                builder.Transport.BatchSize,
                builder.Transport.Streams.MaxConnections
            )
        );
        Assert.Equal((99, new SipLimits().MaxBodySize), (builder.Transport.Limits.MaxHeaderCount, builder.Transport.Limits.MaxBodySize));
        Assert.Equal(["example.com"], builder.Transport.Aliases);
    }

    [Theory]
    [InlineData("Proxy:TimerC", "soon", "Parley:Proxy:TimerC: \"soon\" is not allowed; give seconds, such as 30 or 0.5, or hh:mm:ss")]
    [InlineData("Proxy:TimerC", "-3", "Parley:Proxy:TimerC: \"-3\" is not allowed; give seconds, such as 30 or 0.5, or hh:mm:ss")]
    [InlineData("Proxy:TimerC", "1e300", "Parley:Proxy:TimerC: \"1e300\" is not allowed; give seconds, such as 30 or 0.5, or hh:mm:ss")]
    [InlineData("Proxy:Stateless", "yes", "Parley:Proxy:Stateless: \"yes\" is not allowed; give true or false")]
    [InlineData("Proxy:MaxBranches", "many", "Parley:Proxy:MaxBranches: \"many\" is not allowed; give a whole number")]
    [InlineData("Proxy:RouteKey", "0g", "Parley:Proxy:RouteKey: \"0g\" is not allowed; give bytes as pairs of hexadecimal digits")]
    [InlineData("Proxy:Relay:FirstResponseTimeout", "0", "Parley:Proxy:Relay:FirstResponseTimeout: \"0\" is not allowed; ")]
    [InlineData("Proxy:TimerC:x", "1", "Parley:Proxy:TimerC: a single value is wanted here, not an object or a list")]
    [InlineData("Transport:Aliases", "x", "Parley:Transport:Aliases: \"x\" is not allowed; give a list")]
    [InlineData("Transport:Aliases:0:x", "x", "Parley:Transport:Aliases:0: give a text")]
    [InlineData("Tls:ClientCertificates", "1", "Parley:Tls:ClientCertificates: \"1\" is not allowed; give one of ")]
    [InlineData("Listeners", "udp:127.0.0.1", "Parley:Listeners: \"udp:127.0.0.1\" is not allowed; give an object or a list")]
    [InlineData("Listeners:0", "sctp:127.0.0.1", "Parley:Listeners:0: \"sctp:127.0.0.1\" is not allowed; give a listener")]
    [InlineData("Listeners:0:Endpoint", "ws:127.0.0.1", "Parley:Listeners:0: \"ws:127.0.0.1\" is not allowed; give a listener")]
    [InlineData("Listeners:0", "tls:127.0.0.1", "Parley:Listeners:0: a TLS listener needs the section Tls")]
    [InlineData("Proxy:TimerD", "1", "Parley:Proxy:TimerD: there is no such setting; known here: DeferLimit, DetectLoops, ")]
    [InlineData("Listners:0", "udp:127.0.0.1", "Parley:Listners: there is no such setting; known here: Dialogs, Listeners, ")]
    [InlineData("Routes:0:Target", "sip:127.0.0.1", "Parley:Routes:0: give either Prefix or Domain")]
    [InlineData("Routes:0:Prefix", "+", "Parley:Routes:0: give Target or Targets")]
    public void A_mistake_is_one_line_with_its_key_and_what_is_allowed(string key, string value, string line)
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => Read((key, value)));
        Assert.StartsWith(line, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Sections_of_modules_are_bound_by_the_application()
    {
        var options = new Sample();
        Section(("Dialogs:Names:0", "a"), ("Dialogs:Names:1", "b"), ("Dialogs:Wait", "3")).GetSection("Dialogs").BindStrictly(options);
        Assert.Equal(["a", "b"], options.Names);
        Assert.Equal(TimeSpan.FromSeconds(3), options.Wait);
        Read(("Dialogs:Names:0", "a")); // not a mistake here
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() =>
            Section(("X:Hidden", "1"), ("X:Wait", "?")).GetSection("X").BindStrictly(new Sample())
        );
        Assert.Equal(2, error.Failures.Count());
    }

    [Fact]
    public void A_section_that_is_not_there_changes_nothing()
    {
        ParleyBuilder builder = Read();
        Assert.Empty(builder.Transport.Listeners);
        Assert.Equal(new Proxy.ProxyOptions().TimerC, builder.Proxy.TimerC);
    }

    private sealed class Sample
    {
        public IList<string> Names { get; } = [];

        public TimeSpan Wait { get; set; }

        public int Hidden { get; } = 1;
    }
}
