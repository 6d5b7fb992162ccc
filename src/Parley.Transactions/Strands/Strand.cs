using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Transactions;

/// <summary>Serial execution without a lock: the thread that finds the strand free owns it until it leaves; others queue their work and go.</summary>
/// <remarks>
/// Entering and leaving an uncontended strand is one compare-and-swap of a number each. A compare-and-swap of a reference dirties the
/// card of the strand, so that every collection of generation 0 would scan it (docs/design/hot-path.md, "Long-lived objects hold numbers").
/// </remarks>
public sealed class Strand
{
    private const int MaxFreeNodes = 256;
    private const int Free = 0;
    private const int Owned = 1;
    private const int OwnedWithWork = 2;

    [ThreadStatic]
    private static Node? t_free;

    [ThreadStatic]
    private static int t_freeCount;

    private readonly ILogger _logger;
    private int _state; // to OwnedWithWork and from it under the gate only
    private int _owner;
    private int _queueLock; // 1: a thread is at the queue
    private Node? _oldest;
    private Node? _newest;

    /// <summary>Makes a free strand.</summary>
    /// <param name="logger">Gets a line for work that threw; null for none.</param>
    public Strand(ILogger? logger = null)
    {
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>True on the thread that owns the strand.</summary>
    public bool IsOwned => Volatile.Read(ref _owner) == Environment.CurrentManagedThreadId;

    /// <summary>Takes the strand when it is free.</summary>
    /// <returns>True: this thread owns the strand and must call <see cref="Leave"/>. False: busy (also when this thread owns it already); call <see cref="Post"/>.</returns>
    public bool TryEnter()
    {
        if (Interlocked.CompareExchange(ref _state, Owned, Free) != Free)
            return false;
        Volatile.Write(ref _owner, Environment.CurrentManagedThreadId);
        return true;
    }

    /// <summary>Runs what others queued meanwhile, in their order, and frees the strand.</summary>
    /// <exception cref="InvalidOperationException">This thread does not own the strand.</exception>
    public void Leave()
    {
        if (!IsOwned)
            throw new InvalidOperationException("Only the thread that entered the strand may leave it.");
        while (true)
        {
            Volatile.Write(ref _owner, 0);
            if (Interlocked.CompareExchange(ref _state, Free, Owned) == Owned)
                return;
            Volatile.Write(ref _owner, Environment.CurrentManagedThreadId);
            RunAll(TakeQueue());
        }
    }

    /// <summary>Runs the work now when the strand is free, else queues it for the owner, which runs it before it leaves.</summary>
    /// <param name="work">The work. What it throws is logged, and the strand goes on.</param>
    /// <param name="target">Given to the work.</param>
    /// <param name="argument">Given to the work.</param>
    /// <param name="version">Given to the work.</param>
    /// <returns>True when the work has run, false when it was queued; always false on the thread that owns the strand.</returns>
    public bool Run(StrandWork work, object? target, object? argument = null, long version = 0)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!TryEnter() && TryQueue(work, target, argument, version))
            return false;
        Execute(work, target, argument, version);
        Leave();
        return true;
    }

    /// <summary>Queues work; runs it at once when the strand is free or has become free meanwhile. The same as <see cref="Run"/>, for callers that need not know which.</summary>
    /// <param name="work">The work. What it throws is logged, and the strand goes on.</param>
    /// <param name="target">Given to the work.</param>
    /// <param name="argument">Given to the work.</param>
    /// <param name="version">Given to the work.</param>
    public void Post(StrandWork work, object? target, object? argument = null, long version = 0) => Run(work, target, argument, version);

    /// <summary>Behind what is queued already; false when the strand was left meanwhile, and this thread owns it now.</summary>
    private bool TryQueue(StrandWork work, object? target, object? argument, long version)
    {
        Node node = RentNode(work, target, argument, version);
        EnterQueue();
        while (Volatile.Read(ref _state) != OwnedWithWork && Interlocked.CompareExchange(ref _state, OwnedWithWork, Owned) != Owned)
        {
            if (!TryEnter())
                continue;
            LeaveQueue();
            ReturnNode(node);
            return false;
        }

        if (_newest is null)
            _oldest = node;
        else
            _newest.Next = node;
        _newest = node;
        LeaveQueue();
        return true;
    }

    /// <summary>By the owner, of a strand with work: all of it, oldest first.</summary>
    private Node? TakeQueue()
    {
        EnterQueue();
        Node? oldest = _oldest;
        _oldest = _newest = null;
        Volatile.Write(ref _state, Owned);
        LeaveQueue();
        return oldest;
    }

    // Held for the few instructions above.
    private void EnterQueue()
    {
        SpinWait wait = default;
        while (Interlocked.CompareExchange(ref _queueLock, 1, 0) != 0)
            wait.SpinOnce();
    }

    private void LeaveQueue() => Volatile.Write(ref _queueLock, 0);

    private void RunAll(Node? oldest)
    {
        while (oldest is not null)
        {
            Node node = oldest;
            oldest = node.Next;
            StrandWork work = node.Work!;
            object? target = node.Target,
                argument = node.Argument;
            long version = node.Version;
            ReturnNode(node);
            Execute(work, target, argument, version);
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The strand is the boundary: whatever one piece of work throws, the others must run."
    )]
    private void Execute(StrandWork work, object? target, object? argument, long version)
    {
        try
        {
            work(target, argument, version);
        }
        catch (Exception error)
        {
            TransactionLog.StrandWorkFailed(_logger, target, error);
        }
    }

    private static Node RentNode(StrandWork work, object? target, object? argument, long version)
    {
        Node? node = t_free;
        if (node is null)
        {
            node = new Node();
        }
        else
        {
            t_free = node.Next;
            t_freeCount--;
            node.Next = null;
        }

        node.Work = work;
        node.Target = target;
        node.Argument = argument;
        node.Version = version;
        return node;
    }

    private static void ReturnNode(Node node)
    {
        node.Work = null;
        node.Target = null;
        node.Argument = null;
        if (t_freeCount >= MaxFreeNodes)
        {
            node.Next = null;
            return;
        }

        node.Next = t_free;
        t_free = node;
        t_freeCount++;
    }

    private sealed class Node
    {
        public Node? Next;
        public StrandWork? Work;
        public object? Target;
        public object? Argument;
        public long Version;
    }
}
