using Parley.Server.Runtime;
using Parley.Server.Tests.Running;
using Xunit;

namespace Parley.Server.Tests.Runtime;

public sealed class GcPacingTests
{
    [Fact]
    public async Task Young_objects_are_collected_after_so_many_bytes_when_a_receive_loop_is_about_to_wait()
    {
        using var server = new SimulatedServer();
        for (int i = 0; i < 3; i++)
        {
            int before = GC.CollectionCount(1);
            // The pacing rests while old objects are collected in the background, for which other tests may give the reason.
            for (int attempt = 0; attempt < 10 && GC.CollectionCount(1) == before; attempt++)
            {
                if (attempt > 0)
                    await Task.Delay(100, TestContext.Current.CancellationToken);
                for (int allocated = 0; allocated < 2 * GcPacing.DefaultBytes; allocated += 16 * 1024)
                    GC.KeepAlive(new byte[16 * 1024]);
                server.Application.Transactions.BeforeWait();
            }

            Assert.True(GC.CollectionCount(1) > before, "not collected");
        }
    }
}
