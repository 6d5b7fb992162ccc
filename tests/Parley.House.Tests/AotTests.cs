using System.Xml.Linq;
using Xunit;

namespace Parley.House.Tests;

/// <summary>The libraries can be trimmed and compiled natively. The build's analyzers find what cannot; these tests keep them on.</summary>
public class AotTests
{
    [Fact]
    public void The_analyzers_for_trimming_and_AOT_are_on_for_all_sources()
    {
        var flags = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("IsAotCompatible").ToList();
        Assert.Contains(flags, flag => flag.Value == "true" && flag.Parent!.Elements("IsSourceProject").Any(e => e.Value == "true"));
        Assert.All(flags, flag => Assert.Equal("true", flag.Value));
    }

    [Fact]
    public void No_project_turns_them_off_or_silences_them()
    {
        string[] switches =
        [
            "IsAotCompatible",
            "IsTrimmable",
            "EnableTrimAnalyzer",
            "EnableAotAnalyzer",
            "EnableSingleFileAnalyzer",
            "SuppressTrimAnalysisWarnings",
            "SuppressAotAnalysisWarnings",
        ];
        foreach (
            var project in Directory
                .EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
                .Append(Repository.PathOf("samples/AotProxy/AotProxy.csproj"))
        )
        {
            var elements = XDocument.Load(project).Descendants().ToList();
            Assert.DoesNotContain(
                elements,
                e =>
                    switches.Contains(e.Name.LocalName)
                    && e.Value != (e.Name.LocalName.StartsWith("Suppress", StringComparison.Ordinal) ? "false" : "true")
            );
            Assert.DoesNotContain(
                elements,
                e => e.Name.LocalName is "NoWarn" or "WarningsNotAsErrors" && e.Value.Contains("IL", StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public void No_source_silences_a_warning_or_hands_it_on_to_the_user()
    {
        string[] ways =
        [
            "UnconditionalSuppressMessage",
            "RequiresUnreferencedCode",
            "RequiresDynamicCode",
            "RequiresAssemblyFiles",
            "pragma warning disable IL",
        ];
        // A guard hands nothing on: behind it lies what a native build does not have.
        string[] guard = ["[FeatureGuard(typeof(RequiresUnreferencedCodeAttribute))]", "#pragma warning disable IL4000"];
        foreach (var file in Repository.CSharpFiles("src"))
        {
            var text = guard.Aggregate(File.ReadAllText(file), static (t, part) => t.Replace(part, "", StringComparison.Ordinal));
            Assert.DoesNotContain(ways, way => text.Contains(way, StringComparison.Ordinal));
        }
    }
}
