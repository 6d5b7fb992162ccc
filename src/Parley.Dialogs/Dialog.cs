using System.Buffers.Binary;
using System.Text;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// A call: created on the initial INVITE, followed through its answers and requests to its end. Safe from any thread. A dialog that is
/// over stays readable as long as a reference to it is held.
/// </summary>
/// <remarks>
/// One object, whose parts are structs that own their fields: <see cref="DialogLife"/> (state and deadlines), <see cref="DialogMailbox"/> (what is
/// to run after the lock), <see cref="LegSet"/>, <see cref="RequestsUnderWay"/>, <see cref="CallTracking"/>. What it is and what can be read and set stands in this file,
/// what happens to it in Dialog.Events.cs, several legs that answered in Dialog.Legs.cs, what modules hang on it in Dialog.Modules.cs.
/// </remarks>
public sealed partial class Dialog : ILegOwner, IActing
{
    // Call-ID, From URI and To URI in one array: two lengths, three texts.
    private const int NamesHeader = 4;
    private readonly byte[] _names;
    private long _createdAt;
    private DialogLife _life;
    private DialogMailbox _mailbox;
    private LegSet _legs;
    private CallTracking _tracking;

    // Its place in the table, and those of its neighbours in age among the dialogs with its Call-ID, and with its Call-ID and caller's tag, if
    // any. Under the lock of the stripe.
    internal int Slot;
    internal DialogLinks CallIdLinks;
    internal DialogLinks TagLinks;

    /// <summary>Others have, or had, its Call-ID: it is found by the caller's tag too (<see cref="DialogStripe"/>).</summary>
    internal bool IsCrowded;

    /// <summary>It is in the chain of those that are over.</summary>
    internal bool IsAmongOver;

    internal Dialog(
        DialogRuntime runtime,
        DialogStripe stripe,
        DialogId id,
        uint callIdHash,
        ReadOnlySpan<byte> callId,
        ReadOnlySpan<byte> fromUri,
        ReadOnlySpan<byte> toUri,
        DialogFlags flags
    )
    {
        Runtime = runtime;
        Stripe = stripe;
        Id = id;
        CallIdHash = callIdHash;
        Flags = flags;
        _names = new byte[NamesHeader + callId.Length + fromUri.Length + toUri.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(_names, (ushort)callId.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(_names.AsSpan(2), (ushort)fromUri.Length);
        callId.CopyTo(_names.AsSpan(NamesHeader));
        fromUri.CopyTo(_names.AsSpan(NamesHeader + callId.Length));
        toUri.CopyTo(_names.AsSpan(NamesHeader + callId.Length + fromUri.Length));
        _createdAt = runtime.UnixMilliseconds;
        _legs = new LegSet(new DialogLeg(this, -1) { IsAnswered = true });
        _life = new DialogLife(runtime.Settings.DefaultTimeout);
    }

    /// <summary>Its identity: unique in this application, also in <c>did=</c> and the table.</summary>
    public DialogId Id { get; internal set; } // changed before it is in the table only

    /// <summary>How it is kept: what was given at its creation, and what <see cref="DialogOptions"/> adds for every dialog.</summary>
    public DialogFlags Flags { get; }

    /// <summary>The Call-ID.</summary>
    public string CallId => Encoding.UTF8.GetString(CallIdBytes);

    /// <summary>The URI of From in the initial INVITE.</summary>
    public string FromUri => Encoding.UTF8.GetString(FromUriBytes);

    /// <summary>The URI of To in the initial INVITE.</summary>
    public string ToUri => Encoding.UTF8.GetString(ToUriBytes);

    /// <summary>The Call-ID as it came; allocates nothing.</summary>
    public ReadOnlySpan<byte> CallIdUtf8 => CallIdBytes;

    /// <summary>The URI of From in the initial INVITE, as it came; allocates nothing.</summary>
    public ReadOnlySpan<byte> FromUriUtf8 => FromUriBytes;

    /// <summary>The URI of To in the initial INVITE, as it came; allocates nothing.</summary>
    public ReadOnlySpan<byte> ToUriUtf8 => ToUriBytes;

    /// <summary>The caller's tag.</summary>
    public string FromTag => Caller.Tag;

    /// <summary>The tag of the callee that answered; before, of the one that rang first; empty before that.</summary>
    public string ToTag => Callee?.Tag ?? "";

    /// <summary>When the dialog was created.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(_createdAt);

    /// <summary>The caller's leg.</summary>
    public DialogLeg Caller => _legs.Caller;

    /// <summary>The leg that answered first (before: rang first); null when none did.</summary>
    public DialogLeg? Callee => _legs.Callee;

    /// <summary>A snapshot of all legs: the caller, the winning callee, the others.</summary>
    public IReadOnlyList<DialogLeg> Legs
    {
        get
        {
            lock (Lock)
            {
                return _legs.ToList();
            }
        }
    }

    /// <summary>The state.</summary>
    public DialogState State
    {
        get
        {
            lock (Lock)
            {
                return _life.State;
            }
        }
    }

    /// <summary>When it was answered; null before.</summary>
    public DateTimeOffset? StartTime => _life.StartTime is not 0 and long start ? DateTimeOffset.FromUnixTimeMilliseconds(start) : null;

    /// <summary>Why it ended ("Upstream BYE", "Cancelled", "Lifetime Timeout", ... or the text given to Terminate); null while nothing ends it.</summary>
    public string? TerminationReason
    {
        get
        {
            lock (Lock)
            {
                return _life.Reason;
            }
        }
    }

    /// <summary>The caller sent a CANCEL.</summary>
    public bool WasCancelled
    {
        get
        {
            lock (Lock)
            {
                return _life.Has(InternalFlags.Cancelled);
            }
        }
    }

    /// <summary>A race of RFC 5407 happened: a 2xx crossed the CANCEL or a BYE.</summary>
    internal bool HasRaced
    {
        get
        {
            lock (Lock)
            {
                return _life.Has(InternalFlags.RaceOccurred);
            }
        }
    }

    /// <summary>Its lifetime, counted from the answer; changed later, from the moment of the change (OpenSIPS: <c>$DLG_timeout</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, negative or above 68 years.</exception>
    public TimeSpan Timeout
    {
        get => TimeSpan.FromMilliseconds(_life.Lifetime);
        set
        {
            long milliseconds = (long)value.TotalMilliseconds;
            if (milliseconds <= 0 || milliseconds > int.MaxValue * 1000L)
                throw new ArgumentOutOfRangeException(nameof(value), value, "A lifetime is above zero and below 68 years.");
            lock (Lock)
            {
                long now = Runtime.Now;
                if (_life.IsRacing(Flags))
                    return;
                if (_life.SetLifetime(milliseconds, Flags, now))
                    Arm(now);
            }

            Updated();
        }
    }

    /// <summary>What is left of the lifetime; the whole of it before the answer, zero when over.</summary>
    public TimeSpan RemainingLifetime
    {
        get
        {
            lock (Lock)
            {
                return TimeSpan.FromMilliseconds(_life.Remaining(Runtime.Now));
            }
        }
    }

    /// <summary>How long it stays matchable after its end; a value below 64*T1 is raised to it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or above 24 days.</exception>
    public TimeSpan DeleteDelay
    {
        get => TimeSpan.FromMilliseconds(_life.DeleteDelay(Runtime.Settings));
        set
        {
            if (value < TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(value), value, "A delete delay is between zero and 24 days.");
            _life.SetDeleteDelay((int)value.TotalMilliseconds);
        }
    }

    /// <summary>What the dialog belongs to: clocks, settings, log, feed.</summary>
    internal DialogRuntime Runtime { get; }

    internal DialogStripe Stripe { get; }

    /// <summary>The lock of the dialog's state (that of its stripe of the table). Never call user code, I/O or the feed under it.</summary>
    internal Lock Lock => Stripe.Lock;

    Lock ILegOwner.Lock => Stripe.Lock;

    ISipTransport? ILegOwner.Transport => Runtime.Transport;

    /// <summary>Its legs, for code that takes the lock.</summary>
    internal ref LegSet LegSet => ref _legs;

    /// <summary>Its state and deadlines, to read; <see cref="Restore"/> and what happens to the dialog write them.</summary>
    internal ref readonly DialogLife Life => ref _life;

    /// <summary>What the record of its call needs, for code that takes the lock.</summary>
    internal ref readonly CallTracking Tracking => ref _tracking;

    internal DialogState StateInLock => _life.State;

    /// <summary>States 3 and 4.</summary>
    internal bool IsAnswered
    {
        get
        {
            lock (Lock)
            {
                return _life.IsAnswered;
            }
        }
    }

    internal uint CallIdHash { get; }

    /// <summary>Of Call-ID and caller's tag, both of which never change.</summary>
    internal uint TagHash => Stripe.HashOf(CallIdHash, Caller.TagBytes);

    internal ReadOnlySpan<byte> CallIdBytes => _names.AsSpan(NamesHeader, CallIdLength);

    internal ReadOnlySpan<byte> FromUriBytes => _names.AsSpan(NamesHeader + CallIdLength, FromUriLength);

    internal ReadOnlySpan<byte> ToUriBytes => _names.AsSpan(NamesHeader + CallIdLength + FromUriLength);

    private int CallIdLength => BinaryPrimitives.ReadUInt16LittleEndian(_names);

    private int FromUriLength => BinaryPrimitives.ReadUInt16LittleEndian(_names.AsSpan(2));

    /// <summary>As a store had it, before it is in the table; see <see cref="DialogLife.Restore"/>.</summary>
    internal void Restore(DialogState state, InternalFlags stored, long startTime, long? left)
    {
        _life.Restore(state, stored, startTime, left, Runtime.Now, Runtime.Settings);
        RestoreTracking(null);
    }

    /// <summary>What the details of its row add; after <see cref="Restore"/>.</summary>
    internal void RestoreDetails(in DialogLifeDetails details, long createdAt, CallTrack? track)
    {
        if (createdAt > 0)
            _createdAt = createdAt;
        _life.RestoreDetails(in details, Runtime.Now, Runtime.UnixMilliseconds);
        if (track is not null)
            RestoreTracking(track);
    }

    /// <summary>Before it is in the table: the track that its row had; null: what the row itself says.</summary>
    internal void RestoreTracking(CallTrack? stored)
    {
        if (Runtime.CallRecords is { } records)
            _tracking.Restore(stored, _life.StartTime, records, Runtime.UnixMilliseconds);
    }

    /// <summary>From a store into the table, its clocks running; false when its id is there already. Its parties may have to connect anew first, and thousands come back at once: pings are spread over a whole interval.</summary>
    internal bool TryBeginRestored()
    {
        lock (Lock)
        {
            if (!Stripe.TryAdd(this))
                return false;
            Arm(Runtime.Now);
            if (MayPingInLock)
                StartPings(0);
            return true;
        }
    }

    /// <summary>Its initial INVITE came to this process and is not over.</summary>
    internal bool HasInvite
    {
        get
        {
            lock (Lock)
            {
                return _invite is not null;
            }
        }
    }

    /// <summary>The INVITE that made it before a restart came again and makes another dialog: this one is over, without BYEs and without a call record.</summary>
    internal void Supersede()
    {
        DialogAction action;
        bool runs;
        lock (Lock)
        {
            if (_life.State != DialogState.ConfirmedNoAck)
                return;
            _tracking.Drop();
            _life.SetReason(DialogReasons.Superseded);
            runs = StepAndPost(DialogEvent.Superseded, out action);
        }

        if (runs)
            Runtime.Run(this, in action);
    }

    /// <inheritdoc/>
    public override string ToString() => $"dialog {Id} {State} {CallId}";
}
