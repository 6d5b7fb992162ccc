using System.Globalization;
using System.Text.RegularExpressions;
using Parley.House.Tests.LogEvents;
using Xunit;

namespace Parley.House.Tests;

/// <summary>An operator's filter by event id goes on to mean what it meant: ids are used once, and listed in docs/reference/log-events.md.</summary>
public partial class LogEventTests
{
    private const string Page = "docs/reference/log-events.md";
    private const string RetiredHeading = "## Ids that are not used any more";

    private static readonly Lazy<IReadOnlyList<LogEvent>> Events = new(LogEvent.OfRepository);

    [Fact]
    public void Every_event_has_an_id_a_level_and_a_message()
    {
        Assert.True(Events.Value.Count > 40);
        Assert.DoesNotContain(Events.Value, e => e.Id is null || e.Level.Length == 0 || e.Message.Length == 0);
    }

    [Fact]
    public void No_id_is_used_twice()
    {
        var twice = Events
            .Value.GroupBy(e => e.Id)
            .Where(g => g.Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Place))}");
        Assert.Empty(twice);
    }

    [Fact]
    public void Each_event_is_listed_as_the_code_has_it()
    {
        var lines = File.ReadAllLines(Repository.PathOf(Page));
        var missing = Events.Value.Where(e => !lines.Any(l => l.StartsWith(e.Row, StringComparison.Ordinal))).OrderBy(e => e.Id).ToList();
        Assert.True(
            missing.Count == 0,
            $"{Page} has to have these lines (with a meaning behind them):\n{string.Join('\n', missing.Select(e => $"{e.Row} … |   <- {e.Place}"))}"
        );
    }

    /// <summary>Events that are written without LoggerMessage (the console log's own) are found by their number in the sources.</summary>
    [Fact]
    public void Each_listed_event_is_in_the_code()
    {
        var known = Events.Value.Select(e => e.Id!.Value).Append(ConsoleLogOwn).ToHashSet();
        Assert.All(Listed(), l => Assert.Contains(l.Id, known));
        Assert.Contains(
            Repository.CSharpFiles("src"),
            f => File.ReadAllText(f).Contains($"LogLevel.Warning, {ConsoleLogOwn})", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Each_listed_event_has_a_meaning_and_stands_once()
    {
        Assert.Empty(Listed().GroupBy(l => l.Id).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.Empty(Listed().Where(l => l.Meaning.Length == 0).Select(l => l.Id));
    }

    [Fact]
    public void No_retired_id_is_used_again()
    {
        var text = Repository.Read(Page);
        var retired = Number().Matches(text[text.IndexOf(RetiredHeading, StringComparison.Ordinal)..]).Select(IdOf).ToHashSet();
        Assert.DoesNotContain(Events.Value, e => retired.Contains(e.Id!.Value));
    }

    [Fact]
    public void An_event_is_read_however_its_attribute_is_written()
    {
        const string source = """
            [LoggerMessage(EventId = 7, Level = LogLevel.Error, Message = "a {B} " + "c")] partial void M();
            [Microsoft.Extensions.Logging.LoggerMessageAttribute(8, LogLevel.Debug, "d | e")] partial void N();
            [LoggerMessage(LogLevel.Debug, "f")] partial void O();
            """;
        var events = LogEvent.In(source, "X.cs").ToList();
        Assert.Equal(new LogEvent(7, "Error", "a {B} c", "X.cs:1"), events[0]);
        Assert.Equal(@"| 8 | Debug | d \| e |", events[1].Row);
        Assert.Null(events[2].Id);
    }

    /// <summary>Written by the console log about itself, past the ILogger that it implements.</summary>
    private const int ConsoleLogOwn = 3010;

    private static IEnumerable<(int Id, string Meaning)> Listed() =>
        File.ReadLines(Repository.PathOf(Page))
            .Select(line => ListedEvent().Match(line))
            .Where(m => m.Success)
            .Select(m => (IdOf(m), m.Groups["meaning"].Value.Trim()));

    private static int IdOf(Match match) => int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| (?<id>\d+) \| \w+ \| (?:\\\||[^|])+ \|(?<meaning>[^|]*)\|$")]
    private static partial Regex ListedEvent();

    [GeneratedRegex(@"\b(?<id>\d{4})\b")]
    private static partial Regex Number();
}
