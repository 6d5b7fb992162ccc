namespace Parley.Dialogs;

/// <summary>How dialogs are kept. Set before the application is built; the defaults are the field's unless said.</summary>
public sealed class DialogOptions
{
    /// <summary>Entries of the dialog hash (<c>hash_size</c>): a power of two from 1 to 2^24. It is part of every stored id: changing it orphans stored dialogs.</summary>
    public int HashSize { get; set; } = 4096;

    /// <summary>How requests within dialogs are matched.</summary>
    public DialogMatchMode MatchMode { get; set; } = DialogMatchMode.DidFallback;

    /// <summary>The Record-Route parameter that carries the id: 1 to 32 characters, a SIP token.</summary>
    public string RecordRouteParameter { get; set; } = "did";

    /// <summary>Lifetime of a dialog from its answer on (<c>default_timeout</c>), above zero.</summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Longest time without an answer; the dialog then fails. Zero: no limit.</summary>
    public TimeSpan EarlyTimeout { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>Longest wait for the ACK of the 2xx; the dialog then ends. Zero: no limit.</summary>
    public TimeSpan NoAckTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an ended dialog still routes late and crossed requests. Null: 64*T1 of the transaction timers. A shorter value than that is raised to it.</summary>
    public TimeSpan? DeleteDelay { get; set; }

    /// <summary>Lifetime after a race when <see cref="DialogFlags.EndOnRaceCondition"/> is set.</summary>
    public TimeSpan RaceConditionTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Names of profiles whose entries carry a value, e.g. "caller" or "gateway/s".</summary>
    public IList<string> ProfilesWithValue { get; } = [];

    /// <summary>Names of profiles without value.</summary>
    public IList<string> ProfilesWithoutValue { get; } = [];
}
