using Microsoft.Extensions.Logging;

namespace Parley.Dialogs.Tests;

/// <summary>Gives every category the same logger.</summary>
internal sealed class ListLoggerFactory(ListLogger logger) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider) { }

    public ILogger CreateLogger(string categoryName) => logger;

    public void Dispose() { }
}
