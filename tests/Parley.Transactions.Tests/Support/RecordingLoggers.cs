using Microsoft.Extensions.Logging;

namespace Parley.Transactions.Tests;

internal sealed class RecordingLoggers : ILoggerFactory, ILogger
{
    public List<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (Lines)
        {
            Lines.Add($"{eventId.Id} {logLevel} {formatter(state, exception)}");
        }
    }
}
