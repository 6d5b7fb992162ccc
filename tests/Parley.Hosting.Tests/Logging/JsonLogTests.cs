using System.Text.Json;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Parley.Hosting.Tests;

/// <summary>The log as objects of JSON, one a line, whatever the network put into them.</summary>
public partial class JsonLogTests
{
    [Fact]
    public void An_entry_is_an_object_with_each_value_under_its_name()
    {
        JsonElement entry = Assert.Single(Log(static log => CallEnded(log, "a b@c", 17, true)));
        Assert.Equal("2026-01-02T03:04:05.678Z", entry.GetProperty("time").GetString());
        Assert.Equal("Information", entry.GetProperty("level").GetString());
        Assert.Equal("Parley.Calls", entry.GetProperty("category").GetString());
        Assert.Equal(9001, entry.GetProperty("event").GetInt32());
        Assert.Equal("Call ended call-id=a b@c after 17 s, answered: True", entry.GetProperty("message").GetString());
        JsonElement values = entry.GetProperty("values");
        Assert.Equal("a b@c", values.GetProperty("CallId").GetString());
        Assert.Equal(17, values.GetProperty("Seconds").GetInt32());
        Assert.True(values.GetProperty("Answered").GetBoolean());
        Assert.Equal(3, values.EnumerateObject().Count()); // the template is none of them
    }

    [Theory]
    [InlineData("a\r\nb")]
    [InlineData("\u001b[2J \"quoted\" \\")]
    [InlineData("\0\u007f\u0085\u009b")]
    [InlineData("a\u2028b\u2029c\u202Ed")]
    [InlineData("grün 😀 日本")]
    public void What_came_from_the_network_ends_no_line_and_comes_back_whole(string text)
    {
        string line = Assert.Single(Lines(log => CallEnded(log, text, 1, false)));
        Assert.DoesNotContain(line, static c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u202e');
        Assert.Equal(text, JsonSerializer.Deserialize<JsonElement>(line).GetProperty("values").GetProperty("CallId").GetString());
    }

    [Fact]
    public void Half_of_a_pair_is_replaced()
    {
        string text = new(['\ud800', 'x', '\udc00']);
        JsonElement entry = Assert.Single(Log(log => CallEnded(log, text, 1, false)));
        Assert.Equal("\ufffdx\ufffd", entry.GetProperty("values").GetProperty("CallId").GetString());
    }

    [Fact]
    public void An_exception_is_a_value()
    {
        JsonElement entry = Assert.Single(Log(static log => Failed(log, new InvalidOperationException("not\nnow"))));
        Assert.Equal("Error", entry.GetProperty("level").GetString());
        Assert.Contains("not\nnow", entry.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void For_the_journal_the_priority_stands_before_the_object()
    {
        string line = Assert.Single(Lines(static log => Failed(log, null), syslogPrefix: true));
        Assert.StartsWith("<3>{", line, StringComparison.Ordinal);
        Assert.Equal(9002, JsonSerializer.Deserialize<JsonElement>(line[3..]).GetProperty("event").GetInt32());
    }

    [Fact]
    public void What_repeats_is_counted_in_an_object_too()
    {
        List<JsonElement> entries = Log(
            static log =>
            {
                for (int i = 0; i < 5; i++)
                    Failed(log, null);
            },
            category: "Parley.Proxy"
        );
        Assert.Equal(2, entries.Count);
        Assert.Equal(4, entries[1].GetProperty("leftOut").GetInt32());
        Assert.Equal(9002, entries[1].GetProperty("event").GetInt32());
    }

    private static List<JsonElement> Log(Action<ILogger> write, string category = "Parley.Calls") =>
        [.. Lines(write, category: category).Select(static line => JsonSerializer.Deserialize<JsonElement>(line))];

    private static string[] Lines(Action<ILogger> write, bool syslogPrefix = false, string category = "Parley.Calls")
    {
        using var output = new MemoryStream();
        var options = new ConsoleLogOptions { Format = ConsoleLogFormat.Json, SyslogPrefix = syslogPrefix };
        using (var log = new ConsoleLog(options, static () => new FixedTime(), () => output))
            write(log.CreateLogger(category));
        return System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [LoggerMessage(9001, LogLevel.Information, "Call ended call-id={CallId} after {Seconds} s, answered: {Answered}")]
    private static partial void CallEnded(ILogger log, string callId, int seconds, bool answered);

    [LoggerMessage(9002, LogLevel.Error, "It failed")]
    private static partial void Failed(ILogger log, Exception? error);

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}
