using Microsoft.Extensions.DependencyInjection;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Pings;

public sealed class PingsAfterRestartTests
{
    [Fact]
    public async Task Row_40_pings_go_on_after_a_restart_with_numbers_above_those_before()
    {
        var store = new MemoryDialogStore();
        using (CallFixture first = New())
        {
            using DialogPersistence persistence = Keep(first, store);
            first.Call();
            first.Run(100);
            Assert.Equal(3, Pings(first).Count);
            while (await persistence.FlushAsync()) { }

            await persistence.SaveAllAsync();
        }

        using CallFixture next = New();
        using DialogPersistence loaded = Keep(next, store);
        Assert.Equal((1, 0), await loaded.LoadAsync());
        Dialog dialog = Assert.Single(next.Dialogs.Dialogs());
        uint before = dialog.Callee!.GeneratedCSeq;
        // The new bob knows no call and would end it by a 481.
        next.Network.Interceptor = static packet => packet.Is("OPTIONS") ? PacketFate.Drop : PacketFate.Pass;
        next.Run(91);
        List<RecordedMessage> pings = Pings(next);
        Assert.Equal(3, pings.Count);
        Assert.Equal([before + 1, before + 2, before + 3], pings.Select(static p => p.Message!.CSeqNumber));
    }

    private static CallFixture New() => new(static options => options.PingFailures = 9, DialogFlags.OptionsPingCallee);

    private static DialogPersistence Keep(CallFixture fixture, MemoryDialogStore store) =>
        new(fixture.Dialogs, store, fixture.Proxy.Services.GetRequiredService<ISipTransport>().Listeners);

    private static List<RecordedMessage> Pings(CallFixture fixture) =>
        [.. fixture.Recorder.Find("OPTIONS", to: "10.0.2.1").DistinctBy(static m => m.CSeq)];
}
