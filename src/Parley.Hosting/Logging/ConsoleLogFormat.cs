namespace Parley.Hosting;

/// <summary>What a line of <see cref="ConsoleLog"/> looks like.</summary>
public enum ConsoleLogFormat
{
    /// <summary>For people: level, category, event id, text.</summary>
    Text,

    /// <summary>One object of JSON: time, level, category, event id, text, and each value of the message under its name.</summary>
    Json,
}
