namespace Parley.Hosting;

/// <summary>How <see cref="ConsoleLog"/> writes. Read when the first line is logged.</summary>
public sealed class ConsoleLogOptions
{
    /// <summary>What a line looks like.</summary>
    public ConsoleLogFormat Format { get; set; }

    /// <summary>Before each line of <see cref="ConsoleLogFormat.Text"/>, in UTC, e.g. "yyyy-MM-ddTHH:mm:ss.fffZ "; null for none.</summary>
    public string? TimestampFormat { get; set; }

    /// <summary>A syslog priority such as "&lt;6&gt;" in place of the level's name, which is what the systemd journal reads; of <see cref="ConsoleLogFormat.Json"/> before the object.</summary>
    public bool SyslogPrefix { get; set; }

    /// <summary>Lines that may wait for the reader; further ones are dropped and counted. At least 1.</summary>
    public int MaxWaitingLines { get; set; } = 8_192;

    /// <summary>Characters of the lines that may wait; further lines are dropped and counted. At least 1.</summary>
    public int MaxWaitingCharacters { get; set; } = 4 * 1024 * 1024;

    /// <summary>One event (category and id) at Warning or above is written at most once in this time, with how often it came besides;
    /// <see cref="TimeSpan.Zero"/> for no limit. It holds for categories in <see cref="LimitedCategories"/>.</summary>
    public TimeSpan RepeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Categories, with those below them, whose warnings and errors a stranger can cause at will. (Those of Parley.Transport are limited where they arise.)</summary>
    public ISet<string> LimitedCategories { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "Parley.Transactions", "Parley.Proxy", "Parley.Registrar", "Parley.Dialogs" };
}
