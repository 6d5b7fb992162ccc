using System.Runtime.CompilerServices;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <content>The whole interface: options drawn by the seed, a module that meddles, user agents that fail, and more to be checked.</content>
public sealed partial class CallSimulation
{
    private readonly MemoryDialogStore _store = new();
    private DialogExercise? _exercise;
    private DialogPersistence? _persistence;

    /// <inheritdoc/>
    public void Dispose() => _persistence?.Dispose();

    private void SetWhole(DialogOptions options)
    {
        options.DefaultTimeout = TimeSpan.FromSeconds(40 + _random.Next(40));
        options.EarlyTimeout = TimeSpan.FromSeconds(20 + _random.Next(60));
        options.NoAckTimeout = TimeSpan.FromSeconds(10 + _random.Next(40));
        options.OptionsPingInterval = TimeSpan.FromSeconds(1 + _random.Next(8));
        options.ReinvitePingInterval = TimeSpan.FromSeconds(2 + _random.Next(15));
        options.PingTimeout = TimeSpan.FromSeconds(1 + _random.Next(8));
        options.PingFailures = 1 + _random.Next(3);
        options.PingOnlyKnownToAnswer = Chance(0.5);
        options.NoFlowTimeout = Chance(0.5) ? TimeSpan.Zero : TimeSpan.FromSeconds(5);
        options.KeepSessionDescriptions = Chance(0.5);
        options.Spirals = Chance(0.5) ? DialogSpiralPolicy.NewDialog : DialogSpiralPolicy.ReuseDialog;
        // Without a did the two dialogs of a spiral cannot be told apart.
        options.MatchMode =
            options.Spirals == DialogSpiralPolicy.ReuseDialog && Chance(0.4) ? DialogMatchMode.DidNone : DialogMatchMode.DidFallback;
        options.ExtraHeaderLines = "X-Simulated: yes\r\n";
    }

    private void BeginWhole(IDialogApi dialogs, SimulatedTransport proxy)
    {
        _exercise = new DialogExercise(dialogs, _clock, SipRandom.FromSeed(_settings.Seed ^ 0xD1A1_06D1_A106), _violations);
        _persistence = new DialogPersistence(dialogs, _store, proxy.Listeners);
        _network.Interceptor = new WireWatch(proxy, dialogs, _violations).See;
        _clock.Schedule(TimeSpan.FromSeconds(1), Compare);
    }

    private void Compare()
    {
        _exercise!.Compare(_store, _persistence!);
        if (_violations.Texts.Count == 0)
            _clock.Schedule(TimeSpan.FromMilliseconds(500 + _random.Next(1_500)), Compare);
    }

    /// <summary>A user agent with whims: it challenges BYEs, knows no call, holds its tongue, falls silent, and its connections break.</summary>
    private void MakeWhole(ScriptedUserAgent agent, SimulatedTransport host, bool isTcp)
    {
        agent.Supports100Rel = Chance(0.8);
        agent.CallLimit = TimeSpan.FromMinutes(3);
        agent.RingLimit = TimeSpan.FromSeconds(90);
        agent.OnRequest = request =>
        {
            int whim = _random.Next(200);
            if (request.Method == "BYE" && whim < 10)
                request.Respond(407, static response => response.Add("Proxy-Authenticate", "Digest realm=\"far\", nonce=\"1\""));
            else if (request.Method is "OPTIONS" or "INVITE" or "UPDATE" && whim < 3)
                request.Respond(whim == 0 ? 481 : 488);
            else if (request.Method is "OPTIONS" or "INFO" or "BYE" && whim < 5)
                request.Hold();
        };
        long connection = 0;
        if (isTcp)
            agent.OnReceived = message => connection = message.Source.ConnectionId;
        for (int i = 0; isTcp && i < 3; i++)
        {
            agent.After(
                Sometime(),
                () =>
                {
                    if (connection != 0)
                        host.CloseConnection(connection);
                }
            );
        }

        if (!Chance(0.15))
            return;
        TimeSpan silent = Sometime();
        agent.After(silent, () => host.IsSilent = true);
        agent.After(silent + TimeSpan.FromMilliseconds(1_000 + _random.Next(60_000)), () => host.IsSilent = false);
    }

    private TimeSpan Sometime() => TimeSpan.FromMilliseconds(_random.Next((int)_settings.Duration.TotalMilliseconds));

    private void MeddleWithin(SipContext context)
    {
        if (context.Method == SipMethod.Invite && context.CreateDialog() is not null)
            _violations.Add("CreateDialog within a dialog gave true");
        bool isValid = context.ValidateDialog() == DialogValidation.Valid;
        // Not on a spiral, where a request and its ACK would take different ways.
        if (
            isValid
            && context.Dialog is { } dialog
            && _plans.TryGetValue(dialog.CallId, out CallPlan? plan)
            && !plan.IsSpiral
            && Chance(0.1)
        )
            context.FixRouteDialog();
    }

    private void CheckWhole(IDialogApi dialogs, DialogWatch watch)
    {
        _exercise!.Compare(_store, _persistence!);
        _violations.Expect("rows in the store", _store.Rows.Count, 0);
        if (dialogs.Statistics.ExpiredDialogs < watch.Sum(DialogCallbackTypes.Expired))
            _violations.Add("expired_dialogs is less than the Expired callbacks");
        if (_settings.ChecksMemory)
            CheckMemory(watch);
    }

    /// <summary>Tables, timers, pools and threads may hold no dialog that is over.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CheckMemory(DialogWatch watch)
    {
        _callers[0].SendRequest("OPTIONS", "sip:10.0.0.1"); // this thread's current dialog is another request's then
        _clock.RunFor(TimeSpan.FromMinutes(2));
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        _violations.Expect("dialogs that something still holds", watch.Held(), 0);
    }
}
