using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Parley.Management;

/// <summary>A level of the log in place of the configured ones of Parley's categories, until another is set. The levels of other libraries stay.</summary>
internal sealed class LogLevelOverride
    : IPostConfigureOptions<LoggerFilterOptions>,
        IOptionsChangeTokenSource<LoggerFilterOptions>,
        IDisposable
{
    private readonly Lock _lock = new();

    // One for each change.
    private CancellationTokenSource _change = new();
    private LogLevel? _level;

    public string Name => Options.DefaultName;

    /// <summary>The level in force: the one that was set, else that of the category Parley or the default.</summary>
    public LogLevel Current { get; private set; } = LogLevel.Information;

    public void Set(LogLevel level)
    {
        CancellationTokenSource before;
        lock (_lock)
        {
            _level = level;
            (before, _change) = (_change, new CancellationTokenSource());
        }

        before.Cancel();
        before.Dispose();
    }

    public IChangeToken GetChangeToken()
    {
        lock (_lock)
        {
            return new CancellationChangeToken(_change.Token);
        }
    }

    public void Dispose() => _change.Dispose();

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        if (_level is { } level)
        {
            options.MinLevel = level;
            for (int i = 0; i < options.Rules.Count; i++)
            {
                LoggerFilterRule rule = options.Rules[i];
                if (IsOurs(rule))
                    options.Rules[i] = new LoggerFilterRule(rule.ProviderName, rule.CategoryName, level, rule.Filter);
            }
        }

        Current =
            _level
            ?? options
                .Rules.Where(static rule => rule.LogLevel is not null && (rule.CategoryName ?? "") is "" or "Default" or "Parley")
                .OrderByDescending(static rule => rule.CategoryName == "Parley")
                .Select(static rule => rule.LogLevel)
                .FirstOrDefault()
            ?? options.MinLevel;
    }

    private static bool IsOurs(LoggerFilterRule rule) =>
        string.IsNullOrEmpty(rule.CategoryName)
        || rule.CategoryName == "Default"
        || rule.CategoryName.StartsWith("Parley", StringComparison.OrdinalIgnoreCase);
}
