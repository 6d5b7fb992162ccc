using Parley.Server.Fuzz;
using Xunit;

namespace Parley.Server.Tests.Running;

/// <summary>A few thousand messages of tests/Parley.Server.Fuzz; the command sends as many as one likes.</summary>
public class FuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Messages_in_every_order_right_and_wrong_do_no_harm_to_the_running_server(int seed)
    {
        FuzzOutcome outcome = await ServerFuzz.RunAsync(
            new FuzzSettings
            {
                Seed = seed,
                Messages = 4_000,
                Looks = 2,
            }
        );
        TestContext.Current.TestOutputHelper?.WriteLine(outcome.Summary);
        Assert.True(outcome.Faults.Count == 0, $"{outcome.Summary}\n{string.Join('\n', outcome.Faults)}");
    }
}
