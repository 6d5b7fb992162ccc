using System.Text;
using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>How dialogs are kept. Set before the application is built; the defaults are those of OpenSIPS unless said.</summary>
public sealed partial class DialogOptions
{
    private static readonly string[] Reserved =
    [
        "lr",
        "r2",
        "ftag",
        "transport",
        "maddr",
        "ttl",
        "user",
        "method",
        "received",
        "rport",
        "sig",
    ];

    /// <summary>Entries of the dialog hash (<c>hash_size</c>): a power of two from 1 to 2^24. It is part of every stored id: changing it orphans stored dialogs.</summary>
    public int HashSize { get; set; } = 4096;

    /// <summary>How requests within dialogs are matched.</summary>
    public DialogMatchMode MatchMode { get; set; } = DialogMatchMode.DidFallback;

    /// <summary>What <c>RelayInDialogAsync</c> does with a request of a known dialog that does not follow its remote target and route set.</summary>
    public SequentialRouting SequentialRouting { get; set; } = SequentialRouting.Repair;

    /// <summary>
    /// From where the requests of a leg are taken. <see cref="SequentialSource.Anywhere"/> leaves the Call-ID and the tags to be the only secret of a
    /// call: anyone that has seen its messages can send a BYE. The others break calls of parties whose address changes or differs by direction.
    /// </summary>
    public SequentialSource SequentialSource { get; set; } = SequentialSource.Anywhere;

    /// <summary>The Record-Route parameter that carries the id: 1 to 32 characters, a SIP token.</summary>
    public string RecordRouteParameter { get; set; } = "did";

    /// <summary>Lifetime of a dialog from its answer on (<c>default_timeout</c>), above zero.</summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// True, the default: every dialog is created with <see cref="DialogFlags.ByeOnTimeout"/>, so a call whose lifetime is over ends with a BYE to
    /// both parties. False: only dialogs that are created with that flag end so, as in OpenSIPS, and the others are forgotten while the parties
    /// talk on. Dialogs loaded from a store keep the flag that they were stored with.
    /// </summary>
    public bool ByeOnTimeout { get; set; } = true;

    /// <summary>Longest time without an answer; the dialog then fails. Zero: no limit.</summary>
    public TimeSpan EarlyTimeout { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>Longest wait for the ACK of the 2xx; the dialog then ends. Zero: no limit.</summary>
    public TimeSpan NoAckTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How many values of each profile the metric <c>sip.profile.top</c> shows, those with most dialogs: 0 to 1,000.</summary>
    public int MetricValues { get; set; } = 10;

    /// <summary>How long an ended dialog still routes late and crossed requests. Null: 64*T1 of the transaction timers. A shorter value than that is raised to it.</summary>
    public TimeSpan? DeleteDelay { get; set; }

    /// <summary>Lifetime after a race when <see cref="DialogFlags.EndOnRaceCondition"/> is set.</summary>
    public TimeSpan RaceConditionTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a PRACK of the proxy's own (<see cref="DialogFlags.AutoPrack"/>) waits for its answer, above zero. Null, the default: the 64*T1 of its transaction.</summary>
    public TimeSpan? PrackTimeout { get; set; }

    /// <summary>What a call that passes this proxy twice is.</summary>
    public DialogSpiralPolicy Spirals { get; set; } = DialogSpiralPolicy.NewDialog;

    /// <summary>Keeps the parties' session descriptions (<see cref="DialogLeg.SessionDescription"/>), a few hundred bytes a call. Dialogs with a re-INVITE ping keep them in any case.</summary>
    public bool KeepSessionDescriptions { get; set; }

    /// <summary>Header lines that BYEs of the proxy's own carry, each "Name: value" with CRLF (<c>dlg_extra_hdrs</c>); empty for none.</summary>
    public string ExtraHeaderLines { get; set; } = "";

    /// <summary>Names of profiles whose entries carry a value, e.g. "caller" or "gateway/s".</summary>
    public IList<string> ProfilesWithValue { get; } = [];

    /// <summary>Names of profiles without value.</summary>
    public IList<string> ProfilesWithoutValue { get; } = [];

    /// <summary>What the dialogs need of it.</summary>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    internal DialogSettings ToSettings(SipTimerOptions sipTimers)
    {
        Validate();
        long leastDelay = (long)(64 * sipTimers.T1.TotalMilliseconds);
        return new DialogSettings
        {
            DefaultTimeout = (long)DefaultTimeout.TotalMilliseconds,
            EarlyTimeout = (long)EarlyTimeout.TotalMilliseconds,
            NoAckTimeout = (long)NoAckTimeout.TotalMilliseconds,
            RaceConditionTimeout = (long)RaceConditionTimeout.TotalMilliseconds,
            LeastDeleteDelay = leastDelay,
            DeleteDelay = Math.Max(leastDelay, (long)DeleteDelay.GetValueOrDefault().TotalMilliseconds),
            OptionsPingInterval = (long)OptionsPingInterval.TotalMilliseconds,
            ReinvitePingInterval = (long)ReinvitePingInterval.TotalMilliseconds,
            NoFlowTimeout = (long)NoFlowTimeout.TotalMilliseconds,
            PingFailures = PingFailures,
            PingOnlyKnownToAnswer = PingOnlyKnownToAnswer,
            KeepSessionDescriptions = KeepSessionDescriptions,
            ExtraHeaderLines = Encoding.UTF8.GetBytes(ExtraHeaderLines),
        };
    }

    /// <summary>Throws for what cannot work.</summary>
    internal void Validate()
    {
        if (HashSize is < 1 or > 1 << 24 || (HashSize & (HashSize - 1)) != 0)
            throw new ArgumentException($"DialogOptions.HashSize is a power of two from 1 to 2^24, not {HashSize}.", nameof(HashSize));
        if (
            RecordRouteParameter.Length is < 1 or > 32
            || !RecordRouteParameter.All(static c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~".Contains(c, StringComparison.Ordinal))
        )
            throw new ArgumentException(
                $"DialogOptions.RecordRouteParameter is a SIP token of 1 to 32 characters, not \"{RecordRouteParameter}\".",
                nameof(RecordRouteParameter)
            );
        if (Reserved.Contains(RecordRouteParameter, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException(
                $"DialogOptions.RecordRouteParameter may not be \"{RecordRouteParameter}\": routing itself uses that parameter.",
                nameof(RecordRouteParameter)
            );
        HeaderLines.Check(Encoding.UTF8.GetBytes(ExtraHeaderLines), nameof(ExtraHeaderLines));
        if (!Enum.IsDefined(MatchMode))
            throw new ArgumentException($"DialogOptions.MatchMode has no mode {(int)MatchMode}.", nameof(MatchMode));
        if (!Enum.IsDefined(SequentialRouting))
            throw new ArgumentException(
                $"DialogOptions.SequentialRouting has no value {(int)SequentialRouting}.",
                nameof(SequentialRouting)
            );
        if (!Enum.IsDefined(SequentialSource))
            throw new ArgumentException($"DialogOptions.SequentialSource has no value {(int)SequentialSource}.", nameof(SequentialSource));
        if (!Enum.IsDefined(Spirals))
            throw new ArgumentException($"DialogOptions.Spirals has no policy {(int)Spirals}.", nameof(Spirals));
        InRange(DefaultTimeout, TimeSpan.FromMilliseconds(1), nameof(DefaultTimeout));
        InRange(RaceConditionTimeout, TimeSpan.FromMilliseconds(1), nameof(RaceConditionTimeout));
        InRange(EarlyTimeout, TimeSpan.Zero, nameof(EarlyTimeout));
        InRange(NoAckTimeout, TimeSpan.Zero, nameof(NoAckTimeout));
        if (PrackTimeout is { } prack)
            InRange(prack, TimeSpan.FromMilliseconds(1), nameof(PrackTimeout));
        if (DeleteDelay is { } delay)
            InRange(delay, TimeSpan.Zero, nameof(DeleteDelay));
        if (MetricValues is < 0 or > 1000)
            throw new ArgumentException($"DialogOptions.MetricValues is 0 to 1000, not {MetricValues}.", nameof(MetricValues));
        ValidatePings();
    }

    private static void InRange(TimeSpan value, TimeSpan least, string name)
    {
        if (value < least || value > TimeSpan.FromSeconds(int.MaxValue))
            throw new ArgumentException($"DialogOptions.{name} is {value}; it must be at least {least} and below 68 years.", name);
    }
}
