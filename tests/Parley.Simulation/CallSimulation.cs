using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Simulation;

/// <summary>A proxy, callers and callees on a bad network in memory, and what must hold when all calls are over.</summary>
public sealed partial class CallSimulation : IDisposable
{
    private readonly SimulationSettings _settings;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedNetwork _network;
    private readonly SipRandom _random;
    private readonly Violations _violations = new();
    private readonly List<ScriptedUserAgent> _callers = [];
    private readonly List<ScriptedUserAgent> _callees = [];
    private readonly Dictionary<string, CallPlan> _plans = new(StringComparer.Ordinal);
    private readonly HashSet<DialogId> _dialogsMade = [];

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
        using var simulation = new CallSimulation(settings);
        return simulation.Run();
    }

    private SimulationResult Run()
    {
        Recorder? recorder = null;
        if (_settings.DrawsLadder)
            _network.Attach(recorder = new Recorder());
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        if (_settings.Whole)
            builder.Logging.AddProvider(new ErrorLog(_violations));
        SimulatedTransport proxy = _network.AddHost("10.0.0.1", "udp:10.0.0.1:5060", "tcp:10.0.0.1:5060");
        builder
            .UseTransport(proxy)
            .UseTimeProvider(_clock)
            .UseRandom(SipRandom.FromSeed(_settings.Seed + 1))
            .UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(static options => options.ByeOnTimeout = false); // the plan says which dialogs have the flag
        builder.AddDialogs(_settings.Whole ? SetWhole : options => options.DefaultTimeout = _settings.Lifetime);
        using ParleyApplication app = builder.Build();
        app.OnRequest(Route);
        var dialogs = app.Services.GetRequiredService<IDialogApi>();
        if (_settings.Whole)
            BeginWhole(dialogs, proxy);
        var watch = new DialogWatch(dialogs, _violations, _exercise, text => _network.Log.Note(_clock.Elapsed, text));
        app.StartAsync().GetAwaiter().GetResult();
        AddAgents();

        for (int i = 0; i < _settings.Calls; i++)
        {
            TimeSpan at = TimeSpan.FromTicks((long)(_settings.Duration.Ticks * ((_random.Next() >> 11) * (1.0 / (1UL << 53)))));
            _callers[0].After(at, BeginCall);
        }

        // Calls, ringing (3 minutes), lifetimes, BYEs and delete delays all have their end well within this.
        TimeSpan limit = _settings.Duration + _settings.Lifetime + TimeSpan.FromMinutes(10);
        _clock.RunFor(_settings.Duration);
        while (_clock.Elapsed < limit && !IsIdle(app, dialogs))
            _clock.RunFor(TimeSpan.FromSeconds(10));
        _clock.RunFor(TimeSpan.FromMinutes(1)); // timers that nobody waits for any more run out
        CheckEnd(app, dialogs, watch);
        if (_settings.Whole)
            CheckWhole(dialogs, watch);
        return new SimulationResult
        {
            Settings = _settings,
            LogHash = _network.Log.Hash,
            Events = _network.Log.Count,
            Lines = _network.Log.Lines,
            Violations = _violations.Texts,
            Ends = watch.Ends(),
            Elapsed = _clock.Elapsed,
            Ladder = _violations.CallId is { } blamed ? recorder?.Ladder(blamed) : null,
        };
    }

    private bool IsIdle(ParleyApplication app, IDialogApi dialogs) =>
        app.Transactions.ServerTransactionCount == 0
        && app.Transactions.ClientTransactionCount == 0
        && !dialogs.Dialogs(includeDeleted: true).Any()
        && _callers.TrueForAll(static a => a.ActiveCalls == 0)
        && _callees.TrueForAll(static a => a.ActiveCalls == 0);

    private void AddAgents()
    {
        for (int i = 0; i < _settings.Agents; i++)
        {
            _callers.Add(AddAgent($"10.0.1.{i + 1}", $"caller{i}"));
            ScriptedUserAgent callee = AddAgent($"10.0.2.{i + 1}", $"callee{i}");
            callee.OnInvite = call => _plans[call.CallId].PlayCallee(call);
            _callees.Add(callee);
        }
    }

    private ScriptedUserAgent AddAgent(string address, string user)
    {
        bool isTcp = _settings.Whole && Chance(0.25);
        SimulatedTransport host = _network.AddHost(address, $"udp:{address}:5060", $"tcp:{address}:5060");
        var agent = new ScriptedUserAgent(host, user)
        {
            KeepsHistory = false,
            Protocol = isTcp ? SipProtocol.Tcp : SipProtocol.Udp,
            OutboundProxy = isTcp ? "sip:10.0.0.1;transport=tcp" : "sip:10.0.0.1",
        };
        if (_settings.Whole)
            MakeWhole(agent, host, isTcp);
        return agent;
    }

    private void BeginCall()
    {
        var plan = new CallPlan(_random, _settings.Agents, _settings.Whole);
        ScriptedCall call = _callers[plan.Caller].Invite($"sip:{plan.RequestUser}@10.0.0.1");
        _plans[call.CallId] = plan;
        plan.PlayCaller(call);
    }

    private async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            if (_settings.Whole && (context.LooseRoute() || context.MatchDialog()))
                MeddleWithin(context);
            await context.RelayInDialogAsync();
            return;
        }

        if (context.Method != SipMethod.Invite)
        {
            context.Reply(405);
            return;
        }

        CallPlan plan = _plans[System.Text.Encoding.ASCII.GetString(context.Request.CallId)];
        if (context.CreateDialog(plan.Flags) is not { } dialog || context.CreateDialog() != dialog || context.Dialog != dialog)
        {
            _violations.Add("CreateDialog on an initial INVITE did not return its one dialog");
            context.Reply(500);
            return;
        }

        bool isFirst = _dialogsMade.Add(dialog.Id);
        context.RecordRoute();
        if (!SipUriView.TryParse(context.RequestUriText, out SipUriView uri))
            _violations.Add("A request-URI of the plan is malformed");
        string[] user = uri.UserText.Split('.');
        if (isFirst && _exercise is { } exercise && !exercise.Begin(dialog, plan))
        {
            context.Reply(486);
            return;
        }

        if (user[0].StartsWith("again-", StringComparison.Ordinal))
        {
            context.AddTarget(SipUri.Parse($"sip:{uri.UserText[6..]}@10.0.0.1"));
            await context.RelayAsync();
            return;
        }

        foreach (string callee in user[0].Split('-'))
        {
            int number = int.Parse(callee.AsSpan(6), provider: null);
            context.AddTarget(SipUri.Parse(_callees[number].Contact));
        }

        await context.RelayAsync();
        if (user.Length == 1)
            return;
        await Task.Delay(TimeSpan.FromMilliseconds(int.Parse(user[1], provider: null)), _clock);
        context.Reply(480);
    }

    private void CheckEnd(ParleyApplication app, IDialogApi dialogs, DialogWatch watch)
    {
        watch.Check();
        DialogStatistics numbers = dialogs.Statistics;
        _violations.Expect("active_dialogs", numbers.ActiveDialogs, 0);
        _violations.Expect("early_dialogs", numbers.EarlyDialogs, 0);
        for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Deleted; state++)
            _violations.Expect($"dialogs in state {state}", numbers.CountOf(state), 0);
        _violations.Expect("dialogs in the table", dialogs.Dialogs(includeDeleted: true).Count(), 0);
        _violations.Expect("processed_dialogs", numbers.ProcessedDialogs, _dialogsMade.Count);
        _violations.Expect("failed_dialogs", numbers.FailedDialogs, watch.Sum(DialogCallbackTypes.Failed));
        _violations.Expect("created callbacks", watch.Created, _dialogsMade.Count);
        if (!_settings.Whole)
            _violations.Expect("initial INVITEs", _dialogsMade.Count, _settings.Calls);
        _violations.Expect("server transactions", app.Transactions.ServerTransactionCount, 0);
        _violations.Expect("client transactions", app.Transactions.ClientTransactionCount, 0);
        _violations.Expect("requests under way", app.PendingRequests, 0);
        _violations.Expect("own requests under way", app.LocalRequests.Pending, 0);
        _violations.Expect("timers", app.Transactions.Timers.SharedCount, 0);
    }

    private bool Chance(double probability) => _random.Next(1_000_000) < probability * 1_000_000;
}
