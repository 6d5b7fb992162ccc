using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;

namespace Parley.Samples;

/// <summary>
/// Accounts with seconds to talk. At the answer a call takes the whole credit of its caller and gets it as its lifetime; when it ends, what is
/// left goes back. So two calls never spend the same second. With bye-on-timeout the proxy sends BYE both ways when the credit is spent.
/// </summary>
internal sealed partial class PrepaidModule : IParleyModule
{
    private readonly ConcurrentDictionary<string, long> _credit = new(StringComparer.Ordinal);
    private readonly IDialogApi _dialogs;
    private readonly TimeProvider _time;
    private readonly ILogger<PrepaidModule> _log;

    /// <summary>Reads the accounts: --credit:alice=60 --credit:bob=3600.</summary>
    public PrepaidModule(IDialogApi dialogs, IConfiguration configuration, TimeProvider time, ILogger<PrepaidModule> log)
    {
        (_dialogs, _time, _log) = (dialogs, time, log);
        foreach (IConfigurationSection account in configuration.GetSection("credit").GetChildren())
            _credit[account.Key] = long.Parse(account.Value ?? "0", CultureInfo.InvariantCulture);
    }

    public void Initialize(ParleyApplication application) =>
        _dialogs.Register(
            null,
            DialogCallbackTypes.Created,
            (dialog, _, parameters) =>
            {
                var call = new Call(parameters.Message!.From.Uri.UserText);
                dialog.On(DialogCallbackTypes.Confirmed, OnConfirmed, call);
                dialog.On(DialogCallbackTypes.Terminated | DialogCallbackTypes.Expired, OnOver, call);
            }
        );

    public bool HasCredit(string account) => _credit.TryGetValue(account, out long seconds) && seconds > 0;

    private void OnConfirmed(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        var call = (Call)parameters.Parameter!;
        call.Taken = TakeAll(call.Account);
        if (call.Taken > 0)
            dialog.Timeout = TimeSpan.FromSeconds(call.Taken);
        else
            dialog.Terminate("No credit"); // another call of the account was answered first
    }

    private void OnOver(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        var call = (Call)parameters.Parameter!;
        long talked = dialog.StartTime is { } start ? (long)Math.Ceiling((_time.GetUtcNow() - start).TotalSeconds) : 0;
        long charged = Math.Min(call.Taken, talked);
        long left = _credit.AddOrUpdate(call.Account, 0, (_, credit) => credit + call.Taken - charged);
        LogCharged(call.Account, charged, left, dialog.TerminationReason);
    }

    private long TakeAll(string account)
    {
        while (_credit.TryGetValue(account, out long seconds))
            if (_credit.TryUpdate(account, 0, seconds))
                return seconds;
        return 0;
    }

    [LoggerMessage(1, LogLevel.Information, "{Account} talked for {Charged} s, {Left} s left ({Reason})")]
    private partial void LogCharged(string account, long charged, long left, string? reason);

    private sealed class Call(string account)
    {
        public string Account => account;

        public long Taken { get; set; }
    }
}
