using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Configuration;

/// <summary>The section <c>Logging</c>: every value below a <c>LogLevel</c> is a level.</summary>
internal static class LogLevels
{
    /// <summary>The levels, the most verbose first.</summary>
    public static IReadOnlyList<string> Names { get; } = Enum.GetNames<LogLevel>();

    public static void Check(IConfigurationSection logging, List<string> errors)
    {
        if (logging.Value is { Length: > 0 } value)
            errors.Add($"{logging.Path}: \"{value}\" is not allowed; give an object in braces");
        foreach (var section in logging.GetChildren())
        {
            if (section.Key.Equals("LogLevel", StringComparison.OrdinalIgnoreCase))
                CheckLevels(section, errors);
            else if (section.Key.Equals("Console", StringComparison.OrdinalIgnoreCase) && section.Value is null)
                CheckConsole(section, errors);
            else
                errors.Add($"{section.Path}: there is no such setting; {logging.Path} knows Console, LogLevel");
        }
    }

    private static void CheckConsole(IConfigurationSection console, List<string> errors)
    {
        foreach (var section in console.GetChildren())
        {
            if (section.Key.Equals("LogLevel", StringComparison.OrdinalIgnoreCase))
                CheckLevels(section, errors);
            else
                errors.Add($"{section.Path}: there is no such setting; {console.Path} knows LogLevel");
        }
    }

    private static void CheckLevels(IConfigurationSection levels, List<string> errors)
    {
        if (levels.Value is { Length: > 0 } value)
            errors.Add($"{levels.Path}: \"{value}\" is not allowed; give an object of categories and levels");
        foreach (var level in levels.GetChildren())
        {
            if (level.Value is null || !Names.Contains(level.Value, StringComparer.OrdinalIgnoreCase))
                errors.Add($"{level.Path}: \"{level.Value ?? "an object"}\" is not allowed; give one of {string.Join(", ", Names)}");
        }
    }
}
