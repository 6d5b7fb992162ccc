using System.Runtime.InteropServices;

namespace Parley.Management;

/// <summary>What FIFOs need of the system beyond what the runtime offers: opening without waiting, and waiting with a limit.</summary>
internal static partial class PosixFile
{
    public const int ReadWrite = 2;
    public const int WriteOnly = 1;

    /// <summary>The numbers of Linux and macOS.</summary>
    public static readonly int NonBlocking = OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    public static readonly int NoFollow = OperatingSystem.IsMacOS() ? 0x100 : 0x20000;
    public static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
    public static readonly int TryAgain = OperatingSystem.IsMacOS() ? 35 : 11;

    public const int Interrupted = 4;
    public const int NoReader = 6; // ENXIO
    public const int Exists = 17;
    private const int NoPosition = 29; // ESPIPE
    public const short In = 1;
    public const short Out = 4;
    private const short Gone = 0x18; // POLLERR, POLLHUP

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int file);

    /// <summary>Reads what is there; 0: nothing now.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static unsafe int Read(int file, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            nint count = Read(file, bytes, (nuint)buffer.Length);
            return count >= 0 ? (int)count : Judge();
        }
    }

    /// <summary>Writes what fits; 0: nothing now.</summary>
    /// <exception cref="IOException">The reader is gone.</exception>
    public static unsafe int Write(int file, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            nint count = Write(file, bytes, (nuint)buffer.Length);
            return count >= 0 ? (int)count : Judge();
        }
    }

    /// <summary>Waits until it can be read or written; false when the time is over. Where the other end is gone it returns at once, and the next step finds that.</summary>
    public static unsafe bool Wait(int file, short what, int milliseconds)
    {
        var one = new PollFile { File = file, Events = what };
        return Poll(&one, 1, milliseconds) > 0 && (one.Returned & (what | Gone)) != 0;
    }

    /// <summary>Whether it is a FIFO and no file: a pipe has no position.</summary>
    public static bool IsPipe(int file) => Seek(file, 0, 1) < 0 && Marshal.GetLastPInvokeError() == NoPosition;

    public static string Reason(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static int Judge()
    {
        int error = Marshal.GetLastPInvokeError();
        return error == TryAgain || error == Interrupted ? 0 : throw new IOException(Reason(error));
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint Read(int file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint Write(int file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Seek(int file, nint offset, int whence);

    // The count is unsigned long on Linux and unsigned int on macOS; a small one is the same in a register.
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Poll(PollFile* files, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFile
    {
        public int File;
        public short Events;
        public short Returned;
    }
}
