using System.Globalization;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>
/// Webhooks while their target is away and the server is killed: no event is lost, and those of a call keep their order. Longer:
/// <c>PARLEY_OUTAGE=60</c> in the environment, seconds.
/// </summary>
public class WebhookOutageTests
{
    private const int Rate = 20;
    private const string Secret = "a secret of the tests";
    private static readonly string[] Order = ["parley.call.started", "parley.call.answered", "parley.call.ended"];

    private static int Outage =>
        int.TryParse(Environment.GetEnvironmentVariable("PARLEY_OUTAGE"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : 8;

    [Fact]
    public async Task Nothing_is_lost_through_an_outage_of_the_target_and_a_kill_of_the_server()
    {
        var (proxy, callee, hooks) = (Ports.Next(), Ports.Next(), Ports.Next());
        using var receiver = new HookReceiver(hooks, Secret);
        receiver.Start();
        var settings =
            Settings.Udp(proxy, Settings.PrefixRoute("9", callee))
            + $$"""
                , "Management": { "Listen": [ "127.0.0.1:{{Ports.Next()}}" ], "Events": { "Webhooks": [ { "Url": "{{receiver.Url}}", "Secret": "{{Secret}}" } ] } }
                """;
        var calls = (Outage + 6) * Rate;
        await using var parley = await ParleyServer.StartAsync(settings);
        await using var answers = Sipp.Start("callee", callee, null, Settings.Contact(callee));
        await using var callers = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-r", $"{Rate}", "-m", $"{calls}");
        await UntilAsync(() => receiver.Received > 3 * Rate, 60);
        receiver.Stop();
        await callers.WaitForCallsAsync((Outage / 2 + 3) * Rate);
        parley.Signal((PosixSignalNumber)9);
        await parley.WaitForExitAsync(TimeSpan.FromSeconds(10));
        var before = receiver.Received;
        await using var again = await ParleyServer.RestartAsync(parley);
        Assert.DoesNotContain("; 0 events wait from before", again.Output, StringComparison.Ordinal);
        var counts = await callers.FinishAsync(TimeSpan.FromSeconds(Outage + 120));
        await again.WaitForLineAsync("takes no events", TimeSpan.FromSeconds(30));
        Assert.Equal(before, receiver.Received);
        receiver.Start();
        // A pause of the sender takes a minute at most.
        await UntilAsync(() => receiver.Events.Count(static e => e.Type == Order[2]) >= counts.Successful, 90);
        await again.WaitForLineAsync("takes events again", TimeSpan.FromSeconds(30));
        await again.StopAsync();

        Assert.Equal(0, receiver.Forged);
        // One that rang at the kill is no call of the new server.
        Assert.True(counts.Failed <= 5, $"{counts.Failed} calls failed");
        var events = receiver.Events;
        // Each call that the phones completed was answered and has ended.
        foreach (var type in Order[1..])
        {
            var of = events.Where(e => e.Type == type).Select(static e => e.CallId).Distinct().Count();
            Assert.True(of >= counts.Successful, $"{of} of {counts.Successful} calls have {type}");
        }
        foreach (var dialog in events.GroupBy(static e => e.Dialog))
            Assert.Equal(Order.Take(dialog.Count()), dialog.Select(static e => e.Type));
    }

    private static async Task UntilAsync(Func<bool> condition, int seconds)
    {
        for (var i = 0; i < seconds * 20 && !condition(); i++)
            await Task.Delay(50);
        Assert.True(condition());
    }
}
