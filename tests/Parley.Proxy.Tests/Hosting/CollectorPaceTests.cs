using Parley.Proxy.Tests.Allocation;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Proxy.Tests.Hosting;

public sealed class CollectorPaceTests
{
    private const int Pace = 512 * 1024;

    [Fact]
    public async Task Young_objects_are_collected_after_so_many_bytes_when_a_receive_loop_is_about_to_wait()
    {
        await using var network = new StubTransport();
        ParleyApplicationBuilder builder = ParleyApplication
            .CreateEmptyBuilder()
            .UseTransport(network)
            .UseTimeProvider(new SimulatedClock())
            .UseRandom(SipRandom.FromSeed(1))
            .UseLocator(new SimulatedServerLocator());
        builder.Proxy.CollectorPace = Pace;
        await using ParleyApplication app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        for (int i = 0; i < 3; i++)
        {
            int before = GC.CollectionCount(1);
            // The pace rests while old objects are collected in the background, for which other tests may give the reason.
            for (int attempt = 0; attempt < 10 && GC.CollectionCount(1) == before; attempt++)
            {
                if (attempt > 0)
                    await Task.Delay(100, TestContext.Current.CancellationToken);
                for (int allocated = 0; allocated < 2 * Pace; allocated += 16 * 1024)
                    GC.KeepAlive(new byte[16 * 1024]);
                app.Transactions.BeforeWait();
            }

            Assert.True(GC.CollectionCount(1) > before, "not collected");
        }
    }
}
