using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Parley.TestLogs;

/// <summary>Keeps the lines of a log, of all categories: "Information 7010 text", and the message of the exception behind it.</summary>
internal sealed class LineLog : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>The lines of one event.</summary>
    public IReadOnlyList<string> Of(int eventId) => [.. _lines.Where(line => line.Split(' ', 3)[1] == $"{eventId}")];

    public void AddProvider(ILoggerProvider provider) { }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => _lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception?.Message}".TrimEnd());

    public void Dispose() { }
}
