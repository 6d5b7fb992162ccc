using System.Text.Json.Serialization;

namespace Parley.Load;

/// <summary>One run of one subject.</summary>
/// <param name="Subject">floor, kamailio, parley, or direct (no proxy).</param>
/// <param name="Load">The load generator: sipp or calls.</param>
/// <param name="Job">The job and transport.</param>
/// <param name="Rate">Calls per second.</param>
/// <param name="CpuPerCall">µs of user and system time per call, all processes, from the first call to the tail's end.</param>
/// <param name="SwitchesPerCall">Context switches per call.</param>
/// <param name="IdleKiB">Proportional set size after the run.</param>
/// <param name="PeakKiB">The largest resident sizes added up.</param>
/// <param name="ForeignPercent">What others used of the proxy's core.</param>
/// <param name="ForeignOnLoadPercent">What others used of the load's core.</param>
/// <param name="IsKept">Little enough foreign load to be counted.</param>
/// <param name="Calls">What the load generator found.</param>
internal sealed record Sample(
    string Subject,
    string Load,
    string Job,
    int Rate,
    double CpuPerCall,
    double SwitchesPerCall,
    long IdleKiB,
    long PeakKiB,
    double ForeignPercent,
    double ForeignOnLoadPercent,
    bool IsKept,
    CallFigures Calls
)
{
    /// <summary>The load generator offered the rate, or nearly.</summary>
    public bool IsOffered => Calls.CallsPerSecond is not { } offered || offered >= Rate * 0.98;

    /// <summary>For the one who watches.</summary>
    [JsonIgnore]
    public string Line =>
        FormattableString.Invariant(
            $"{Job, -6}{Rate, 5}/s {Subject, -9} {Load, -5}{CpuPerCall, 8:F1} µs/call {SwitchesPerCall, 6:F1} switches{(Load == "calls" ? Setup : "")}  failed {Calls.Failed + Calls.Unfinished}  again {Calls.Retransmissions}  foreign {ForeignPercent:F1} %/{ForeignOnLoadPercent:F1} %{(IsKept ? "" : "  thrown away: foreign load")}{(IsOffered ? "" : Short)}"
        );

    private string Setup => FormattableString.Invariant($"  setup {Calls.SetupP50}/{Calls.SetupP99}/{Calls.SetupP999} µs");

    private string Short => FormattableString.Invariant($"  only {Calls.CallsPerSecond:F0} calls/s were offered");
}
