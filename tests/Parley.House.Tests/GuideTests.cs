using Xunit;

namespace Parley.House.Tests;

/// <summary>The guide and the samples as a whole; their snippets are compiled and run by Parley.Documents.Tests.</summary>
public class GuideTests
{
    /// <summary>A request with a To tag and a Route of ours proves nothing: an example that relays it is an open relay, and is copied.</summary>
    [Theory]
    [InlineData("samples/AotProxy/Program.cs")]
    [InlineData("samples/CallLimiter/Program.cs")]
    [InlineData("samples/ExampleModule/Program.cs")]
    [InlineData("samples/Failover/Program.cs")]
    [InlineData("docs/guide/failover.md")]
    [InlineData("samples/PrepaidCutoff/Program.cs")]
    public void An_example_relays_requests_within_dialogs_by_the_one_step(string path)
    {
        var text = Repository.Read(path);
        Assert.Contains("RelayInDialogAsync()", text, StringComparison.Ordinal);
        Assert.DoesNotContain("context.LooseRoute()", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ctx.LooseRoute()", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_page_of_the_guide_stands_in_its_index()
    {
        var index = Repository.Read("docs/guide/README.md");
        var pages = Directory
            .EnumerateFiles(Repository.PathOf("docs/guide"), "*.md")
            .Select(Path.GetFileName)
            .Where(p => p != "README.md")
            .ToList();
        Assert.NotEmpty(pages);
        Assert.All(pages, page => Assert.Contains($"({page})", index, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_sample_has_a_readme_of_about_ten_lines_and_is_built_with_the_rest()
    {
        var solution = Repository.Read("Parley.slnx");
        foreach (var project in Directory.EnumerateFiles(Repository.PathOf("samples"), "*.csproj", SearchOption.AllDirectories))
        {
            Assert.Contains(Path.GetRelativePath(Repository.Root, project).Replace('\\', '/'), solution, StringComparison.Ordinal);
            Assert.InRange(File.ReadLines(Path.Combine(Path.GetDirectoryName(project)!, "README.md")).Count(), 5, 15);
        }
    }
}
