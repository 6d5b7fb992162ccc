using Microsoft.Extensions.Logging;

namespace Parley.Proxy.Tests;

/// <summary>Keeps what was logged: "3021 Warning text".</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Of(int eventId)
    {
        lock (_lock)
            return [.. _lines.Where(line => line.StartsWith($"{eventId} ", StringComparison.Ordinal))];
    }

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
    )
    {
        lock (_lock)
            _lines.Add($"{eventId.Id} {logLevel} {formatter(state, exception)}");
    }

    public void Dispose() { }
}
