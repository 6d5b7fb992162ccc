using Parley.EndToEnd.Tests.Peers;

namespace Parley.EndToEnd.Tests;

/// <summary>One caller and its callees, as SIPp plays them from Scenarios/Dialogs, with a proxy in this process between them.</summary>
internal static class DialogCalls
{
    public static Sipp Callee(string transport, string scenario, int port) =>
        Sipp.Start(
            $"Dialogs/{scenario}-callee",
            port,
            null,
            "-t",
            Socket(transport),
            "-m",
            "1",
            "-trace_msg",
            "-message_file",
            Sipp.Messages
        );

    public static Sipp Caller(string transport, string scenario, DialogHost host) =>
        Sipp.Start(
            $"Dialogs/{scenario}-caller",
            Ports.Next(),
            $"127.0.0.1:{host.Port}",
            "-t",
            Socket(transport),
            "-s",
            "callee",
            "-m",
            "1",
            "-trace_msg",
            "-message_file",
            Sipp.Messages
        );

    /// <summary>Both sides went as their scenarios say. If not, the failure shows what each of them sent and received.</summary>
    public static async Task AssertCleanAsync(params Sipp[] sides)
    {
        try
        {
            foreach (var side in sides)
                CallTests.AssertClean(await side.FinishAsync(DialogHost.Limit), 1);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{string.Join('\n', sides.Select(Story))}", failure);
        }
    }

    private static string Story(Sipp side) => $"===== {side.Scenario}, {(side.HasExited ? "ended" : "still running")}\n{side.Exchanged}";

    private static string Socket(string transport) => transport == "udp" ? "u1" : "t1";
}
