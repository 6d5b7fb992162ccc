using System.Net.Sockets;
using static Parley.Transport.LinuxSyscalls;

namespace Parley.Transport;

/// <summary>Waits for one socket.</summary>
internal static unsafe class LinuxPoll
{
    /// <summary>False when the time has passed, or the wait was cut short.</summary>
    /// <param name="handle">The socket.</param>
    /// <param name="events"><see cref="PollIn"/> or <see cref="PollOut"/>.</param>
    /// <param name="milliseconds">At most.</param>
    public static bool Wait(SafeSocketHandle handle, short events, int milliseconds)
    {
        var added = false;
        try
        {
            handle.DangerousAddRef(ref added);
            var entry = new PollEntry { Descriptor = (int)handle.DangerousGetHandle(), Events = events };
            return Poll(&entry, 1, milliseconds) > 0;
        }
        finally
        {
            if (added)
                handle.DangerousRelease();
        }
    }
}
