namespace Parley.Server.Hosting;

/// <summary>Where the server keeps what outlives it.</summary>
/// <param name="Path">The folder.</param>
/// <param name="IsAsked">The settings or systemd name it, so a fault there stops the start; the user's own folder is only tried.</param>
internal readonly record struct StateDirectory(string Path, bool IsAsked);
