using System.Globalization;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>30 s at 200 calls/s over each transport: no failed call, no unexpected message, no retransmission, all dialogs counted and gone.</summary>
public class LoadTests
{
    private const int Rate = 200;
    private const int Seconds = 30;

    // A whole run, its drain and SIPp's own end, on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(Seconds + 90);

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Every_call_completes(string transport)
    {
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Listeners($"{transport}:127.0.0.1:{proxy}") + Settings.Routes(Settings.PrefixRoute("9", callee, transport)));
        var socket = transport == "udp" ? "u1" : "t1";
        await using var answers = Sipp.Start("callee", callee, null, ["-t", socket, .. Settings.Contact(callee, transport)]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", ["-t", socket, .. Load]);
        await AssertRunAsync(parley, calls, answers);
    }

    [Fact]
    public async Task Every_call_completes_over_tls()
    {
        var certificate = Certificate.Create();
        var (proxy, callee, calleeTunnel, callerTunnel) = (Ports.Next(), Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Listeners($"tls:127.0.0.1:{proxy}")
            + Settings.Routes(Settings.PrefixRoute("9", calleeTunnel, "tls"))
            + $$""", "Tls": { "Certificate": "{{certificate.CertificateFile}}", "Key": "{{certificate.KeyFile}}", "VerifyServers": false }, "Aliases": [ "127.0.0.1:{{callerTunnel}}" ]""");
        await using var toCallee = await Stunnel.StartAsync(client: false, calleeTunnel, callee, certificate);
        await using var toProxy = await Stunnel.StartAsync(client: true, callerTunnel, proxy, certificate);
        await using var answers = Sipp.Start("callee", callee, null, ["-t", "t1", .. Settings.Contact(calleeTunnel, "tls")]);
        await using var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{callerTunnel}", ["-t", "t1", .. Load]);
        await AssertRunAsync(parley, calls, answers);
    }

    private static string[] Load =>
    [
        "-s", "9100", "-r", Rate.ToString(CultureInfo.InvariantCulture), "-m", (Rate * Seconds).ToString(CultureInfo.InvariantCulture),
        "-d", "500", "-l", "5000",
    ];

    private static async Task AssertRunAsync(ParleyServer parley, Sipp calls, Sipp answers)
    {
        var caller = await calls.FinishAsync(Limit);
        var callee = await answers.StopAsync();
        var statistics = await parley.StopAsync();

        CallTests.AssertClean(caller, Rate * Seconds);
        CallTests.AssertClean(callee, Rate * Seconds);
        Assert.Equal(0, caller.Retransmissions);
        Assert.Equal(0, callee.Retransmissions);
        Assert.Equal(0, callee.OutOfCall);
        Assert.Equal(0, statistics["active_dialogs"]);
        Assert.Equal(0, statistics["failed_dialogs"]);
        Assert.Equal(Rate * Seconds, statistics["processed_dialogs"]);
        Assert.Equal(0, statistics["retransmissions_sent"]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{caller}\n{callee}\n{string.Join(' ', statistics)}");
    }
}
