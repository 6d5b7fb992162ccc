using System.Text.RegularExpressions;
using Xunit;

namespace Parley.House.Tests;

/// <summary>Rooms stay small, and names say what things are.</summary>
public partial class FileTests
{
    private const int LongestFile = 600;

    [Fact]
    public void No_source_file_is_longer_than_600_lines()
    {
        var tooLong = Repository
            .CSharpFiles("src")
            .Select(f => (File: Path.GetRelativePath(Repository.Root, f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > LongestFile)
            .Select(f => $"{f.File}: {f.Lines} lines");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_median_source_file_fits_on_two_screens()
    {
        var lengths = Repository.CSharpFiles("src").Select(f => File.ReadLines(f).Count()).Order().ToList();
        Assert.InRange(lengths[lengths.Count / 2], 1, 100);
    }

    [Fact]
    public void No_type_is_called_by_a_word_that_says_nothing()
    {
        var badNames = Repository
            .CSharpFiles("src")
            .SelectMany(f =>
                File.ReadLines(f).Select(line => (File: Path.GetRelativePath(Repository.Root, f), Match: EmptyName().Match(line)))
            )
            .Where(f => f.Match.Success)
            .Select(f => $"{f.File}: {f.Match.Value}");
        Assert.Empty(badNames);
    }

    [Fact]
    public void No_unfinished_work_is_left_in_the_sources()
    {
        var unfinished = Repository
            .CSharpFiles("src")
            .SelectMany(f =>
                File.ReadLines(f).Where(l => Unfinished().IsMatch(l)).Select(l => $"{Path.GetRelativePath(Repository.Root, f)}: {l.Trim()}")
            );
        Assert.Empty(unfinished);
    }

    [GeneratedRegex(@"\b(class|struct|record|interface|enum)\s+\w*(Manager|Helper|Helpers|Util|Utils|Utility|Common|Session)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b")]
    private static partial Regex Unfinished();
}
