using System.Text;
using Xunit;

namespace Parley.Server.Tests.Reflection;

/// <summary>
/// How much the server sends to an address that may be forged, for what it gets from there: twice as much at most, but where a clause demands
/// more. A test of the whole server on a clock of its own, the same every time.
/// </summary>
public class ReflectionTests
{
    [Fact]
    public void A_source_that_has_proved_nothing_gets_at_most_twice_its_bytes_unless_a_clause_demands_more()
    {
        var table = new StringBuilder(
            "| bytes out per byte in | at most | what | bytes in | bytes out | what came | why more than 2 |\n|---|---|---|---|---|---|---|\n"
        );
        var over = new List<string>();
        foreach (ReflectionRow row in ReflectionRows.All)
        {
            using var source = row.Settings is { } settings ? new ForgedSource(settings) : new ForgedSource();
            row.Attack(source);
            source.Server.Run(row.Seconds);
            (long bytes, int _, string labels) = source.Out();
            double factor = (double)bytes / source.In;
            string line = FormattableString.Invariant(
                $"| {factor:F2} | {row.Most} | {row.Name} | {source.In} | {bytes} | {labels} | {row.Clause} |"
            );
            table.Append(line).Append('\n');
            if (factor > row.Most)
                over.Add(line);
            if (!labels.Contains(row.Expected, StringComparison.Ordinal))
                over.Add($"{line} (expected: {row.Expected})");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(table.ToString());
        Assert.True(over.Count == 0, $"{over.Count} of {ReflectionRows.All.Count} kinds:\n{string.Join('\n', over)}");
    }

    [Fact]
    public void Whoever_may_send_more_than_twice_has_a_clause_that_demands_it() =>
        Assert.All(ReflectionRows.All, static row => Assert.True(row.Most <= 2.0 || row.Clause is not null, row.Name));
}
