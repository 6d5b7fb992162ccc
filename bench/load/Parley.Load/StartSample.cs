namespace Parley.Load;

/// <summary>One start of one program.</summary>
internal sealed record StartSample(string Subject, double Milliseconds, double CpuMilliseconds, long ResidentKiB, long ProportionalKiB);
