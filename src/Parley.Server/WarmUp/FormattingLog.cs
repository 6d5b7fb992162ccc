using Microsoft.Extensions.Logging;

namespace Parley.Server.WarmUp;

/// <summary>Makes the lines of a log and throws them away.</summary>
internal sealed class FormattingLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => _ = formatter(state, exception);

    public void Dispose() { }
}
