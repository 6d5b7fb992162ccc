using System.Text.RegularExpressions;
using Xunit;

namespace Parley.House.Tests;

/// <summary>What a stranger reads first is there and true.</summary>
public partial class DocumentTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("LICENSE")]
    [InlineData("docs/design/architecture.md")]
    public void The_document_is_there(string path) => Assert.True(File.Exists(Repository.PathOf(path)), path);

    [Fact]
    public void The_readme_begins_with_the_two_commands()
    {
        var start = string.Join('\n', File.ReadLines(Repository.PathOf("README.md")).Take(25));
        Assert.Contains("./run", start, StringComparison.Ordinal);
        Assert.Contains("./test", start, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_relative_link_of_a_document_leads_somewhere()
    {
        var documents = Directory
            .EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
            .Select(d => Path.GetFullPath(d, Repository.Root));
        var broken =
            from document in documents
            from Match link in Link().Matches(File.ReadAllText(document))
            let target = link.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
            let path = Path.GetFullPath(target.Split('#')[0], Path.GetDirectoryName(document)!)
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{Path.GetRelativePath(Repository.Root, document)} -> {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_package_version_stands_in_the_central_file()
    {
        var own = Directory
            .EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(p => PackageWithVersion().IsMatch(File.ReadAllText(p)))
            .Select(p => Path.GetRelativePath(Repository.Root, p));
        Assert.Empty(own);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("<PackageReference[^>]*\\sVersion=")]
    private static partial Regex PackageWithVersion();
}
