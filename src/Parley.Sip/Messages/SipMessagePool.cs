namespace Parley.Sip;

/// <summary>Released messages waiting to be used again: a few per thread without a lock, the rest in one bounded stack.</summary>
internal static class SipMessagePool
{
    internal const int LargestKeptBuffer = 16_384;
    internal const int LargestKeptTable = 256;
    private const int PerThread = 64;
    private const int Shared = 4096;

    private static readonly Lock PoolLock = new();
    private static readonly SipMessage?[] Stack = new SipMessage?[Shared];
    private static int s_count;

    [ThreadStatic]
    private static SipMessage?[]? t_stack;

    [ThreadStatic]
    private static int t_count;

    internal static SipMessage? Rent()
    {
        if (t_count > 0)
        {
            var message = t_stack![--t_count];
            t_stack[t_count] = null;
            return message;
        }
        lock (PoolLock)
        {
            if (s_count == 0)
                return null;
            var message = Stack[--s_count];
            Stack[s_count] = null;
            return message;
        }
    }

    internal static void Return(SipMessage message)
    {
        message.DropLargeBuffer();
        var stack = t_stack ??= new SipMessage?[PerThread];
        if (t_count < stack.Length)
        {
            stack[t_count++] = message;
            return;
        }
        lock (PoolLock)
        {
            // Over the bound it is left to the collector.
            if (s_count < Stack.Length)
                Stack[s_count++] = message;
        }
    }
}
