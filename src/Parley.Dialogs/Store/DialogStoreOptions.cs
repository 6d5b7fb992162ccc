namespace Parley.Dialogs;

/// <summary>How dialogs are kept in a store.</summary>
public sealed class DialogStoreOptions
{
    /// <summary>When they are written.</summary>
    public DialogStoreMode Mode { get; set; } = DialogStoreMode.Realtime;

    /// <summary>The time between two writes of <see cref="DialogStoreMode.Delayed"/> (<c>db_update_period</c>), above zero.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait after a failure of the store before it is tried again, above zero.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>In <see cref="DialogStoreMode.Realtime"/>: whether a response that makes or ends a call waits for its row.</summary>
    public DialogDurability Durability { get; set; } = DialogDurability.Before;

    /// <summary>The longest that a response waits for its row; then it leaves all the same. From 1 ms to 30 s. The callee repeats its 2xx after 500 ms (T1); the repetitions are absorbed meanwhile.</summary>
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>In <see cref="DialogStoreMode.Realtime"/>: what happens while neither the store nor a journal takes rows.</summary>
    public DialogStoreOutagePolicy WhenUnavailable { get; set; } = DialogStoreOutagePolicy.Degrade;

    /// <summary>The Retry-After of a 503 by <see cref="DialogStoreOutagePolicy.Refuse"/>, whole seconds from 1 s to 1 h.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Group commit: the least time between two writes, so that the changes of many calls share one transaction. From zero to 1 s. A change that comes after a pause is written at once.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The most rows of one write, from 1 to 10,000.</summary>
    public int CommitRows { get; set; } = 500;

    /// <summary>
    /// How long the store may take for one write. A write that takes longer counts as failed: what waits goes into the journal, and the store is
    /// tried again. From 10 ms to 1 h.
    /// </summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Takes what the store does not take, so that it survives a crash (<see cref="FileJournal"/>); disposed with the store's service. Null, the default: it waits in memory.</summary>
    public IJournal? Journal { get; set; }

    /// <summary>Dialogs are stored before they are answered too. False, the default, as in OpenSIPS: from the 2xx on.</summary>
    public bool StoreEarlyDialogs { get; set; }

    /// <summary>
    /// At start, the network opens after this many rows are loaded, and the rest is loaded in the background: a request of a dialog that is not
    /// loaded yet is looked up. 0: at once. Default: 50,000.
    /// </summary>
    public int LoadFirst { get; set; } = 50_000;

    /// <summary>At start, the network opens after this time at the latest, loaded or not; above zero.</summary>
    public TimeSpan LoadTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest look-up of a dialog that is not loaded yet, for one request; then the request is treated as one without a dialog. From 10 ms to 30 s.</summary>
    public TimeSpan FindTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Look-ups at one time, from 1 to 1000; a request beyond them is treated as one without a dialog.</summary>
    public int MaxFinds { get; set; } = 64;

    /// <summary>
    /// Sockets of rows that are no listeners here, and the listener in their place, both as <c>proto:ip:port</c>: after a move to another address.
    /// A row whose socket is neither a listener nor in this map is passed over.
    /// </summary>
    public IDictionary<string, string> ListenerMap { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A row whose socket is no listener here gets the first listener of the same transport. False, the default: it is passed over, as in OpenSIPS.</summary>
    public bool AcceptAnySocket { get; set; }

    /// <summary>The name of this node in the rows; empty: none.</summary>
    public string Node { get; set; } = "";

    /// <summary>Throws for what cannot work.</summary>
    /// <exception cref="ArgumentException">An option cannot be; the message names it and its range.</exception>
    internal void Validate()
    {
        Defined(Enum.IsDefined(Mode), nameof(Mode), (int)Mode);
        Defined(Enum.IsDefined(Durability), nameof(Durability), (int)Durability);
        Defined(Enum.IsDefined(WhenUnavailable), nameof(WhenUnavailable), (int)WhenUnavailable);
        AboveZero(Period, nameof(Period));
        AboveZero(Retry, nameof(Retry));
        AboveZero(LoadTime, nameof(LoadTime));
        InRange(MaxHold, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(30), nameof(MaxHold));
        InRange(RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(RetryAfter));
        InRange(CommitInterval, TimeSpan.Zero, TimeSpan.FromSeconds(1), nameof(CommitInterval));
        InRange(StoreTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), nameof(StoreTimeout));
        InRange(FindTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(30), nameof(FindTimeout));
        InRange(CommitRows, 1, 10_000, nameof(CommitRows));
        InRange(LoadFirst, 0, int.MaxValue, nameof(LoadFirst));
        InRange(MaxFinds, 1, 1000, nameof(MaxFinds));
        if (Node is null)
            throw new ArgumentException("DialogStoreOptions.Node is a name or empty, not null.", nameof(Node));
        foreach ((string from, string to) in ListenerMap)
        {
            if (!IsSocket(from) || !IsSocket(to))
                throw new ArgumentException(
                    $"DialogStoreOptions.ListenerMap maps proto:ip:port to proto:ip:port, not \"{from}\" to \"{to}\".",
                    nameof(ListenerMap)
                );
        }
    }

    private static bool IsSocket(string? text) =>
        text is not null && text.IndexOf(':', StringComparison.Ordinal) is > 0 and int first && text.LastIndexOf(':') > first;

    private static void Defined(bool isDefined, string name, int value)
    {
        if (!isDefined)
            throw new ArgumentException($"DialogStoreOptions.{name} has no value {value}.", name);
    }

    private static void AboveZero(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero)
            throw new ArgumentException($"DialogStoreOptions.{name} is above zero, not {value}.", name);
    }

    private static void InRange<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            throw new ArgumentException($"DialogStoreOptions.{name} is from {least} to {most}, not {value}.", name);
    }
}
