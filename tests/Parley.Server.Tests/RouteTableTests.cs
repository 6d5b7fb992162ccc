using System.Net;
using Microsoft.Extensions.Configuration;
using Parley.Server.Configuration;
using Parley.Server.Routing;
using Xunit;

namespace Parley.Server.Tests;

public class RouteTableTests
{
    private static readonly RouteTable Table = Create(
        new()
        {
            ["Domains:0"] = "example.com",
            ["Routes:0:Prefix"] = "00",
            ["Routes:0:Target"] = "sip:intl.example.net:5070;transport=tcp",
            ["Routes:0:Strip"] = "2",
            ["Routes:0:Prepend"] = "+",
            ["Routes:1:Prefix"] = "0049",
            ["Routes:1:Target"] = "sip:de.example.net",
            ["Routes:2:Domain"] = "Partner.example",
            ["Routes:2:Target"] = "sip:192.0.2.5",
            ["Routes:2:Sources:0"] = "198.51.100.0/24",
            ["TrustedSources:0"] = "192.0.2.0/24",
            ["TrustedSources:1"] = "2001:db8::1",
        }
    );

    [Theory]
    [InlineData("00331234", "sip:intl.example.net:5070;transport=tcp")]
    [InlineData("0049301234", "sip:de.example.net")]
    [InlineData("00", "sip:intl.example.net:5070;transport=tcp")]
    public void The_longest_prefix_wins(string dialled, string target) =>
        Assert.Equal(target, Table.FindByPrefix(dialled)!.Targets[0].ToString());

    [Fact]
    public void A_user_without_a_matching_prefix_has_no_route() => Assert.Null(Table.FindByPrefix("1234"));

    [Fact]
    public void Domains_are_found_without_case()
    {
        Assert.True(Table.Serves("EXAMPLE.com"));
        Assert.False(Table.Serves("example.org"));
        Assert.NotNull(Table.FindByDomain("partner.EXAMPLE"));
    }

    [Theory]
    [InlineData("192.0.2.200", true)]
    [InlineData("::ffff:192.0.2.200", true)]
    [InlineData("192.0.3.1", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("2001:db8::2", false)]
    public void A_source_is_trusted_by_its_network(string address, bool expected) =>
        Assert.Equal(expected, Table.Trusts(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("198.51.100.1", false)]
    [InlineData("2001:db8::2", false)]
    [InlineData("192.0.2.7", true)] // trusted
    public void A_route_without_sources_is_for_this_machine_and_trusted_sources(string address, bool expected) =>
        Assert.Equal(expected, Table.Allows(Table.FindByPrefix("0049")!, IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("198.51.100.1", true)]
    [InlineData("::ffff:198.51.100.1", true)]
    [InlineData("198.51.101.1", false)]
    public void A_route_with_sources_is_for_those(string address, bool expected) =>
        Assert.Equal(expected, Table.Allows(Table.FindByDomain("partner.example")!, IPAddress.Parse(address)));

    private static RouteTable Create(Dictionary<string, string?> settings)
    {
        var root = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => "Parley:" + s.Key, s => s.Value)).Build();
        var errors = new List<string>();
        var configuration = ConfigurationRules.Read(root.GetSection("Parley"), "/", errors);
        Assert.Empty(errors);
        return new RouteTable(configuration);
    }
}
