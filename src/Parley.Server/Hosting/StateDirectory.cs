namespace Parley.Server.Hosting;

/// <summary>Where the server keeps what outlives it.</summary>
/// <param name="Path">The folder.</param>
/// <param name="IsAsked">The settings or systemd name it, so a fault there stops the start; the user's own folder is only tried.</param>
internal readonly record struct StateDirectory(string Path, bool IsAsked)
{
    /// <summary>Makes a folder, for the owner alone, when it is not there.</summary>
    public static void Make(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
