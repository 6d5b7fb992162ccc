using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Parley.Proxy.Tests;
using Parley.Sip;
using Xunit;

namespace Parley.Hosting.Tests;

public sealed class RelayRoutesTests
{
    private static RelayRoutes Read(params (string Key, string Value)[] values)
    {
        var builder = new ParleyBuilder(new ServiceCollection());
        builder.Configure(
            new ConfigurationBuilder()
                .AddInMemoryCollection(values.Select(static v => new KeyValuePair<string, string?>("Routes:" + v.Key, v.Value)))
                .Build()
        );
        return builder.Services.BuildServiceProvider().GetRequiredService<RelayRoutes>();
    }

    private static RelayRoutes Usual() =>
        Read(
            ("0:Prefix", "+"),
            ("0:Target", "sip:10.0.0.2"),
            ("1:Prefix", "+49"),
            ("1:Strip", "3"),
            ("1:Targets:0", "sip:10.0.0.3;transport=udp"),
            ("1:Targets:1", "sip:desk@10.0.0.2"),
            ("2:Domain", "Partner.example"),
            ("2:Target", "sip:10.0.0.3")
        );

    [Theory]
    [InlineData("sip:+1555@example.com", "+")]
    [InlineData("tel:+1555", "+")]
    [InlineData("sip:+4930@example.com", "+49")]
    [InlineData("sip:+4930@partner.EXAMPLE", "Partner.example")]
    [InlineData("sip:bob@partner.example", "Partner.example")]
    [InlineData("sip:bob@example.com", null)]
    [InlineData("sip:example.com", null)]
    public void The_domain_goes_before_the_longest_prefix(string uri, string? route)
    {
        RelayRoute? found = Usual().Find(SipUri.Parse(uri).View);
        Assert.Equal(route, found?.Domain ?? found?.Prefix);
    }

    [Fact]
    public void Targets_are_tried_one_after_the_other_with_the_dialled_user()
    {
        RelayRoutes routes = Usual();
        using var fixture = new ProxyFixture(async context =>
        {
            if (!routes.AddTargets(context))
                context.Reply(404);
            else
                await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            second = fixture.Peer("10.0.0.2"),
            first = fixture.Peer("10.0.0.3");
        first.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
                first.Answer(request, 503);
        };
        alice.Send("INVITE", "sip:+4930123@example.com");
        fixture.Run(100);
        Assert.Equal("sip:30123@10.0.0.3;transport=udp", Peer.Text(first.Request("INVITE").RequestUri));
        Assert.Equal("sip:desk@10.0.0.2", Peer.Text(second.Request("INVITE").RequestUri));
        alice.Send("MESSAGE", "sip:nobody@example.com", callId: "other");
        fixture.Run(100);
        Assert.Contains(404, alice.Finals);
    }

    [Theory]
    [InlineData("0:Strip", "-1")]
    [InlineData("0:Strip", "65")]
    [InlineData("0:Domain", "both.example")]
    [InlineData("0:Target", "tel:+1")]
    [InlineData("0:Targets:0", "nowhere")]
    [InlineData("0:Prefixes", "1")]
    public void A_route_with_a_mistake_is_refused(string key, string value)
    {
        var good = new Dictionary<string, string> { ["0:Prefix"] = "+", ["0:Target"] = "sip:10.0.0.2" };
        Assert.Single(Read([.. good.Select(static g => (g.Key, g.Value))]).All);
        good[key] = value;
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() =>
            Read([.. good.Select(static g => (g.Key, g.Value))])
        );
        Assert.StartsWith("Routes:0", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_made_by_code_is_checked_too()
    {
        SipUri target = SipUri.Parse("sip:10.0.0.2");
        Assert.Throws<ArgumentException>("routes", () => new RelayRoutes([new RelayRoute(null, null, 0, [target])]));
        Assert.Throws<ArgumentException>("routes", () => new RelayRoutes([new RelayRoute("+", "x", 0, [target])]));
        Assert.Throws<ArgumentException>("routes", () => new RelayRoutes([new RelayRoute("+", null, -1, [target])]));
        Assert.Throws<ArgumentException>("routes", () => new RelayRoutes([new RelayRoute("+", null, 0, [])]));
    }
}
