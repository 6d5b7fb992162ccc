using System.Text.RegularExpressions;
using Xunit;

namespace Parley.House.Tests;

/// <summary>What the guide shows is what is compiled and run.</summary>
public partial class GuideTests
{
    [Fact]
    public void Every_code_block_of_the_page_on_testing_stands_in_the_tests()
    {
        var sources = string.Concat(Repository.CSharpFiles("tests/Parley.Dialogs.Tests/Guide").Select(f => Squeezed(File.ReadAllText(f))));
        var blocks = CodeBlock().Matches(Repository.Read("docs/guide/testing.md")).Select(m => m.Groups["code"].Value).ToList();
        Assert.Equal(2, blocks.Count);
        Assert.All(blocks, block => Assert.Contains(Squeezed(block), sources, StringComparison.Ordinal));
    }

    [Fact]
    public void The_application_in_the_readme_is_compiled()
    {
        var block = CodeBlock().Match(Repository.Read("README.md")).Groups["code"].Value;
        Assert.NotEmpty(block);
        Assert.Contains(
            Squeezed(block),
            Squeezed(Repository.Read("tests/Parley.Dialogs.Tests/Guide/ReadmeExample.cs")),
            StringComparison.Ordinal
        );
    }

    /// <summary>A request with a To tag and a Route of ours proves nothing: an example that relays it is an open relay, and is copied.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/guide/call-limiter.md")]
    [InlineData("docs/guide/testing.md")]
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

    private static string Squeezed(string code) => Space().Replace(code, " ");

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
