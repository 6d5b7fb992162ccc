using Parley.House.Tests.Circles;
using Xunit;

namespace Parley.House.Tests;

/// <summary>
/// Types that all refer to each other can only be understood together: no assembly has a circle of more than ten. Partial classes and nested
/// types count as one with their outermost type; every reference counts (fields, signatures, bodies, base types), attributes do not.
/// <c>artifacts/circles/</c> has a report of each assembly after every run, also of one that passes.
/// </summary>
public class CircleTests
{
    private const int LargestCircle = 10;

    private static readonly Lazy<(IReadOnlyDictionary<string, TypeGraph> Graphs, double UnresolvedShare)> House = new(() =>
    {
        var sources = SourceTree.OfRepository();
        return (sources.Graphs(), sources.UnresolvedShare);
    });

    public static TheoryData<string> Assemblies =>
        [.. Directory.EnumerateDirectories(Repository.PathOf("src")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_circle_has_more_than_ten_types(string assembly)
    {
        var graph = House.Value.Graphs[assembly];
        var report = CircleReport.Of(assembly, graph, LargestCircle);
        Directory.CreateDirectory(Repository.PathOf("artifacts/circles"));
        File.WriteAllText(Repository.PathOf($"artifacts/circles/{assembly}.txt"), report);
        var largest = graph.Circles() is [var first, ..] ? first.Count : 1;
        Assert.True(largest <= LargestCircle, $"{assembly} has a circle of {largest} types, allowed are {LargestCircle}.\n{report}");
    }

    /// <summary>Otherwise references that were not understood would make the circles look smaller than they are.</summary>
    [Fact]
    public void Nearly_every_name_in_the_sources_is_understood() => Assert.InRange(House.Value.UnresolvedShare, 0, 0.005);

    [Fact]
    public void A_planted_circle_is_found_with_all_its_references()
    {
        var graph = SourceTree.OfText(Planted).Graphs()["Text"];
        Assert.Equal(["Base", "Field", "Generic<T>", "Local", "Member", "Nested", "New", "Static"], graph.Circles()[0]);
        Assert.Equal(["Light", "Other"], graph.Circles()[1]);
        Assert.Equal(2, graph.Circles().Count);
    }

    [Fact]
    public void A_report_names_the_types_and_the_lightest_references_with_their_places()
    {
        var report = CircleReport.Of("Text", SourceTree.OfText(Planted).Graphs()["Text"], 2);
        Assert.Contains("8 types refer to each other: Base, Field, Generic<T>", report, StringComparison.Ordinal);
        Assert.Contains("Light -> Other: 1x, first Text.cs:13", report, StringComparison.Ordinal);
        Assert.Contains("no circle is larger than 2", report, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_report_proposes_to_cut_does_break_the_circle()
    {
        var graph = SourceTree.OfText(Planted).Graphs()["Text"];
        var circle = graph.Circles()[0];
        var references = graph.ReferencesWithin(circle);
        var cuts = CircleReport.Cuts(circle, references, 1);
        var left = references.Except(cuts).Select(r => (r.From, r.To));
        Assert.NotEmpty(cuts);
        Assert.All(StrongComponents.Of(circle, left), c => Assert.Single(c));
    }

    /// <summary>Each type refers to the next by another kind of reference, the last to the first.</summary>
    private const string Planted = """
        class Base { Field? _field; }
        partial class Field { }
        partial class Field { Generic<Outer>? Get() => null; }
        class Outer { }
        class Generic<T> { void Body() { Local? x = null; } }
        class Local { int P => Static.Number; }
        static class Static { public static int Number = Member.Get().Value; }
        class Member { public int Value; public static Member Get() { var made = new Nested.Inner(); return null!; } }
        class Nested { public class Inner { New Take(New x) => new(); } }
        class New : Base { }
        [System.Obsolete(nameof(Unseen))] class Attributed { }
        class Unseen { Attributed? _a; }
        class Light { Other? _other; }
        class Other { Light? _one; void Use(Light two) { } }
        """;
}
