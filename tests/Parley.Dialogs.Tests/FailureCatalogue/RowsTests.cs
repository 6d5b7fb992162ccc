using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>
/// Rows.tsv is the index of the failure catalogue, 60 ways in which dialog-aware proxies broke: each row names the test that holds it
/// (several, separated by a blank), or what it waits for.
/// </summary>
public class RowsTests
{
    private static readonly List<string[]> Rows =
    [
        .. TestSources
            .Read("tests/Parley.Dialogs.Tests/FailureCatalogue/Rows.tsv")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t')),
    ];

    [Fact]
    public void The_rows_are_1_to_60_with_a_requirement_each()
    {
        Assert.Equal(Enumerable.Range(1, 60), Rows.Select(row => int.Parse(row[0], provider: null)));
        Assert.All(Rows, row => Assert.Equal(3, row.Length));
        Assert.All(Rows, row => Assert.InRange(row[1].Length, 20, 140));
    }

    [Fact]
    public void Every_row_names_tests_that_exist_or_says_what_it_waits_for()
    {
        var wrong = from row in Rows from test in Tests(row[2]) where !TestSources.Has(test) select $"row {row[0]}: {test}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Only_rows_that_need_a_database_a_second_node_or_the_management_side_wait() =>
        Assert.DoesNotContain(Rows, row => Waits(row) && int.Parse(row[0], provider: null) < 52);

    /// <summary>Of a row that waits: those that hold a part of it, behind "part: " in brackets.</summary>
    private static string[] Tests(string text)
    {
        if (!text.StartsWith("later: ", StringComparison.Ordinal))
            return text.Split(' ');
        int at = text.IndexOf("part: ", StringComparison.Ordinal);
        return at < 0 ? [] : text[(at + 6)..].TrimEnd(')').Split(' ');
    }

    private static bool Waits(string[] row) => row[2].StartsWith("later: ", StringComparison.Ordinal);
}
