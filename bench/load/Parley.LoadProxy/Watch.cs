using System.Globalization;
using Parley.Management;

namespace Parley.LoadProxy;

/// <summary>What of the management side a measured proxy has.</summary>
internal static class Watch
{
    /// <param name="options">Of the management side.</param>
    /// <param name="what">management: nothing but commands; metrics; recorder; page; watched: all of it.</param>
    /// <param name="port">Where it listens on 127.0.0.1.</param>
    public static void Apply(ManagementOptions options, string what, int port)
    {
        options.Listen.Add(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
        options.Metrics.IsEnabled = what is "metrics" or "watched";
        options.Metrics.HasCharts = what is "page" or "watched";
        options.Recorder.Mode = what is "recorder" or "watched" ? RecorderMode.Whole : RecorderMode.Off;
        options.Recorder.MaxCallsPerSecond = 0; // every call, at any rate
    }
}
