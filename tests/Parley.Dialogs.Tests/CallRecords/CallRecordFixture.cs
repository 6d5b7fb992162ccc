using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Proxy;

namespace Parley.Dialogs.Tests.CallRecordTests;

/// <summary>A fixture whose proxy makes call records, and keeps those of its events.</summary>
internal sealed class CallRecordFixture : IDisposable
{
    private readonly DateTimeOffset _begin;

    public CallRecordFixture(
        Action<CallRecordOptions>? configure = null,
        DialogFlags flags = DialogFlags.None,
        Action<DialogOptions>? dialogs = null,
        SipRequestHandler? route = null,
        Action<ParleyApplicationBuilder>? adapt = null,
        ulong seed = 1
    )
    {
        Calls = new CallFixture(
            dialogs,
            flags,
            route,
            seed,
            builder =>
            {
                builder.AddCallRecords(options =>
                {
                    options.MissedCalls = true;
                    configure?.Invoke(options);
                });
                adapt?.Invoke(builder);
            }
        );
        _begin = Calls.Clock.GetUtcNow();
        CallRecords records = Calls.Proxy.Services.GetRequiredService<CallRecords>();
        records.Ended += (_, e) => Ended.Add(e.Record);
        records.Continued += (_, e) => Continued.Add(e.Record);
    }

    public CallFixture Calls { get; }

    public List<CallRecord> Ended { get; } = [];

    public List<CallRecord> Continued { get; } = [];

    /// <summary>Times since the fixture began, in milliseconds; "-" for none.</summary>
    public string Times(CallRecord record) => $"{At(record.Start)} {At(record.Ring)} {At(record.Answer)} {At(record.End)}";

    /// <summary>How it ended, and where it went.</summary>
    public static string Outcome(CallRecord record) =>
        $"{record.Disposition} {record.StatusCode} \"{record.Reason}\" by {record.EndedBy} at {Or(record.Target)} {Or(record.TargetUri)}";

    public void Dispose() => Calls.Dispose();

    private string At(DateTimeOffset? time) => time is { } at ? $"{(at - _begin).TotalMilliseconds:0}" : "-";

    private static string Or(string text) => text.Length == 0 ? "-" : text;
}
