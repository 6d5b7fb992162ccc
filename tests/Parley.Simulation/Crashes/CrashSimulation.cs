using System.Globalization;
using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>
/// A proxy that crashes at random moments and starts again with what its store and journal have, phones that go on, and what must hold: no answered
/// call is lost or doubled, every call can be ended, and each has one call record.
/// </summary>
public sealed class CrashSimulation : IDisposable
{
    /// <summary>Longer than any BYE is repeated (64 T1, RFC 3261 17.1.2.2) and any answer waits for its ACK.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(90);

    private readonly SimulationSettings _settings;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedNetwork _network;
    private readonly SipRandom _random;
    private readonly Violations _violations = new();
    private readonly MemoryDialogStore _rows = new();
    private readonly List<byte[]> _entries = [];
    private readonly List<ScriptedUserAgent> _callers = [];
    private readonly List<ScriptedUserAgent> _callees = [];
    private readonly Dictionary<string, CallPlan> _plans = new(StringComparer.Ordinal);
    private readonly List<ScriptedCall> _calls = [];
    private readonly Dictionary<string, List<ScriptedCall>> _answering = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _ends = new(StringComparer.Ordinal);
    private ProxyLife? _life;
    private ulong _lives;
    private int _faults;
    private long _refused;
    private bool _isLossy;

    private CrashSimulation(SimulationSettings settings)
    {
        _settings = settings;
        _network = new SimulatedNetwork(_clock, settings.Seed) { Conditions = settings.Conditions };
        _network.Log.KeepText = settings.KeepText;
        _random = SipRandom.FromSeed(settings.Seed ^ 0xC4A5_4C4A_54C4_A54C);
    }

    /// <summary>Does one run.</summary>
    public static SimulationResult Run(SimulationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var simulation = new CrashSimulation(settings);
        return simulation.Run();
    }

    /// <inheritdoc/>
    public void Dispose() => _life?.Dispose();

    private SimulationResult Run()
    {
        Recorder? recorder = null;
        if (_settings.DrawsLadder)
            _network.Attach(recorder = new Recorder());
        AddAgents();
        Start();
        for (int i = 0; i < _settings.Calls; i++)
            _callers[0].After(TimeSpan.FromMilliseconds(_random.Next((int)_settings.Duration.TotalMilliseconds)), BeginCall);

        int crashes = 1 + _random.Next(4);
        for (int i = 0; i < crashes; i++)
        {
            _clock.RunFor(_settings.Duration / (crashes + 1) * (_random.Next(1_000) / 500.0));
            EndLife();
            _clock.RunFor(TimeSpan.FromMilliseconds(_random.Next(4_000)));
            Start();
            CheckAnswered();
        }

        _clock.RunFor(TimeSpan.FromMilliseconds(Math.Max(0, (_settings.Duration - _clock.Elapsed).TotalMilliseconds)) + Settling);
        CheckAnswered();
        NoteHolds(_life!);
        EndAll();
        CheckStore();
        _life!.FlushEvery = 200;
        _clock.RunFor(TimeSpan.FromMinutes(6)); // lifetimes end whatever nobody has ended
        CheckStore();
        CheckRecords();
        return new SimulationResult
        {
            Settings = _settings,
            LogHash = _network.Log.Hash,
            Events = _network.Log.Count,
            Lines = _network.Log.Lines,
            Violations = _violations.Texts,
            Ends = _ends,
            Elapsed = _clock.Elapsed,
            Ladder = _violations.CallId is { } blamed ? recorder?.Ladder(blamed) : null,
        };
    }

    private void AddAgents()
    {
        for (int i = 0; i < _settings.Agents; i++)
        {
            _callers.Add(AddAgent($"10.0.1.{i + 1}", $"caller{i}"));
            ScriptedUserAgent callee = AddAgent($"10.0.2.{i + 1}", $"callee{i}");
            callee.OnInvite = call =>
            {
                if (!_answering.TryGetValue(call.CallId, out List<ScriptedCall>? all))
                    _answering[call.CallId] = all = [];
                all.Add(call);
                _plans[call.CallId].PlayCallee(call);
            };
            _callees.Add(callee);
        }
    }

    private ScriptedUserAgent AddAgent(string address, string user) =>
        new(_network.AddHost(address, $"udp:{address}:5060"), user)
        {
            KeepsHistory = false,
            OutboundProxy = "sip:10.0.0.1",
            RingLimit = TimeSpan.FromSeconds(30),
        };

    private void BeginCall()
    {
        var plan = new CallPlan(_random, _settings.Agents, whole: false);
        ScriptedCall call = _callers[plan.Caller].Invite($"sip:{plan.RequestUser}@10.0.0.1");
        _plans[call.CallId] = plan;
        _calls.Add(call);
        plan.PlayCaller(call);
        if (Chance(0.5))
            call.OnEstablished = null; // it lasts until the other side or the end of the run ends it
    }

    private void Start()
    {
        while (true)
        {
            ulong seed = (_settings.Seed * 101) + _lives++;
            _refused = 0;
            _life = new ProxyLife(_network, _rows, _settings.Seed % 5 > 0 ? _entries : null, seed, Route, _violations);
            // Sometimes it does not even come up.
            if (_life.Start(TimeSpan.FromMilliseconds(Chance(0.2) ? _random.Next(100) : 60_000)))
                return;
            Count("crashes at start");
            EndLife();
        }
    }

    private void EndLife()
    {
        ProxyLife life = _life!;
        DialogStoreStatistics numbers = life.Persistence.Statistics;
        NoteHolds(life);
        Count("crashes");
        Count("held responses", (int)numbers.Holds);
        Count("dialogs loaded", (int)numbers.Loaded);
        Count("journal appends", life.Journal.Appends);
        _faults += life.Store.Faults;
        life.Dispose();
    }

    /// <summary>Without a journal an outage may last longer than a response waits: what a crash meets then is lost, as it is documented.</summary>
    private void NoteHolds(ProxyLife life)
    {
        if (life.Persistence.Statistics.HoldTimeouts == 0)
            return;
        if (life.HasJournal)
            _violations.Add("a response left before its row was durable");
        Count("runs without a promise");
        _isLossy = true;
    }

    /// <summary>Each call that is up at both its ends is one dialog.</summary>
    private void CheckAnswered()
    {
        var dialogs = new Dictionary<(string, string), int>();
        int inCalls = 0;
        foreach (Dialog dialog in _life!.Dialogs.Dialogs())
        {
            (string, string) key = (dialog.CallId, dialog.FromTag);
            dialogs[key] = dialogs.GetValueOrDefault(key) + 1;
            bool isFull = dialog.Profiles.ToList().Count == 2;
            if (isFull)
                inCalls++;
            else
                _violations.Add($"dialog {dialog.Id}: not in its profiles, state {dialog.State}", dialog.CallId);
            if (dialogs[key] > 1)
                _violations.Add($"dialog {dialog.Id}: its call has {dialogs[key]} dialogs", dialog.CallId);
        }

        foreach (ScriptedCall call in _calls)
        {
            if (!_isLossy && OtherEnd(call) is not null && !dialogs.ContainsKey((call.CallId, call.LocalTag)))
                _violations.Add($"call {call.CallId}: answered, up at both ends, and lost", call.CallId);
        }

        DialogProfile profile = _life.Dialogs.FindProfile("calls")!;
        _violations.Expect("size of the profile", profile.Size(), inCalls);
        _violations.Expect("dialogs of the profile", profile.Dialogs().Count, inCalls);
        _violations.Expect("size of the profile with values", _life.Dialogs.FindProfile("callee")!.Size(), inCalls);
    }

    /// <summary>The callee's side of a call that is up at both ends; null when it is not.</summary>
    private ScriptedCall? OtherEnd(ScriptedCall call) =>
        call is { State: CallState.Established, Dialog: { } dialog } && _answering.TryGetValue(call.CallId, out List<ScriptedCall>? others)
            ? others.Find(other => other.LocalTag == dialog.RemoteTag && other.State is CallState.Answered or CallState.Established)
            : null;

    /// <summary>Whatever is up is ended by one of its sides, and the other side gets the BYE.</summary>
    private void EndAll()
    {
        var ended = new List<(ScriptedCall By, ScriptedCall Other)>();
        foreach (ScriptedCall call in _calls)
        {
            // Of several answers of a fork the caller has kept one, and ended the others.
            if (OtherEnd(call) is not { State: CallState.Established } other)
                continue;
            (ScriptedCall by, ScriptedCall far) = Chance(0.5) ? (call, other) : (other, call);
            ended.Add((by, far));
            by.Bye();
        }

        Count("calls ended at the end", ended.Count);
        _clock.RunFor(TimeSpan.FromSeconds(45));
        foreach ((ScriptedCall by, ScriptedCall other) in ended)
        {
            if (!_isLossy && (other.End is not (CallEnd.RemoteBye or CallEnd.LocalBye) || !by.IsOver))
                _violations.Add($"call {by.CallId}: the BYE of {by.Agent} did not get to {other}", by.CallId);
        }
    }

    /// <summary>Once it is well and has all: its rows are the answered dialogs in memory.</summary>
    private void CheckStore()
    {
        _life!.FlushAll();
        _violations.Expect("journal entries when the store has all", _entries.Count, 0);
        var rows = new HashSet<DialogId>(_rows.Rows.Select(static row => row.Id));
        int size = 0;
        foreach (Dialog dialog in _life.Dialogs.Dialogs())
        {
            size += dialog.Profiles.ToList().Count / 2;
            if (dialog.State is DialogState.ConfirmedNoAck or DialogState.Confirmed && !rows.Remove(dialog.Id))
                _violations.Add($"dialog {dialog.Id}: up and not in the store", dialog.CallId);
        }

        foreach (DialogId id in rows)
            _violations.Add($"dialog {id}: over and still in the store", _life.Dialogs.Find(id)?.CallId);
        _violations.Expect("size of the profile at the end", _life.Dialogs.FindProfile("calls")!.Size(), size);
    }

    /// <summary>All is over: each answered call has one record.</summary>
    private void CheckRecords()
    {
        _violations.Expect("dialogs at the end", _life!.Dialogs.Dialogs().Count(), 0);
        _violations.Expect("rows at the end", _rows.Rows.Count, 0);
        var records = new Dictionary<(string, string), int>();
        foreach (CallRecord record in _rows.CallRecords)
        {
            (string, string) key = (record.CallId, record.FromTag);
            records[key] = records.GetValueOrDefault(key) + 1;
            if (records[key] > 1)
                _violations.Add($"call {record.CallId}: {records[key]} records", record.CallId);
        }

        foreach (ScriptedCall call in _calls)
        {
            Count($"{(call.Answers > 0 ? "answered, " : "")}{call.End}");
            if (!_isLossy && call.Answers > 0 && !records.ContainsKey((call.CallId, call.LocalTag)))
                _violations.Add($"call {call.CallId}: answered, over, and without a record", call.CallId);
        }

        Count("call records", _rows.CallRecords.Count);
        Count("store faults", _faults + _life.Store.Faults);
    }

    private async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            await context.RelayInDialogAsync();
            return;
        }

        if (context.Method != SipMethod.Invite)
        {
            context.Reply(405);
            return;
        }

        if (context.CreateDialog() is not { } dialog)
        {
            if (_life!.Persistence.Statistics.Refused > _refused)
            {
                _refused = _life.Persistence.Statistics.Refused;
                Count("refused");
                return;
            }

            _violations.Add("CreateDialog on an initial INVITE made no dialog", Encoding.ASCII.GetString(context.Request.CallId));
            context.Reply(500);
            return;
        }

        context.RecordRoute();
        if (!SipUriView.TryParse(context.RequestUriText, out SipUriView uri))
            _violations.Add("A request-URI of the plan is malformed");
        string[] user = uri.UserText.Split('.');
        IDialogApi dialogs = _life!.Dialogs;
        dialogs.FindProfile("calls")!.Set(dialog);
        dialogs.FindProfile("callee")!.Set(dialog, user[0]);
        foreach (string callee in user[0].Split('-'))
            context.AddTarget(SipUri.Parse(_callees[int.Parse(callee.AsSpan(6), CultureInfo.InvariantCulture)].Contact));
        await context.RelayAsync();
        if (user.Length == 1)
            return;
        await Task.Delay(TimeSpan.FromMilliseconds(int.Parse(user[1], CultureInfo.InvariantCulture)), _clock);
        context.Reply(480);
    }

    private void Count(string what, int by = 1) => _ends[what] = _ends.GetValueOrDefault(what) + by;

    private bool Chance(double probability) => _random.Next(1_000_000) < probability * 1_000_000;
}
