using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Parley.Hosting;

/// <summary>One category of <see cref="ConsoleLog"/>: makes the lines.</summary>
internal sealed class ConsoleLogger(ConsoleLog log, string category) : ILogger
{
    private const int KeptCapacity = 4096;

    [ThreadStatic]
    private static StringBuilder? _builder;

    private readonly bool _isLimited = IsLimited(log.Options, category);

    public LogRepeats Repeats { get; } = new();

    public string Category => category;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (!IsEnabled(logLevel))
            return;
        long leftOut = 0;
        // An event without an id is an application's own: two of them need not be the same.
        if (
            _isLimited
            && logLevel >= LogLevel.Warning
            && eventId.Id != 0
            && !Repeats.Allows(eventId.Id, log.Now, log.Interval, out leftOut)
        )
        {
            log.LeftOut();
            return;
        }

        string message = formatter(state, exception);
        if (message.Length == 0 && exception is null)
            return;
        if (IsJson)
        {
            log.Take(Json(logLevel, eventId.Id, message, state, exception, leftOut));
            return;
        }

        StringBuilder line = Begin(logLevel, eventId.Id);
        if (message.Length > 0)
            LogText.Append(line.Append(' '), message);
        if (leftOut > 0)
            line.Append(CultureInfo.InvariantCulture, $" ({leftOut} more like it before)");
        if (exception is not null)
            LogText.AppendOnOneLine(line.Append(' '), exception.ToString());
        log.Take(End(line));
    }

    /// <summary>The line with the number of events that were not written.</summary>
    public string LeftOutLine(int eventId, long leftOut) =>
        IsJson
            ? Json(LogLevel.Warning, eventId, "", null, null, leftOut)
            : End(Begin(LogLevel.Warning, eventId).Append(CultureInfo.InvariantCulture, $" ({leftOut} more like it)"));

    /// <summary>The line with the number of lines that were dropped.</summary>
    public string DroppedLine(long dropped)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{dropped} lines of this log were dropped here: standard output was not read in time"
        );
        return IsJson ? Json(LogLevel.Warning, 3010, text, null, null, 0) : End(Begin(LogLevel.Warning, 3010).Append(' ').Append(text));
    }

    private bool IsJson => log.Options.Format == ConsoleLogFormat.Json;

    private string Json(LogLevel level, int eventId, string message, object? state, Exception? exception, long leftOut)
    {
        string json = JsonLine.Write(log.Time.GetUtcNow(), level, category, eventId, message, state, exception, leftOut);
        // The journal takes the priority off, so that its message is the object.
        return log.Options.SyslogPrefix ? $"<{Priority(level)}>{json}\n" : json + "\n";
    }

    private StringBuilder Begin(LogLevel level, int eventId)
    {
        StringBuilder line = _builder ?? new StringBuilder(512);
        _builder = null;
        line.Clear();
        if (log.Options.SyslogPrefix)
            line.Append('<').Append(Priority(level)).Append('>');
        if (log.Options.TimestampFormat is { } format)
            line.Append(log.Time.GetUtcNow().ToString(format, CultureInfo.InvariantCulture));
        if (!log.Options.SyslogPrefix)
            line.Append(Name(level)).Append(": ");
        return line.Append(category).Append('[').Append(CultureInfo.InvariantCulture, $"{eventId}").Append(']');
    }

    private static string End(StringBuilder line)
    {
        string text = line.Append('\n').ToString();
        if (line.Capacity <= KeptCapacity)
            _builder = line;
        return text;
    }

    private static bool IsLimited(ConsoleLogOptions options, string category)
    {
        if (options.RepeatInterval == TimeSpan.Zero)
            return false;
        foreach (string limited in options.LimitedCategories)
        {
            if (
                category.StartsWith(limited, StringComparison.Ordinal)
                && (category.Length == limited.Length || category[limited.Length] == '.')
            )
                return true;
        }

        return false;
    }

    // The names of the framework's console log.
    private static string Name(LogLevel level) =>
        level switch
        {
            LogLevel.Trace => "trce",
            LogLevel.Debug => "dbug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            _ => "crit",
        };

    // RFC 5424 6.2.1.
    private static char Priority(LogLevel level) =>
        level switch
        {
            LogLevel.Trace or LogLevel.Debug => '7',
            LogLevel.Information => '6',
            LogLevel.Warning => '4',
            LogLevel.Error => '3',
            _ => '2',
        };
}
