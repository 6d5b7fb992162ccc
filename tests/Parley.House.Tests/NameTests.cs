using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Parley.House.Tests;

/// <summary>A name promises what a type does: what only watches a relay is no relay.</summary>
public class NameTests
{
    private const string Observer = "RelayObserver";

    [Fact]
    public void No_observer_is_called_a_relay()
    {
        var observers = ObserversIn(Repository.CSharpFiles("src").Select(File.ReadAllText)).ToList();
        Assert.NotEmpty(observers);
        var wrong = observers.Where(IsCalledRelay).ToList();
        Assert.True(wrong.Count == 0, $"These follow a relay and do not relay (…Follower is the word): {string.Join(", ", wrong)}");
    }

    [Fact]
    public void An_observer_is_found_behind_another_base_class_or_an_interface()
    {
        string[] sources =
        [
            "class ARelay : Between<int>; class NoObserverRelay : Other;",
            "abstract class Between<T> : Parley.Proxy.RelayObserver; sealed class BRelay() : Base(1), IRelayObserver { }",
        ];
        Assert.Equal(["ARelay", "BRelay"], ObserversIn(sources).Where(IsCalledRelay).Order(StringComparer.Ordinal));
    }

    private static bool IsCalledRelay(string type) => type.EndsWith("Relay", StringComparison.Ordinal);

    /// <summary>The types that derive from the observer of a relay, by way of others too.</summary>
    private static HashSet<string> ObserversIn(IEnumerable<string> sources)
    {
        var bases = sources
            .SelectMany(source => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>())
            .Where(type => type.BaseList is not null)
            .SelectMany(type => type.BaseList!.Types.Select(b => (Type: type.Identifier.Text, Of: SimpleName(b.Type))))
            .ToList();
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (bases.Any(b => (IsObserver(b.Of) || found.Contains(b.Of)) && found.Add(b.Type))) { }
        return found;
    }

    private static bool IsObserver(string name) => name == Observer || name == "I" + Observer;

    private static string SimpleName(TypeSyntax type) =>
        type switch
        {
            QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
            SimpleNameSyntax simple => simple.Identifier.Text,
            _ => type.ToString(),
        };
}
