using System.Text;

namespace Parley.Dialogs;

/// <summary>What modules hang on a dialog: callbacks, hooks, values, flags, profiles; pings and requests of the proxy's own.</summary>
public sealed partial class Dialog
{
    private const DialogFlags AnyPing =
        DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee | DialogFlags.ReinvitePingCaller | DialogFlags.ReinvitePingCallee;

    private CallbackList? _callbacks;
    private DialogHooks? _hooks;
    private DialogPings? _pings;
    private RequestsUnderWay _underWay;

    internal ValueStore ValueStore;
    internal uint UserFlagBits;

    /// <summary>All that the dialog remembers of its memberships; see <see cref="DialogProfileTable"/>.</summary>
    internal long ProfileChain;

    /// <summary>What it left when it failed; for a late 2xx. Written and read by its actions, one at a time.</summary>
    internal int FormerProfiles;

    /// <summary>How often this dialog's OPTIONS pings go; starts as <see cref="DialogOptions.OptionsPingInterval"/>. Set, it counts from that moment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below one second or above 24 days.</exception>
    public TimeSpan OptionsPingInterval
    {
        get => TimeSpan.FromMilliseconds(PingInterval(reinvites: false));
        set => SetPingInterval(ref Pings.OptionsInterval, value, nameof(value));
    }

    /// <summary>How often this dialog's re-INVITE pings go; starts as <see cref="DialogOptions.ReinvitePingInterval"/>. Set, it counts from that moment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below one second or above 24 days.</exception>
    public TimeSpan ReinvitePingInterval
    {
        get => TimeSpan.FromMilliseconds(PingInterval(reinvites: true));
        set => SetPingInterval(ref Pings.ReinviteInterval, value, nameof(value));
    }

    /// <summary>The registrations; null when there was none yet.</summary>
    internal CallbackList? CallbackList => Volatile.Read(ref _callbacks);

    /// <summary>The hooks on this dialog alone; null when there was none yet.</summary>
    internal DialogHooks? Hooks => Volatile.Read(ref _hooks);

    internal bool KeepsSdp =>
        Runtime.Settings.KeepSessionDescriptions || (Flags & (DialogFlags.ReinvitePingCaller | DialogFlags.ReinvitePingCallee)) != 0;

    /// <summary>Requests within the dialog, for code that takes the lock.</summary>
    internal ref RequestsUnderWay UnderWay => ref _underWay;

    /// <summary>Under the lock: its pings; null when it has none.</summary>
    internal DialogPings? PingsInLock => _pings;

    /// <summary>As the details of a row had them, before the dialog is in the table: own intervals in milliseconds (0: none), and which legs have answered a ping.</summary>
    internal void RestorePings(int optionsInterval, int reinviteInterval, bool callerAnswers, bool calleeAnswers)
    {
        DialogPings pings = Pings;
        pings.OptionsInterval = Math.Max(0, optionsInterval);
        pings.ReinviteInterval = Math.Max(0, reinviteInterval);
        pings.Assign(Flags, Caller, Callee);
        if (pings.Caller is { } caller)
            caller.HasAnswered = callerAnswers;
        if (pings.Callee is { } callee)
            callee.HasAnswered = calleeAnswers;
    }

    /// <summary>Under the lock: the call is up, and the proxy does not end it.</summary>
    internal bool IsUpInLock => _life.State == DialogState.Confirmed && !_life.Has(InternalFlags.ByeSeen);

    /// <summary>Under the lock: the call is up and nothing ends it.</summary>
    internal bool MayPingInLock => IsUpInLock && !_underWay.HasBye;

    private DialogPings Pings => Volatile.Read(ref _pings) ?? Interlocked.CompareExchange(ref _pings, new DialogPings(), null) ?? _pings;

    /// <summary>Registers a handler; see <see cref="IDialogApi.Register"/>.</summary>
    /// <param name="types">One or more types; not Loaded and not Created, which belong to no dialog.</param>
    /// <param name="callback">The handler. What it throws is logged, and the call goes on.</param>
    /// <param name="parameter">Given to the handler, which may replace it.</param>
    /// <param name="free">Called exactly once when the registration goes, with the parameter; not called when this returns false.</param>
    /// <returns>False when the dialog is over.</returns>
    /// <exception cref="ArgumentException">No type, an unknown one, Loaded or Created.</exception>
    public bool On(DialogCallbackTypes types, DialogCallback callback, object? parameter = null, Action<object?>? free = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (types == DialogCallbackTypes.None || (types & ~CallbackList.AllTypes) != 0)
            throw new ArgumentException("No such callback type.", nameof(types));
        if ((types & CallbackList.GlobalTypes) != 0)
            throw new ArgumentException("Loaded and Created belong to no dialog: register them with IDialogApi.Register.", nameof(types));
        return State != DialogState.Deleted && AddCallback(new CallbackList.Registration(types, callback, parameter, free));
    }

    /// <summary>Runs when this call is answered, after its Confirmed callbacks (OpenSIPS: on_answer route). Again when a late 2xx answers a call that had failed.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnAnswer(DialogHook hook) => MakeHooks().Add(DialogHookKind.Answer, hook);

    /// <summary>Runs when the lifetime is over, before anything is done about it (OpenSIPS: on_timeout route): set <see cref="Timeout"/> inside, and the call goes on.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnTimeout(DialogHook hook) => MakeHooks().Add(DialogHookKind.Timeout, hook);

    /// <summary>Runs when this call, once answered, is over: before it leaves its profiles and before Terminated or Expired (OpenSIPS: on_hangup route). A call that was never answered has no hangup.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnHangup(DialogHook hook) => MakeHooks().Add(DialogHookKind.Hangup, hook);

    /// <summary>Runs when a PRACK of the proxy's own in this call fails.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnPrackFailed(PrackFailedHook hook) => MakeHooks().Add(hook);

    /// <summary>Sends a request into the dialog, or two (the challenge modes), and waits for the final response. The proxy sends the ACKs.</summary>
    /// <param name="request">What to send, and to which leg.</param>
    /// <returns>The final response, of the second request where there are two; a status of the proxy's own when there is none.</returns>
    /// <exception cref="ArgumentException">The request cannot be sent as it is; the message says why.</exception>
    public Task<SequentialReply> SendSequentialAsync(SequentialRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Fault is { } fault)
            throw new ArgumentException(fault + ".", nameof(request));
        if (request.Leg is { } named && named.Owner != this)
            throw new ArgumentException("The leg is another dialog's.", nameof(request));
        return Runtime.SendSequentialAsync(this, request);
    }

    /// <summary>Sends a request to one end of the dialog and waits for its final response. To ask another leg of a fork than <see cref="Callee"/>, name it in <see cref="SequentialRequest.Leg"/>.</summary>
    /// <param name="method">The method, as <see cref="SequentialRequest.Method"/>.</param>
    /// <param name="toCaller">True: to the caller; false: to the callee.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="contentType">Its Content-Type; needed with a body.</param>
    /// <param name="headerLines">Further header lines, each ended by CRLF.</param>
    /// <returns>The final response, or a status of the proxy's own.</returns>
    /// <exception cref="ArgumentException">The request cannot be sent as it is; the message says why.</exception>
    public Task<SequentialReply> SendSequentialAsync(
        string method,
        bool toCaller,
        string? body = null,
        string? contentType = null,
        string? headerLines = null
    )
    {
        ArgumentNullException.ThrowIfNull(method);
        return SendSequentialAsync(
            new SequentialRequest
            {
                Method = method,
                Mode = toCaller ? SequentialMode.Caller : SequentialMode.Callee,
                Body = body is null ? SequentialBody.None : SequentialBody.Custom,
                Content = body is null ? default : Encoding.UTF8.GetBytes(body),
                ContentType = contentType ?? "",
                HeaderLines = headerLines ?? "",
            }
        );
    }

    /// <summary>True when a handler of this type (of Created: a global one) is there: the hot path asks before it does anything.</summary>
    internal bool HasCallbacks(DialogCallbackTypes type) =>
        type == DialogCallbackTypes.Created
            ? Runtime.CreatedCallbacks.Has(type)
            : Volatile.Read(ref _callbacks) is { } list && list.Has(type);

    internal bool AddCallback(CallbackList.Registration registration)
    {
        CallbackList list;
        lock (Lock)
        {
            list = _callbacks ??= new CallbackList();
        }

        return list.Add(registration);
    }

    /// <summary>Takes the registrations away for good: later ones are refused.</summary>
    internal CallbackList? TakeCallbacks()
    {
        lock (Lock)
        {
            CallbackList? list = _callbacks;
            _callbacks = CallbackList.Gone;
            return list;
        }
    }

    internal bool HasHooks(DialogHookKind kind) => Runtime.Hooks.Has(kind) || Hooks?.Has(kind) == true;

    /// <summary>The ping of a leg; null when it has none.</summary>
    internal LegPing? PingOf(DialogClock clock) => Volatile.Read(ref _pings)?.Of(clock);

    /// <summary>Milliseconds.</summary>
    internal long PingInterval(bool reinvites)
    {
        int own = reinvites ? _pings?.ReinviteInterval ?? 0 : _pings?.OptionsInterval ?? 0;
        if (own != 0)
            return own;
        return reinvites ? Runtime.Settings.ReinvitePingInterval : Runtime.Settings.OptionsPingInterval;
    }

    /// <summary>Under the lock: the ping's timer, for its next due time.</summary>
    internal void ArmPing(LegPing ping)
    {
        int version = ping.Arm(Runtime.Now, out long wait);
        DialogClock clock = ping.Leg.IsCaller ? DialogClock.CallerPing : DialogClock.CalleePing;
        Runtime.Arm(Slot, clock, version, Math.Min(wait, DialogLife.LongestWait));
    }

    /// <summary>Under the lock: pings begin. The first of a leg comes somewhere in the given part of its interval.</summary>
    /// <param name="earliest">From 0 to 1, in intervals.</param>
    private void StartPings(double earliest)
    {
        if ((Flags & AnyPing) == 0)
            return;
        DialogPings pings = Pings;
        pings.Assign(Flags, Caller, Callee);
        Start(pings.Caller, earliest);
        Start(pings.Callee, earliest);
    }

    private void Start(LegPing? ping, double earliest)
    {
        if (ping is null)
            return;
        ping.Start(Runtime.Now, PingInterval(ping.Reinvites), Runtime.NextPingPlace(), earliest);
        ArmPing(ping);
    }

    private void SetPingInterval(ref int interval, TimeSpan value, string name)
    {
        if (value < TimeSpan.FromSeconds(1) || value.TotalMilliseconds > int.MaxValue)
            throw new ArgumentOutOfRangeException(name, value, "A ping interval is between one second and 24 days.");
        lock (Lock)
        {
            interval = (int)value.TotalMilliseconds;
            if (!MayPingInLock)
                return;
            Start(_pings!.Caller, 0.5);
            Start(_pings.Callee, 0.5);
        }
    }

    private DialogHooks MakeHooks() =>
        Volatile.Read(ref _hooks) ?? Interlocked.CompareExchange(ref _hooks, new DialogHooks(), null) ?? _hooks;
}
