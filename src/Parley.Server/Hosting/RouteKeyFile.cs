using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Parley.Server.Configuration;
using Parley.Sip;

namespace Parley.Server.Hosting;

/// <summary>
/// The key by which the server knows its own Record-Routes again after a restart: 32 hexadecimal digits in a file of the state directory that
/// only the server's user may read. Made at the first start; removed, all calls that go on get 481.
/// </summary>
internal static class RouteKeyFile
{
    public const string Name = "route.key";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Forbidden = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>Where the state lies: the directory of the settings, else the first that systemd names (StateDirectory= of the unit), else the user's own; null without a home.</summary>
    public static StateDirectory? DirectoryOf(ServerConfiguration configuration) =>
        DirectoryOf(
            configuration.StateDirectory,
            Environment.GetEnvironmentVariable("STATE_DIRECTORY"),
            Environment.GetEnvironmentVariable("XDG_STATE_HOME"),
            Environment.GetEnvironmentVariable("HOME")
        );

    /// <param name="set">What the settings say.</param>
    /// <param name="systemd">The variable that systemd sets: one folder or several, with colons between.</param>
    /// <param name="stateHome">XDG_STATE_HOME; counts only when it is an absolute path (XDG Base Directory Specification).</param>
    /// <param name="home">The user's home, where the state home is .local/state by default.</param>
    public static StateDirectory? DirectoryOf(string? set, string? systemd, string? stateHome, string? home)
    {
        if (set is not null)
            return new StateDirectory(set, IsAsked: true);
        if (!string.IsNullOrEmpty(systemd))
            return new StateDirectory(systemd.Split(':')[0], IsAsked: true);
        if (Path.IsPathFullyQualified(stateHome ?? ""))
            return new StateDirectory(Path.Combine(stateHome!, "parley"), IsAsked: false);
        return Path.IsPathFullyQualified(home ?? "")
            ? new StateDirectory(Path.Combine(home!, ".local", "state", "parley"), IsAsked: false)
            : null;
    }

    /// <summary>Reads the key, or makes it when the file is not there yet.</summary>
    /// <param name="directory">Made, for the owner alone, when it is not there.</param>
    /// <param name="key">16 bytes.</param>
    /// <param name="error">One line for the operator.</param>
    public static bool TryLoad(string directory, [NotNullWhen(true)] out byte[]? key, [NotNullWhen(false)] out string? error)
    {
        var path = Path.Combine(directory, Name);
        key = null;
        try
        {
            if (!File.Exists(path))
                Create(directory, path);
            return TryRead(path, out key, out error);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = $"Parley:StateDirectory: the key {path} can be neither read nor made: {failure.Message.ReplaceLineEndings(" ")}";
            return false;
        }
    }

    private static bool TryRead(string path, [NotNullWhen(true)] out byte[]? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        error = null;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Forbidden) != 0)
        {
            error = $"Parley:StateDirectory: the key {path} is open to others; give it mode 0600";
            return false;
        }
        var text = File.ReadAllText(path).Trim();
        if (text.Length != 2 * SipRandom.KeyLength || !text.All(char.IsAsciiHexDigit))
        {
            error =
                $"Parley:StateDirectory: {path} holds no key; give {2 * SipRandom.KeyLength} hexadecimal digits, or remove it for a new one";
            return false;
        }
        key = Convert.FromHexString(text);
        return true;
    }

    // Written whole under another name first: a second server that starts at the same time reads all of it or makes its own, and one of them wins.
    private static void Create(string directory, string path)
    {
        StateDirectory.Make(directory);
        var random = SipRandom.CreateSecure();
        var key = new byte[SipRandom.KeyLength];
        BinaryPrimitives.WriteUInt64LittleEndian(key, random.Next());
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(8), random.Next());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        var draft = $"{path}.{Guid.NewGuid():N}";
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other one was quicker: its key counts.
        }
        finally
        {
            File.Delete(draft); // does nothing when it was moved
        }
    }
}
