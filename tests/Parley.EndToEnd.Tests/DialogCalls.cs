using Parley.EndToEnd.Tests.Peers;

namespace Parley.EndToEnd.Tests;

/// <summary>One caller and its callees, as SIPp plays them from Scenarios/Dialogs, with a proxy in this process between them.</summary>
internal static class DialogCalls
{
    public static Sipp Callee(string transport, string scenario, int port) =>
        Sipp.Start($"Dialogs/{scenario}-callee", port, null, "-t", Socket(transport), "-m", "1");

    public static Sipp Caller(string transport, string scenario, DialogHost host) =>
        Sipp.Start($"Dialogs/{scenario}-caller", Ports.Next(), $"127.0.0.1:{host.Port}", "-t", Socket(transport), "-s", "callee", "-m", "1");

    /// <summary>Both sides went as their scenarios say.</summary>
    public static async Task AssertCleanAsync(params Sipp[] sides)
    {
        foreach (var side in sides)
            CallTests.AssertClean(await side.FinishAsync(DialogHost.Limit), 1);
    }

    private static string Socket(string transport) => transport == "udp" ? "u1" : "t1";
}
