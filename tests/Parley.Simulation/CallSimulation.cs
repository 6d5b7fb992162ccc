using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>A proxy, callers and callees on a bad network in memory, and what must hold when all calls are over.</summary>
public sealed class CallSimulation
{
    private readonly SimulationSettings _settings;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedNetwork _network;
    private readonly SipRandom _random;
    private readonly List<string> _violations = [];
    private readonly List<ScriptedUserAgent> _callers = [];
    private readonly List<ScriptedUserAgent> _callees = [];
    private readonly Dictionary<string, CallPlan> _plans = new(StringComparer.Ordinal);
    private readonly List<WeakReference<Dialog>> _dialogs = [];
    private long _dialogsWanted;

    private CallSimulation(SimulationSettings settings)
    {
        _settings = settings;
        _network = new SimulatedNetwork(_clock, settings.Seed) { Conditions = settings.Conditions };
        _network.Log.KeepText = settings.KeepText;
        _random = SipRandom.FromSeed(settings.Seed ^ 0x5EED_CA11_5EED_CA11);
    }

    /// <summary>Does one run.</summary>
    public static SimulationResult Run(SimulationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new CallSimulation(settings).Run();
    }

    private SimulationResult Run()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        SimulatedTransport host = _network.AddHost("10.0.0.1", "udp:10.0.0.1:5060");
        var wire = new WireWatch(_violations);
        host.Tap = wire;
        builder.UseTransport(host).UseTimeProvider(_clock)
            .UseRandom(SipRandom.FromSeed(_settings.Seed + 1)).UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(options =>
        {
            options.DefaultTimeout = _settings.Lifetime;
            options.ProfilesWithoutValue.Add("all");
            options.ProfilesWithValue.Add("caller");
        });
        using ParleyApplication app = builder.Build();
        app.OnRequest(Route);
        var dialogs = app.Services.GetRequiredService<IDialogApi>();
        var watch = new DialogWatch(dialogs, _violations, text => _network.Log.Note(_clock.Elapsed, text));
        dialogs.Register(null, DialogCallbackTypes.Created, OnCreated, wire);
        app.StartAsync().GetAwaiter().GetResult();
        AddAgents();

        for (int i = 0; i < _settings.Calls; i++)
        {
            TimeSpan at = TimeSpan.FromTicks((long)(_settings.Duration.Ticks * ((_random.Next() >> 11) * (1.0 / (1UL << 53)))));
            _callers[0].After(at, BeginCall);
        }

        for (TimeSpan at = TimeSpan.FromSeconds(7); at < _settings.Duration; at += TimeSpan.FromSeconds(7)) _clock.Schedule(at, () => CheckProfiles(dialogs));

        // Calls, ringing (3 minutes), lifetimes, BYEs and delete delays all have their end well within this.
        _clock.RunFor(_settings.Duration + _settings.Lifetime + TimeSpan.FromMinutes(10));
        CheckEnd(app, dialogs, watch);
        return new SimulationResult
        {
            Settings = _settings,
            LogHash = _network.Log.Hash,
            Events = _network.Log.Count,
            Lines = _network.Log.Lines,
            Violations = _violations,
            Ends = watch.Ends(),
            Elapsed = _clock.Elapsed,
        };
    }

    private void AddAgents()
    {
        for (int i = 0; i < _settings.Agents; i++)
        {
            _callers.Add(new ScriptedUserAgent(_network.AddHost($"10.0.1.{i + 1}", $"udp:10.0.1.{i + 1}:5060"), $"caller{i}")
            {
                KeepsHistory = false,
                OutboundProxy = "sip:10.0.0.1",
                Supports100Rel = i % 2 == 1,
            });
            _callees.Add(new ScriptedUserAgent(_network.AddHost($"10.0.2.{i + 1}", $"udp:10.0.2.{i + 1}:5060"), $"callee{i}")
            {
                KeepsHistory = false,
                OnInvite = call => _plans[call.CallId].PlayCallee(call),
            });
        }
    }

    private void BeginCall()
    {
        var plan = new CallPlan(_random, _settings.Agents);
        ScriptedCall call = _callers[plan.Caller].Invite($"sip:{plan.RequestUser}@10.0.0.1");
        _plans[call.CallId] = plan;
        plan.PlayCaller(call);
    }

    private async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            if (context.LooseRoute() || context.MatchDialog()) await context.RelayAsync();
            else if (context.Method != SipMethod.Ack) context.Reply(481);
            return;
        }

        if (context.Method != SipMethod.Invite)
        {
            context.Reply(405);
            return;
        }

        _dialogsWanted++;
        if (!context.CreateDialog(_plans[Encoding.ASCII.GetString(context.Request.CallId)].Flags) || !context.CreateDialog()) _violations.Add("CreateDialog on an initial INVITE gave false");
        context.RecordRoute();
        if (!SipUriView.TryParse(context.RequestUri, out SipUriView uri)) _violations.Add("A request-URI of the plan is malformed");
        string[] user = uri.UserText.Split('.');
        foreach (string callee in user[0].Split('-'))
            context.AddTarget(SipUri.Parse($"sip:{callee}@10.0.2.{int.Parse(callee.AsSpan(6), provider: null) + 1}"));
        await context.RelayAsync();
        if (user.Length == 1) return;
        await Task.Delay(TimeSpan.FromMilliseconds(int.Parse(user[1], provider: null)), _clock);
        context.Reply(480);
    }

    /// <summary>What the proxy's own side does with the call.</summary>
    private void OnCreated(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        _dialogs.Add(new WeakReference<Dialog>(dialog));
        dialog.On(DialogCallbackTypes.Destroy, static (gone, _, wire) => ((WireWatch)wire.Parameter!).Forget(gone.CallId), parameters.Parameter);
        CallPlan plan = _plans[dialog.CallId];
        dialog.Profiles.Set("all");
        dialog.Profiles.Set("caller", $"caller{plan.Caller}");
        if (plan.Lifetime is { } lifetime) dialog.Timeout = lifetime;
        if (plan.TerminatesAfter is { } delay) _clock.Schedule(delay, () => dialog.Terminate("at random"));
        if (plan.SendsAfter is { } sends)
        {
            _clock.Schedule(sends, () =>
            {
                if (dialog.State is not (DialogState.ConfirmedNoAck or DialogState.Confirmed)) return;
                dialog.SendSequentialAsync("OPTIONS", toCaller: true);
                dialog.SendSequentialAsync("INFO", toCaller: false);
            });
        }

        if (plan.TerminatesIn == DialogCallbackTypes.Created) dialog.Terminate("in its creation");
        else if (plan.TerminatesIn != DialogCallbackTypes.None) dialog.On(plan.TerminatesIn, static (ending, moment, _) => ending.Terminate("in " + moment));
    }

    /// <summary>The sizes of profiles are those of the sets: counted dialog by dialog they are the same.</summary>
    private void CheckProfiles(IDialogApi dialogs)
    {
        List<Dialog> live = [.. dialogs.Dialogs()];
        Expect("size of profile all", dialogs.FindProfile("all")!.Size(), live.Count(static d => d.Profiles.Contains("all")));
        for (int i = 0; i < _settings.Agents; i++)
            Expect($"size of profile caller, caller{i}", dialogs.FindProfile("caller")!.Size($"caller{i}"), live.Count(d => d.Profiles.Contains("caller", $"caller{i}")));
    }

    private void CheckEnd(ParleyApplication app, IDialogApi dialogs, DialogWatch watch)
    {
        watch.Check();
        DialogStatistics numbers = dialogs.Statistics;
        Expect("active_dialogs", numbers.ActiveDialogs, 0);
        Expect("early_dialogs", numbers.EarlyDialogs, 0);
        for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Deleted; state++)
            Expect($"dialogs in state {state}", numbers.CountOf(state), 0);
        Expect("dialogs in the table", dialogs.Dialogs(includeDeleted: true).Count(), 0);
        Expect("processed_dialogs", numbers.ProcessedDialogs, _dialogsWanted);
        Expect("created callbacks", watch.Created, _dialogsWanted);
        Expect("initial INVITEs", _dialogsWanted, _settings.Calls);
        Expect("server transactions", app.Transactions.ServerTransactionCount, 0);
        Expect("client transactions", app.Transactions.ClientTransactionCount, 0);
        Expect("requests under way", app.PendingRequests, 0);
        Expect("own requests under way", app.LocalRequests.Pending, 0);
        Expect("timers", app.Transactions.Timers.SharedCount, 0);
        Expect("size of profile all at the end", dialogs.FindProfile("all")!.Size(), 0);
        Expect("size of profile caller at the end", dialogs.FindProfile("caller")!.Size(), 0);
        GC.Collect();
        Expect("dialogs still referenced", _dialogs.Count(static d => d.TryGetTarget(out _)), 0);
    }

    private void Expect(string what, long actual, long expected)
    {
        if (actual != expected) _violations.Add($"{what}: {actual}, not {expected}");
    }
}
