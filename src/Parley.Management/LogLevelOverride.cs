using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Parley.Management;

/// <summary>A level of the log in place of the configured ones of Parley's categories, until another is set. The levels of other libraries stay.</summary>
internal sealed class LogLevelOverride : IPostConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private readonly Lock _lock = new();
    private ConfigurationChange _change = new();
    private LogLevel? _level;

    public string Name => Options.DefaultName;

    /// <summary>The level in force: the one that was set, else that of the category Parley or the default.</summary>
    public LogLevel Current { get; private set; } = LogLevel.Information;

    public void Set(LogLevel level)
    {
        ConfigurationChange before;
        lock (_lock)
        {
            _level = level;
            (before, _change) = (_change, new ConfigurationChange());
        }

        before.Raise();
    }

    public IChangeToken GetChangeToken()
    {
        lock (_lock)
        {
            return _change.Token;
        }
    }

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

    /// <summary>One change to come.</summary>
    private sealed class ConfigurationChange
    {
        private readonly CancellationTokenSource _source = new();

        public IChangeToken Token => new CancellationChangeToken(_source.Token);

        public void Raise() => _source.Cancel();
    }
}
