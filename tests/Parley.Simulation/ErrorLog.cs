using Microsoft.Extensions.Logging;

namespace Parley.Simulation;

/// <summary>Whatever the product logs as an error is a violation, unless a handler of the simulation's own threw on purpose.</summary>
internal sealed class ErrorLog(Violations violations) : ILoggerProvider, ILogger
{
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
        ArgumentNullException.ThrowIfNull(formatter);
        if (!IsEnabled(logLevel) || exception is OnPurposeException)
            return;
        violations.Add($"logged {eventId.Name}: {formatter(state, exception)} {exception}");
    }

    internal sealed class OnPurposeException() : Exception("on purpose");
}
