namespace Parley.Server.Tests.Reflection;

/// <summary>A kind of request, or of several, and what may come of it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Attack">Sends it in the victim's name.</param>
/// <param name="Most">Bytes out per byte in.</param>
/// <param name="Clause">Why more than 2: what demands it. Null: nothing does.</param>
/// <param name="Expected">Part of what the victim must have got, so that the row is about what it says; empty: nothing at all.</param>
/// <param name="Settings">The server's; null: a domain, example.com.</param>
/// <param name="Seconds">How long what comes of it is counted: more than 64*T1.</param>
internal sealed record ReflectionRow(
    string Name,
    Action<ForgedSource> Attack,
    double Most = 2.0,
    string? Clause = null,
    string Expected = "",
    string? Settings = null,
    double Seconds = 40
);
