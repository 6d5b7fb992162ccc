using Parley.Crash.Host;
using Parley.Crash.Phones;

namespace Parley.Crash;

/// <summary>
/// Calls at a rate, the proxy killed or stopped at a random moment, started again, and every call ended: as often as asked. What is found wrong is a
/// line of <see cref="Faults"/>.
/// </summary>
public sealed class CrashRun : IDisposable
{
    private readonly CrashSettings _settings;
    private readonly Random _random;
    private readonly Phones.Phones _phones;
    private readonly Action<string> _say;
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ghosts = new(StringComparer.Ordinal);

    /// <summary>Makes one.</summary>
    /// <param name="settings">What is run; port and callee are chosen here.</param>
    /// <param name="port">The proxy's port on loopback.</param>
    /// <param name="say">Gets a line for each kill.</param>
    public CrashRun(CrashSettings settings, int port, Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _random = new Random(settings.Seed);
        _phones = new Phones.Phones(port, settings.Seed);
        _settings = settings with { Port = port, Callee = _phones.CalleePort };
        _say = say;
    }

    /// <summary>What is wrong; empty: nothing.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Calls that callers know to have been answered.</summary>
    public int Answered => _phones.Calls.Count(static call => call.AnsweredAt > 0);

    /// <inheritdoc/>
    public void Dispose() => _phones.Dispose();

    /// <summary>Runs it.</summary>
    public async Task RunAsync()
    {
        ProxyProcess proxy = await ProxyProcess.StartAsync(_settings);
        try
        {
            for (int kill = 1; kill <= _settings.Kills && Faults.Count == 0; kill++)
            {
                _phones.HangsUp = true;
                _phones.SetRate(_settings.Rate);
                await Task.Delay(_random.Next(1_500, 4_000));
                bool isOrderly = _settings.Ending == CrashEnding.Term || (_settings.Ending == CrashEnding.Both && kill % 2 == 1);
                long endedAt = _phones.Now; // what is answered while an orderly stop is under way is stored too
                await EndAsync(proxy, isOrderly);
                endedAt = isOrderly ? endedAt : _phones.Now;
                _phones.SetRate(0);
                _phones.HangsUp = false;
                proxy = await ProxyProcess.StartAsync(_settings);
                if (_settings.Twice > 0 && kill % _settings.Twice == 0)
                {
                    // Twice in a row, nothing happening between but what the phones repeat.
                    await EndAsync(proxy, isOrderly);
                    proxy = await ProxyProcess.StartAsync(_settings);
                }

                await CheckAsync(proxy, kill, new Loss(endedAt, isOrderly ? 0 : _settings.Window));
            }

            await proxy.StopAsync();
        }
        finally
        {
            proxy.Dispose();
        }

        CheckRecords();
    }

    /// <summary>What an ending may lose: what happened in the <paramref name="Window"/> (milliseconds) before it.</summary>
    private readonly record struct Loss(long EndedAt, long Window)
    {
        public bool Covers(long at) => Window > 0 && at > EndedAt - Window;
    }

    private static async Task EndAsync(ProxyProcess proxy, bool isOrderly)
    {
        if (isOrderly)
            await proxy.TerminateAsync();
        else
            proxy.Kill();
        proxy.Dispose();
    }

    private async Task CheckAsync(ProxyProcess proxy, int kill, Loss loss)
    {
        await SettledAsync(static call => call.Invite is not null || call.Bye is not null);
        List<CrashCall> known = await proxy.CallsAsync();
        int profile = await proxy.ProfileAsync();
        IReadOnlyList<Call> calls = _phones.Calls;
        Dictionary<string, int> count = known.GroupBy(static c => c.CallId).ToDictionary(static g => g.Key, static g => g.Count());
        int open = 0;
        foreach (Call call in calls)
        {
            if (!call.IsOpen || call.IsEnding)
                continue;
            open++;
            if (!count.ContainsKey(call.CallId) && !loss.Covers(call.AnsweredAt))
                Faults.Add($"kill {kill}: call {call.CallId}, answered {loss.EndedAt - call.AnsweredAt} ms before it, is missing");
        }

        foreach ((string callId, int dialogs) in count.Where(static c => c.Value > 1))
            Faults.Add($"kill {kill}: call {callId} is there {dialogs} times");
        if (profile != known.Count)
            Faults.Add($"kill {kill}: {known.Count} calls, but {profile} in their profile");
        _phones.HangUpAll();
        await SettledAsync(static call => call.Bye is not null);
        foreach (Call call in _phones.Calls)
        {
            if (call.AnsweredAt > 0 && call.ByeStatus is not 200)
                Faults.Add($"kill {kill}: BYE of call {call.CallId} got {call.ByeStatus}");
            else if (call.AnsweredAt > 0 && !call.ByeArrived)
                Faults.Add($"kill {kill}: BYE of call {call.CallId} did not get to the other side");
        }

        List<CrashCall> left = await proxy.CallsAsync();
        foreach (Call call in _phones.Calls.Where(c => c.AnsweredAt > 0 && left.Any(l => l.CallId == c.CallId)))
        {
            // The end of a call may be lost as its answer may.
            if (loss.Covers(call.EndedAt) && call.EndedAt <= loss.EndedAt)
                _ghosts.Add(call.CallId);
            else if (!_ghosts.Contains(call.CallId))
                Faults.Add($"kill {kill}: call {call.CallId} is left, and it was ended");
        }

        if (await proxy.ProfileAsync() is var rest && rest != left.Count)
            Faults.Add($"kill {kill}: {rest} are left in the profile, {left.Count} calls");
        _say(
            $"kill {kill}: {calls.Count} calls so far, {open} open at the kill, {known.Count} loaded, {left.Count} left; {Faults.Count} faults"
        );
        foreach (Call call in _phones.Calls.Where(static c => c.AnsweredAt > 0))
            _answered.Add(call.CallId);
    }

    /// <summary>Waits until no call is so any more, 34 s at most (64*T1 and some).</summary>
    private async Task SettledAsync(Func<Call, bool> isBusy)
    {
        long until = _phones.Now + 34_000;
        while (_phones.Now < until && _phones.Calls.Any(isBusy))
            await Task.Delay(20);
    }

    private void CheckRecords()
    {
        IReadOnlyDictionary<string, int> records = CrashStores.CountRecords(_settings);
        IReadOnlyCollection<string> rows = CrashStores.Rows(_settings);
        foreach (string callId in _answered)
        {
            int count = records.GetValueOrDefault(callId);
            if (count != 1 && (count > 1 || _settings.Window == 0 || _settings.Ending == CrashEnding.Term))
                Faults.Add($"call {callId} has {count} records");
            if (rows.Contains(callId) && !_ghosts.Contains(callId))
                Faults.Add($"call {callId} is over and still in the table");
        }
    }
}
