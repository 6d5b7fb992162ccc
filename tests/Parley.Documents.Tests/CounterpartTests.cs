using System.Text.RegularExpressions;
using Parley.House.Tests;
using Xunit;

namespace Parley.Documents.Tests;

/// <summary>What the page for users of OpenSIPS and Kamailio names as a counterpart is public here.</summary>
public partial class CounterpartTests
{
    private const string Page = "docs/guide/opensips-kamailio.md";

    /// <summary>What a name in front of the dot stands for.</summary>
    private static readonly Dictionary<string, string[]> Owners = new(StringComparer.Ordinal)
    {
        ["context"] = ["SipContext", "SipContextDialogs"],
        ["app"] = ["ParleyApplication"],
        ["context.Request"] = ["SipMessage"],
        ["context.Source"] = ["SipFlow"],
    };

    [Fact]
    public void Every_counterpart_is_a_public_member()
    {
        string[] api =
        [
            .. Directory
                .EnumerateFiles(Repository.PathOf("src"), "PublicAPI.Unshipped.txt", SearchOption.AllDirectories)
                .SelectMany(File.ReadLines),
        ];
        List<string> names = [.. Counterparts()];
        Assert.True(names.Count > 40, $"{names.Count} counterparts were found.");
        Assert.All(names, name => Assert.True(Exists(name, api), $"{Page}: {name} is no public member."));
    }

    [Fact]
    public void A_counterpart_that_is_not_there_would_be_found()
    {
        string[] api = ["Parley.Proxy.SipContext.RecordRoute() -> void"];
        Assert.True(Exists("context.RecordRoute", api));
        Assert.False(Exists("context.RecordRout", api));
        Assert.False(Exists("app.RecordRoute", api));
    }

    /// <summary>The names in the third column of the page's tables.</summary>
    private static IEnumerable<string> Counterparts() =>
        File.ReadLines(Repository.PathOf(Page))
            .Where(static l => l.StartsWith("| ", StringComparison.Ordinal))
            .Select(static l => l.Split(" | "))
            .Where(static cells => cells.Length == 4)
            .SelectMany(static cells => Code().Matches(cells[2]).Select(static m => m.Groups["name"].Value))
            .Where(static n => n.Contains('.', StringComparison.Ordinal));

    private static bool Exists(string name, string[] api)
    {
        int dot = name.LastIndexOf('.');
        (string owner, string member) = (name[..dot], name[(dot + 1)..]);
        return Owners
            .GetValueOrDefault(owner, [owner])
            .Any(type => api.Any(line => Regex.IsMatch(line, $@"\bParley\.\w+\.{type}(!\))?\.(get_)?{member}\b")));
    }

    [GeneratedRegex("`(?<name>[A-Za-z.]+)`")]
    private static partial Regex Code();
}
