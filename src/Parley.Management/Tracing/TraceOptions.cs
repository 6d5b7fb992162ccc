namespace Parley.Management;

/// <summary>Which calls become traces. They go to whatever listens to the source <c>Parley.Sip</c>, such as OpenTelemetry.</summary>
public sealed class TraceOptions
{
    /// <summary>The part of the calls that are traced, 0 to 1; 0: none, and nothing of it runs.</summary>
    public double Ratio { get; set; }

    /// <summary>
    /// An INVITE with a header <c>traceparent</c> (W3C Trace Context) continues the trace that it names, sampled as that says, whatever the ratio. Only where
    /// nobody but callers that may do so can reach the server: a stranger could have every call of his traced, and write into traces of others.
    /// </summary>
    public bool TakesParents { get; set; }

    internal bool IsOn => Ratio > 0 || TakesParents;
}
