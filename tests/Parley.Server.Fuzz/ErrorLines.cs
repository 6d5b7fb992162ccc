using Microsoft.Extensions.Logging;

namespace Parley.Server.Fuzz;

/// <summary>Keeps what the server logs as an error: nothing that comes from the network is one.</summary>
internal sealed class ErrorLines : ILoggerProvider, ILogger
{
    private const int Most = 20;
    private readonly List<string> _lines = [];

    public int Count { get; private set; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

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
        lock (_lines)
        {
            Count++;
            if (_lines.Count < Most)
                _lines.Add($"{logLevel} {eventId.Id}: {formatter(state, exception)} {exception}");
        }
    }
}
