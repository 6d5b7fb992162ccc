using Parley.Simulation;
using Xunit;

namespace Parley.Dialogs.Tests.Simulation;

/// <summary>The whole proxy crashes again and again, with a store and a journal that fail, stall and lose what they have not acknowledged.</summary>
public class CrashSimulationTests
{
    [Fact]
    public void Two_hundred_seeds_of_crashes_lose_and_double_no_answered_call_and_no_record_of_one()
    {
        var failures = new List<string>();
        var ends = new Dictionary<string, int>();
        Parallel.For(
            1,
            201,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            seed =>
            {
                SimulationResult result = CrashSimulation.Run(Crashes((ulong)seed));
                lock (failures)
                {
                    if (result.Violations.Count > 0)
                        failures.Add(result.ToString());
                    foreach ((string end, int count) in result.Ends)
                        ends[end] = ends.GetValueOrDefault(end) + count;
                }
            }
        );

        Assert.True(failures.Count == 0, string.Join("\n", failures));
        // It was a hard time: otherwise nothing is shown.
        Assert.InRange(ends["crashes"], 300, int.MaxValue);
        Assert.InRange(ends["dialogs loaded"], 300, int.MaxValue);
        Assert.InRange(ends["store faults"], 300, int.MaxValue);
        Assert.InRange(ends["journal appends"], 300, int.MaxValue);
        Assert.InRange(ends["held responses"], 300, int.MaxValue);
        Assert.InRange(ends["calls ended at the end"], 300, int.MaxValue);
    }

    /// <summary>A record was put aside and the store never asked again (12748, 12849); a call ended while the journal alone had its row (17107).</summary>
    [Theory]
    [InlineData(12748)]
    [InlineData(12849)]
    [InlineData(17107)]
    public void What_once_went_wrong_goes_right(int seed)
    {
        SimulationResult result = CrashSimulation.Run(Crashes((ulong)seed));
        Assert.True(result.Violations.Count == 0, result.ToString());
    }

    [Fact]
    public void A_run_with_crashes_run_twice_is_the_same_run()
    {
        for (ulong seed = 1000; seed < 1010; seed++)
        {
            SimulationResult one = CrashSimulation.Run(Crashes(seed)),
                two = CrashSimulation.Run(Crashes(seed));
            Assert.Equal((one.LogHash, one.Events), (two.LogHash, two.Events));
        }
    }

    private static SimulationSettings Crashes(ulong seed) =>
        new()
        {
            Seed = seed,
            Calls = 12,
            Duration = TimeSpan.FromMinutes(1),
            Crashes = true,
        };
}
