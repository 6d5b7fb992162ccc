using System.Diagnostics;

namespace Parley.EndToEnd.Tests.Stores;

/// <summary>A file system in memory of a few megabytes, which a test can fill.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Mounts one; null where that is not allowed.</summary>
    public static SmallDisk? Mount(int megabytes)
    {
        string folder = TestFolder.ForTest("disk");
        return Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder) ? new SmallDisk(folder) : null;
    }

    /// <summary>Nothing can be written any more.</summary>
    public void MakeReadOnly()
    {
        if (!Run("mount", "-o", "remount,ro", Folder))
            throw new InvalidOperationException($"{Folder} stays writable.");
    }

    public void Dispose() => Run("umount", "-l", Folder);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
