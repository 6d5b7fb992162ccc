using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Parley.Dialogs;

/// <summary>Makes the name of a new file durable: on Unix that takes an fsync of its directory. Elsewhere nothing.</summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;

    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open([.. Encoding.UTF8.GetBytes(directory), 0], ReadOnly);
        if (descriptor < 0)
            throw new IOException($"{directory} cannot be opened to be synced: error {Marshal.GetLastPInvokeError()}.");
        // The runtime opens no directory, but syncs one. It passes over the error of a file system that knows no sync of directories.
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);
}
