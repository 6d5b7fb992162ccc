using System.Runtime.InteropServices;

namespace Parley.Server.Runtime;

/// <summary>
/// While it is held, the calling thread does not take the processor from another one when it wakes (SCHED_BATCH, sched(7)), and the threads it starts
/// never do. Does nothing on other systems than Linux, and for a thread that was given a policy of its own, a realtime one say.
/// </summary>
internal readonly partial struct SchedBatchScope : IDisposable
{
    private const int Ordinary = 0,
        Batch = 3;

    private readonly bool _entered;

    private SchedBatchScope(bool entered) => _entered = entered;

    /// <summary>To be disposed of on the same thread.</summary>
    public static SchedBatchScope Enter() =>
        new(
            OperatingSystem.IsLinux()
                && GetPolicy(Self(), out int policy, out _) == 0
                && policy == Ordinary
                && SetPolicy(Self(), Batch, default) == 0
        );

    /// <summary>The thread is an ordinary one again (which needs no privilege, sched(7)).</summary>
    public void Dispose()
    {
        if (_entered)
            _ = SetPolicy(Self(), Ordinary, default);
    }

    // By the thread and not by sched_setscheduler, which musl does not have.
    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nint Self();

    [LibraryImport("libc", EntryPoint = "pthread_getschedparam")]
    private static partial int GetPolicy(nint thread, out int policy, out Parameters parameters);

    [LibraryImport("libc", EntryPoint = "pthread_setschedparam")]
    private static partial int SetPolicy(nint thread, int policy, in Parameters parameters);

    /// <summary>struct sched_param: the priority, 0 for both policies; musl has 40 bytes more.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Parameters
    {
        public int Priority;
    }
}
