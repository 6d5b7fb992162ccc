using System.Xml.Linq;
using Xunit;

namespace Parley.House.Tests;

/// <summary>Each floor may use the floors below it and nothing else; an annex may use floors, never another annex.</summary>
public class FloorTests
{
    /// <summary>From the cellar up. What stands on one line may not use each other.</summary>
    private static readonly string[][] House =
    [
        ["Parley.Sip"],
        ["Parley.Transport"],
        ["Parley.Transactions"],
        ["Parley.Proxy"],
        ["Parley.Hosting"],
        ["Parley.Registrar", "Parley.Dialogs"],
        ["Parley.Sql", "Parley.Redis", "Parley.Management", "Parley.Testing"],
        ["Parley.Server"],
    ];

    public static TheoryData<string> Projects =>
        [
            .. Directory
                .EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
                .Select(p => Path.GetFileNameWithoutExtension(p)!),
        ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_floors_below_it(string project)
    {
        var floor = FloorOf(project);
        foreach (var reference in ReferencesOf(project))
            Assert.True(
                FloorOf(reference) < floor,
                $"{project} references {reference}, which is not below it: move what it needs down, or the code up."
            );
    }

    [Fact]
    public void An_arrow_that_runs_up_would_be_seen()
    {
        Assert.True(FloorOf("Parley.Proxy") > FloorOf("Parley.Sip"));
        Assert.False(FloorOf("Parley.Testing") < FloorOf("Parley.Sql"));
    }

    [Fact]
    public void The_wire_uses_the_base_class_library_only()
    {
        var packages = XDocument.Load(Repository.PathOf("src/Parley.Sip/Parley.Sip.csproj")).Descendants("PackageReference");
        Assert.Empty(packages);
    }

    private static int FloorOf(string project)
    {
        var floor = Array.FindIndex(House, names => names.Contains(project));
        Assert.True(
            floor >= 0,
            $"{project} is no floor of the house yet: give it a place in {nameof(FloorTests)} and in docs/design/architecture.md."
        );
        return floor;
    }

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument
            .Load(Repository.PathOf($"src/{project}/{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
}
