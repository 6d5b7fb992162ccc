#pragma warning disable CA1848 // Lines of a test, each written once.
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Testing;
using Xunit;

namespace Parley.Hosting.Tests;

/// <summary>The log never stops who logs, an entry is one line, and what repeats is told once with its number.</summary>
public class ConsoleLogTests
{
    private static readonly EventId Repeated = new(3999, "Repeated");

    [Fact]
    public void The_line_is_the_frameworks_single_line()
    {
        using var output = new Output();
        using (
            var log = new ConsoleLog(
                new ConsoleLogOptions { TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ " },
                () => new FixedTime(),
                () => output
            )
        )
            log.CreateLogger("Parley.Calls").Log(LogLevel.Information, new EventId(5001), "Call started", null, static (s, _) => s);
        Assert.Equal("2026-01-02T03:04:05.678Z info: Parley.Calls[5001] Call started\n", output.Text);
    }

    [Fact]
    public void For_the_journal_the_level_is_a_priority()
    {
        using var output = new Output();
        using (var log = new ConsoleLog(new ConsoleLogOptions { SyslogPrefix = true }, () => TimeProvider.System, () => output))
            log.CreateLogger("Parley.Calls").Log(LogLevel.Error, new EventId(7), "x", null, static (s, _) => s);
        Assert.Equal("<3>Parley.Calls[7] x\n", output.Text);
    }

    [Theory]
    [InlineData("a\r\nb", "a\\r\\nb")]
    [InlineData("a\tb", "a\\tb")]
    [InlineData("\u001b[2J", "\\u001B[2J")]
    [InlineData("\0\u007f\u0085\u009b", "\\u0000\\u007F\\u0085\\u009B")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("\u202Eevil\u2066", "\\u202Eevil\\u2066")]
    [InlineData("grün 😀 日本", "grün 😀 日本")]
    public void Control_characters_are_escaped(string text, string expected)
    {
        using var output = new Output();
        using (var log = new ConsoleLog(new ConsoleLogOptions(), () => TimeProvider.System, () => output))
            log.CreateLogger("App").LogInformation("call-id={CallId}", text);
        Assert.Equal($"info: App[0] call-id={expected}\n", output.Text);
    }

    [Fact]
    public void Half_of_a_pair_is_escaped()
    {
        // Not as test data: an attribute's text cannot hold it.
        string text = new(['\ud800', 'x', '\udc00', '\ud83d', '\ude00', '\ud83d']);
        using var output = new Output();
        using (var log = new ConsoleLog(new ConsoleLogOptions(), () => TimeProvider.System, () => output))
            log.CreateLogger("App").LogInformation("{Text}", text);
        Assert.Equal("info: App[0] \\uD800x\\uDC00😀\\uD83D\n", output.Text);
    }

    [Fact]
    public void Control_characters_in_an_exception_are_escaped_too()
    {
        using var output = new Output();
        using (var log = new ConsoleLog(new ConsoleLogOptions(), () => TimeProvider.System, () => output))
            log.CreateLogger("App").LogError(new InvalidOperationException("bad\u001b[31m\u2028user\nfail: Forged[1]"), "Failed");
        Assert.Equal("fail: App[0] Failed System.InvalidOperationException: bad\\u001B[31m user fail: Forged[1]\n", output.Text);
    }

    [Fact]
    public void A_reader_that_does_not_read_stops_nobody_and_learns_what_it_missed()
    {
        using var output = new Output();
        output.Hold();
        using (var log = new ConsoleLog(new ConsoleLogOptions { MaxWaitingLines = 100 }, () => TimeProvider.System, () => output))
        {
            ILogger logger = log.CreateLogger("Parley.Calls");
            for (int i = 0; i < 5_000; i++)
                logger.LogInformation("line {Number}", i);
            Assert.InRange(log.LinesDropped, 4_700, 4_900);
            long dropped = log.LinesDropped;
            output.Release();
            Assert.True(SpinWait.SpinUntil(() => Told(output).Sum() == dropped, TimeSpan.FromSeconds(10)), string.Join(", ", Told(output)));
            logger.LogInformation("afterwards");
            Assert.True(
                SpinWait.SpinUntil(
                    () => output.Text.EndsWith("info: Parley.Calls[0] afterwards\n", StringComparison.Ordinal),
                    TimeSpan.FromSeconds(10)
                )
            );
            Assert.Equal(dropped, log.LinesDropped);
            // A line counts as written when its write has returned, a moment after the reader has it.
            long written = 5_000 - dropped + Told(output).Count + 1;
            Assert.True(SpinWait.SpinUntil(() => log.LinesWritten >= written, TimeSpan.FromSeconds(10)));
            Assert.Equal(written, log.LinesWritten);
        }

        // One line for each place where lines are missing.
        static List<long> Told(Output output) =>
            [
                .. output
                    .Text.Split('\n')
                    .Where(static l =>
                        l.StartsWith("warn: Parley.Log[3010] ", StringComparison.Ordinal)
                        && l.EndsWith(
                            " lines of this log were dropped here: standard output was not read in time",
                            StringComparison.Ordinal
                        )
                    )
                    .Select(static l => long.Parse(l.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture)),
            ];
    }

    [Fact]
    public void Characters_are_bounded_as_lines_are()
    {
        using var output = new Output();
        output.Hold();
        using var log = new ConsoleLog(new ConsoleLogOptions { MaxWaitingCharacters = 10_000 }, () => TimeProvider.System, () => output);
        for (int i = 0; i < 100; i++)
            log.CreateLogger("App").LogInformation("{Text}", new string('x', 1_000));
        Assert.InRange(log.LinesDropped, 70, 92);
        output.Release();
    }

    [Fact]
    public async Task A_reader_that_never_reads_does_not_keep_the_process_from_ending()
    {
        using var output = new Output();
        output.Hold();
        var log = new ConsoleLog(new ConsoleLogOptions(), () => TimeProvider.System, () => output);
        log.CreateLogger("App").LogInformation("x");
        await Task.Run(log.Dispose, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        output.Release();
    }

    [Fact]
    public void An_event_repeats_once_an_interval_with_its_number()
    {
        using var output = new Output();
        var time = new SimulatedClock();
        using (var log = new ConsoleLog(new ConsoleLogOptions(), () => time, () => output))
        {
            ILogger logger = log.CreateLogger("Parley.Proxy");
            for (int i = 0; i < 984; i++)
                logger.Log(LogLevel.Warning, Repeated, i, null, static (s, _) => $"target {s}");
            time.RunFor(TimeSpan.FromSeconds(1.5));
            logger.Log(LogLevel.Warning, Repeated, 984, null, static (s, _) => $"target {s}");
            Assert.Equal(983, log.EventsLeftOut);
        }

        // The writer may have told the number before the next event did.
        string[] lines = output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("warn: Parley.Proxy[3999] target 0", lines[0]);
        Assert.Equal(983, lines.Where(l => l.Contains("more like it", StringComparison.Ordinal)).Sum(Number));
        Assert.InRange(lines.Length, 2, 3);
    }

    [Fact]
    public void What_repeated_and_came_no_more_is_told_all_the_same()
    {
        using var output = new Output();
        var options = new ConsoleLogOptions { RepeatInterval = TimeSpan.FromMilliseconds(50) };
        using var log = new ConsoleLog(options, () => TimeProvider.System, () => output);
        ILogger logger = log.CreateLogger("Parley.Dialogs.Callbacks");
        for (int i = 0; i < 10; i++)
            logger.Log(LogLevel.Error, Repeated, "x", null, static (s, _) => s);
        SpinWait.SpinUntil(() => output.Text.Contains("more like it", StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        Assert.Contains("more like it", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_and_an_applications_own_lines_are_never_left_out()
    {
        using var output = new Output();
        using (var log = new ConsoleLog(new ConsoleLogOptions(), () => TimeProvider.System, () => output))
        {
            for (int i = 0; i < 50; i++)
            {
                log.CreateLogger("Parley.Calls").Log(LogLevel.Information, new EventId(5001), "Call started", null, static (s, _) => s);
                log.CreateLogger("App").Log(LogLevel.Warning, new EventId(1), "mine", null, static (s, _) => s);
                log.CreateLogger("Parley.Proxy").LogWarning("without an id");
            }
        }

        Assert.Equal(150, output.Text.Count(static c => c == '\n'));
    }

    [Fact]
    public void A_broken_output_is_counted()
    {
        using var log = new ConsoleLog(new ConsoleLogOptions(), () => TimeProvider.System, static () => new BrokenOutput());
        log.CreateLogger("App").LogInformation("x");
        Assert.True(SpinWait.SpinUntil(() => log.LinesDropped == 1, TimeSpan.FromSeconds(10)));
    }

    private static int Number(string line)
    {
        int from = line.LastIndexOf('(') + 1;
        return int.Parse(line[from..line.IndexOf(' ', from)], System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }

    private sealed class BrokenOutput : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("gone");
    }

    /// <summary>Where the log goes; held, it takes no byte.</summary>
    private sealed class Output : MemoryStream
    {
        private readonly ManualResetEventSlim _reads = new(true);
        private readonly StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        public void Hold() => _reads.Reset();

        public void Release() => _reads.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _reads.Wait();
            lock (_text)
                _text.Append(Encoding.UTF8.GetString(buffer));
        }
    }
}
