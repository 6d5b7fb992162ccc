using System.Runtime.InteropServices;

namespace Parley.Management;

/// <summary>The FIFO of one reply, made by the one that waits for it.</summary>
internal sealed class ReplyFifo : IDisposable
{
    /// <summary>How long a reader may keep the reply waiting.</summary>
    private const int Patience = 10_000;

    /// <summary>How long the reader may take to open it, after it sent the command.</summary>
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan OpenInterval = TimeSpan.FromMilliseconds(5);

    private readonly int _file;

    private ReplyFifo(int file) => _file = file;

    /// <summary>Opens it once its reader has.</summary>
    /// <exception cref="IOException">There is no reader, or it is no FIFO.</exception>
    public static async ValueTask<ReplyFifo> OpenAsync(string path, CancellationToken cancellation)
    {
        // Another process is waited for: the time of a simulation is not its.
        TimeProvider time = TimeProvider.System;
        long begin = time.GetTimestamp();
        while (true)
        {
            // A link, or a file in its place, could make the server write into a file of another user.
            int file = PosixFile.Open(path, PosixFile.WriteOnly | PosixFile.NonBlocking | PosixFile.NoFollow | PosixFile.CloseOnExec);
            if (file >= 0)
                return PosixFile.IsPipe(file) ? new ReplyFifo(file) : throw Refused(file);
            int error = Marshal.GetLastPInvokeError();
            if (error != PosixFile.NoReader || time.GetElapsedTime(begin) > OpenLimit)
                throw new IOException(PosixFile.Reason(error));
            await Task.Delay(OpenInterval, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes all, at the pace of the reader; on a thread of the pool, which waits.</summary>
    /// <exception cref="IOException">The reader is gone, or reads nothing for ten seconds.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = PosixFile.Write(_file, bytes);
            bytes = bytes[count..];
            if (count == 0 && !PosixFile.Wait(_file, PosixFile.Out, Patience))
                throw new IOException("its reader does not read");
        }
    }

    public void Dispose() => _ = PosixFile.Close(_file);

    private static IOException Refused(int file)
    {
        _ = PosixFile.Close(file);
        return new IOException("it is no FIFO");
    }
}
