namespace Parley.Dialogs;

public sealed partial class DialogOptions
{
    /// <summary>How often OPTIONS pings go to a leg (<c>options_ping_interval</c>), from one second to 24 days.</summary>
    public TimeSpan OptionsPingInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often re-INVITE pings go to a leg (<c>reinvite_ping_interval</c>), from one second to 24 days.</summary>
    public TimeSpan ReinvitePingInterval { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>How long an OPTIONS ping waits for its answer, above zero. A re-INVITE waits the 64*T1 of its transaction, so that a late 2xx gets its ACK.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many pings in a row, at least one, go without an answer before a leg counts as dead. A 481 is enough by itself.</summary>
    public int PingFailures { get; set; } = 2;

    /// <summary>
    /// True: OPTIONS without an answer count only on a leg that has answered one in this dialog, since some user agents never do. Such a leg,
    /// and one that dies before the first ping, is then found by re-INVITE pings or the lifetime only. False: they count from the first.
    /// </summary>
    public bool PingOnlyKnownToAnswer { get; set; } = true;

    /// <summary>
    /// After how long without a connection a leg behind TCP, TLS or WebSocket counts as dead. Pings open no connections: the party has to
    /// come back by one of its own (its next request is enough). Zero, the default: never.
    /// </summary>
    public TimeSpan NoFlowTimeout { get; set; }

    /// <summary>Says whether this node is the one that acts for a dialog, where several know it: only that one pings. Null: it is. Asked before each ping; fast, no I/O.</summary>
    public Func<Dialog, bool>? ActsFor { get; set; }

    private void ValidatePings()
    {
        Interval(OptionsPingInterval, nameof(OptionsPingInterval));
        Interval(ReinvitePingInterval, nameof(ReinvitePingInterval));
        InRange(PingTimeout, TimeSpan.FromMilliseconds(1), nameof(PingTimeout));
        InRange(NoFlowTimeout, TimeSpan.Zero, nameof(NoFlowTimeout));
        if (PingFailures < 1)
            throw new ArgumentException($"DialogOptions.PingFailures is at least 1, not {PingFailures}.", nameof(PingFailures));
    }

    private static void Interval(TimeSpan value, string name)
    {
        if (value < TimeSpan.FromSeconds(1) || value.TotalMilliseconds > int.MaxValue)
            throw new ArgumentException($"DialogOptions.{name} is {value}; it must be between one second and 24 days.", name);
    }
}
