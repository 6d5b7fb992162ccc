using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>All that a dialog and its parts know of the module they belong to: clocks, settings, log, feed, counters, what all dialogs have in common, and the way up.</summary>
internal abstract class DialogRuntime
{
    private readonly TimeProvider _time;
    private int _pingsStarted;

    protected DialogRuntime(TimerService timers, TimeProvider time, DialogSettings settings, DialogLog log)
    {
        Timers = timers;
        _time = time;
        Times = new DialogTimes(time, Counters);
        Settings = settings;
        Log = log;
    }

    public TimerService Timers { get; }

    public DialogSettings Settings { get; }

    public DialogLog Log { get; }

    public DialogFeed Feed { get; } = new();

    /// <summary>Knows which connections are open; null without a network.</summary>
    public ISipTransport? Transport { get; init; }

    /// <summary>What calls wait for when their rows are to be durable first; null without a store in realtime mode.</summary>
    public DialogHolds? Holds { get; set; }

    /// <summary>The name of this node in rows; empty: none.</summary>
    public string Node { get; set; } = "";

    /// <summary>Called under a dialog's lock before it leaves the table: a load must not bring it back. Null: nothing is loaded.</summary>
    public Action<DialogId>? Unlinking { get; set; }

    /// <summary>Where the steps of dialogs go; null in tests without a proxy.</summary>
    public CallSteps? Steps { get; init; }

    public DialogCounters Counters { get; } = new();

    /// <summary>Where the times of calls are recorded.</summary>
    public DialogTimes Times { get; }

    /// <summary>Null without call records.</summary>
    public CallRecords? CallRecords { get; init; }

    /// <summary>The names of user flags.</summary>
    public DialogUserFlagTable UserFlags { get; } = new();

    /// <summary>Hooks on all dialogs.</summary>
    public DialogHooks Hooks { get; } = new();

    /// <summary>The callbacks of <see cref="DialogCallbackTypes.Created"/>, which belong to no dialog.</summary>
    public CallbackList CreatedCallbacks { get; } = new();

    /// <summary>The timers' milliseconds.</summary>
    public long Now => Timers.Now;

    public long UnixMilliseconds => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What the timers of dialogs fire at; it finds the dialog by the place that they carry.</summary>
    protected ITimerTarget TimerTarget { get; init; } = null!;

    /// <summary>Arms a timer of the dialog in this place of the table.</summary>
    /// <param name="slot">The place.</param>
    /// <param name="clock">Given back.</param>
    /// <param name="version">Given back. Another one than the newest is stale; a dialog must bear one that was meant for the place's former one.</param>
    /// <param name="milliseconds">From now.</param>
    public void Arm(int slot, DialogClock clock, int version, long milliseconds) =>
        Timers.Arm(TimerTarget, (int)clock, ((long)slot << 32) | (uint)version, milliseconds);

    /// <summary>From 0 to 1, each time elsewhere: multiples of the golden ratio fill an interval evenly, however many there are.</summary>
    public double NextPingPlace() => (uint)Interlocked.Increment(ref _pingsStarted) * 0x9E3779B97F4A7C15UL / (double)ulong.MaxValue;

    /// <summary>Something happened to a dialog that its messages do not show. Not under the lock.</summary>
    public void Note(Dialog dialog, CallStep step, long number = 0, int further = 0, string? detail = null)
    {
        if (Steps is { Sink: not null } steps)
            steps.Note(dialog.CallIdBytes, dialog.Id.Value, step, number, further, detail);
    }

    /// <summary>A request of a dialog, and what became of it.</summary>
    public void Note(Dialog dialog, CallStep step, SipMessage request, int further = 0)
    {
        if (Steps?.Sink is { } sink)
            sink.OnStep(dialog.CallIdBytes, dialog.Id.Value, step, request.CSeqNumber, further, request.MethodText);
    }

    /// <summary>Runs an action that <see cref="DialogMailbox.Post"/> let pass, and those that come meanwhile. Not under the lock.</summary>
    public abstract void Run(Dialog dialog, in DialogAction action);

    /// <summary>See <see cref="Dialog.SendSequentialAsync(SequentialRequest)"/>.</summary>
    public abstract Task<SequentialReply> SendSequentialAsync(Dialog dialog, SequentialRequest request);
}
