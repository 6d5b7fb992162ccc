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
            .Concat(Directory.EnumerateFiles(Repository.PathOf("samples"), "README.md", SearchOption.AllDirectories))
            .Concat(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
            .Select(d => Path.GetFullPath(d, Repository.Root));
        var broken =
            from document in documents
            from Match link in Link().Matches(File.ReadAllText(document))
            let target = link.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal)
            let path = target.StartsWith('#') ? document : Path.GetFullPath(target.Split('#')[0], Path.GetDirectoryName(document)!)
            where !(File.Exists(path) || Directory.Exists(path)) || (target.Contains('#') && !Anchors(path).Contains(target.Split('#')[1]))
            select $"{Path.GetRelativePath(Repository.Root, document)} -> {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_package_version_stands_in_the_central_file()
    {
        var own = Directory
            .EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            // The template's are of a user's project; packing writes them.
            .Where(p => !p.Contains("/content/", StringComparison.Ordinal) && PackageWithVersion().IsMatch(File.ReadAllText(p)))
            .Select(p => Path.GetRelativePath(Repository.Root, p));
        Assert.Empty(own);
    }

    /// <summary>The anchors of a page's headings: small letters, blanks as hyphens, no punctuation.</summary>
    private static IEnumerable<string> Anchors(string page) =>
        File.ReadLines(page)
            .Where(line => line.StartsWith('#'))
            .Select(line =>
                string.Concat(line.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_'))
                    .Replace(' ', '-')
            );

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("<PackageReference[^>]*\\sVersion=")]
    private static partial Regex PackageWithVersion();
}
