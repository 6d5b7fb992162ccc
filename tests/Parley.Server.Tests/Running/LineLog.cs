using Microsoft.Extensions.Logging;

namespace Parley.Server.Tests.Running;

/// <summary>Keeps lines as <c>Category[id] text</c>.</summary>
internal sealed class LineLog : ILoggerProvider
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>The lines of one category.</summary>
    public IReadOnlyList<string> Of(string category) => [.. Lines.Where(l => l.StartsWith(category + "[", StringComparison.Ordinal))];

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose() { }

    private void Add(string line)
    {
        lock (_lock)
            _lines.Add(line);
    }

    private sealed class Category(LineLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => log.Add($"{name}[{eventId.Id}] {formatter(state, exception)}{exception}");
    }
}
