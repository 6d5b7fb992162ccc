using Parley.Crash.Host;
using Parley.Crash.Phones;

namespace Parley.Crash;

/// <summary>
/// Calls at a rate while the database is taken away for a time and comes back. What is found wrong is a line of <see cref="Faults"/>: a call that failed,
/// or a table that is not what the proxy has in memory once all is written.
/// </summary>
public sealed class OutageRun : IDisposable
{
    private readonly CrashSettings _settings;
    private readonly Phones.Phones _phones;
    private readonly Action<string> _say;

    /// <summary>Makes one.</summary>
    /// <param name="settings">What is run; port and callee are chosen here.</param>
    /// <param name="port">The proxy's port on loopback.</param>
    /// <param name="say">Gets lines about how it goes.</param>
    public OutageRun(CrashSettings settings, int port, Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _phones = new Phones.Phones(port, settings.Seed);
        _settings = settings with { Port = port, Callee = _phones.CalleePort };
        _say = say;
    }

    /// <summary>What is wrong; empty: nothing.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Calls that were refused with 503 and Retry-After: the policy Refuse of realtime.</summary>
    public int Refused { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _phones.Dispose();

    /// <summary>Runs it.</summary>
    /// <param name="outage">How long the database is away.</param>
    /// <param name="take">Takes it away.</param>
    /// <param name="giveBack">Brings it back.</param>
    /// <param name="mayRefuse">The policy is to refuse new calls while nothing can be written.</param>
    public async Task RunAsync(TimeSpan outage, Func<Task> take, Func<Task> giveBack, bool mayRefuse = false)
    {
        ArgumentNullException.ThrowIfNull(take);
        ArgumentNullException.ThrowIfNull(giveBack);
        using ProxyProcess proxy = await ProxyProcess.StartAsync(_settings);
        _phones.LongestCall = 4_000;
        _phones.SetRate(_settings.Rate);
        await Task.Delay(2_000);
        await take();
        await Task.Delay(outage);
        string away = await proxy.StatisticsAsync();
        _say($"away for {outage.TotalSeconds:F0} s: {away}");
        if (away.Contains(" 0 failures", StringComparison.Ordinal))
            Faults.Add("The database took every write: it was not away.");
        await giveBack();
        await Task.Delay(2_000);
        _phones.HangsUp = false;
        await Task.Delay(1_000);
        _phones.SetRate(0);
        await SettledAsync(static call => call.Invite is not null || call.Bye is not null);
        foreach (Call call in _phones.Calls)
        {
            if (call.InviteStatus == 503 && mayRefuse)
                Refused++;
            else if (call.InviteStatus != 200)
                Faults.Add($"INVITE of call {call.CallId} got {call.InviteStatus}");
            else if (call.IsEnding && call.ByeStatus != 200)
                Faults.Add($"BYE of call {call.CallId} got {call.ByeStatus}");
        }

        await CompareAsync(proxy);
        _say($"{_phones.Calls.Count} calls, {Refused} refused, {Faults.Count} faults: {await proxy.StatisticsAsync()}");
        await proxy.StopAsync();
    }

    /// <summary>The table and the memory are the same within a minute.</summary>
    private async Task CompareAsync(ProxyProcess proxy)
    {
        string difference = "";
        for (long until = _phones.Now + 60_000; _phones.Now < until; await Task.Delay(200))
        {
            HashSet<string> memory = [.. (await proxy.CallsAsync()).Select(static call => call.CallId)];
            try
            {
                IReadOnlyCollection<string> table = CrashStores.Rows(_settings);
                if (memory.SetEquals(table) && table.Count > 0)
                    return;
                difference = $"{memory.Count} calls in memory, {table.Count} in the table";
            }
            catch (System.Data.Common.DbException failure)
            {
                difference = failure.Message;
            }
        }

        Faults.Add(difference);
    }

    private async Task SettledAsync(Func<Call, bool> isBusy)
    {
        long until = _phones.Now + 34_000;
        while (_phones.Now < until && _phones.Calls.Any(isBusy))
            await Task.Delay(20);
    }
}
