using System.Text.RegularExpressions;
using Parley.House.Tests;

namespace Parley.Documents.Tests;

/// <summary>A fenced block of a document.</summary>
/// <param name="Page">Its file, from the root of the repository.</param>
/// <param name="Line">The line of its fence, from 1.</param>
/// <param name="Heading">The heading that it stands below; the page's title before the first.</param>
/// <param name="Language">What the fence says; empty for none.</param>
/// <param name="Text">What is in it.</param>
public sealed partial record Snippet(string Page, int Line, string Heading, string Language, string Text)
{
    /// <summary>The documents that users read: README, guides, operations, reference, packages, samples, templates, benches.</summary>
    public static IEnumerable<string> Pages { get; } =
        new[] { "README.md", "CONTRIBUTING.md", "bench/README.md" }
            .Concat(Below("docs"))
            .Concat(Below("samples"))
            .Concat(Below("src"))
            .Concat(Below("templates"))
            .Order(StringComparer.Ordinal)
            .ToList();

    public static IReadOnlyList<Snippet> All { get; } = [.. Pages.SelectMany(static page => Of(page, Repository.Read(page)))];

    /// <summary>The blocks of one language, where each stands.</summary>
    public static IEnumerable<Snippet> In(params string[] languages) => All.Where(s => languages.Contains(s.Language));

    public static IEnumerable<Snippet> Of(string page, string text)
    {
        string heading = "";
        string? language = null;
        int begin = 0;
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            Match fence = Fence().Match(lines[i]);
            if (language is null && fence.Success)
                (language, begin) = (fence.Groups["language"].Value, i);
            else if (language is not null && fence.Success)
            {
                yield return new Snippet(page, begin + 1, heading, language, string.Join('\n', lines[(begin + 1)..i]) + "\n");
                language = null;
            }
            else if (language is null && Title().Match(lines[i]) is { Success: true } title)
                heading = title.Groups["text"].Value;
        }
        if (language is not null)
            throw new InvalidOperationException($"{page}:{begin + 1}: the block is not closed.");
    }

    public override string ToString() => $"{Page}:{Line}";

    private static IEnumerable<string> Below(string folder) =>
        Directory
            .EnumerateFiles(Repository.PathOf(folder), "*.md", SearchOption.AllDirectories)
            .Select(static f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Where(static f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal));

    [GeneratedRegex("^ *```(?<language>[a-z]*) *$")]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (?<text>.*)$")]
    private static partial Regex Title();
}
