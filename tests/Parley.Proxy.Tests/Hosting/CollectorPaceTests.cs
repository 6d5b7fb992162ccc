using Parley.Proxy.Tests.Allocation;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Proxy.Tests.Hosting;

public sealed class CollectorPaceTests
{
    private const int Pace = 512 * 1024;

    [Fact]
    public async Task Young_objects_are_collected_after_so_many_bytes_until_the_application_is_gone()
    {
        var clock = new SimulatedClock();
        await using var network = new StubTransport();
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder().UseTransport(network).UseTimeProvider(clock).UseRandom(SipRandom.FromSeed(1)).UseLocator(new SimulatedServerLocator());
        builder.Proxy.CollectorPace = Pace;
        ParleyApplication app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        for (int i = 0; i < 3; i++)
        {
            int before = GC.CollectionCount(1);
            GC.KeepAlive(new byte[2 * Pace]);
            clock.RunFor(TimeSpan.FromMilliseconds(50));
            Assert.True(GC.CollectionCount(1) > before, "not collected");
        }

        await app.DisposeAsync();
        Assert.Equal(0, clock.PendingEvents);
    }
}
