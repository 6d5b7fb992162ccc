using Parley.Simulation;
using Xunit;

namespace Parley.Dialogs.Tests.Simulation;

/// <summary>Whole calls on a network that loses, repeats and reorders; a failure prints the command that replays it.</summary>
public class CallSimulationTests
{
    [Fact]
    public void Fifty_seeds_of_five_hundred_calls_keep_every_invariant()
    {
        var failures = new List<string>();
        Parallel.For(
            1,
            51,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            seed =>
            {
                SimulationResult result = CallSimulation.Run(new SimulationSettings { Seed = (ulong)seed, Calls = 500 });
                if (result.Violations.Count == 0)
                    return;
                lock (failures)
                    failures.Add(result.ToString());
            }
        );

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    [Fact]
    public void An_hour_of_ten_thousand_calls_run_twice_is_the_same_hour()
    {
        var settings = new SimulationSettings
        {
            Seed = 4711,
            Calls = 10_000,
            Duration = TimeSpan.FromHours(1),
            Agents = 40,
        };
        var results = new SimulationResult[2];
        Parallel.For(0, 2, i => results[i] = CallSimulation.Run(settings));

        Assert.Equal((results[0].LogHash, results[0].Events), (results[1].LogHash, results[1].Events));
        Assert.True(results[0].Violations.Count == 0, results[0].ToString());
        Assert.DoesNotContain("never ended", results[0].Ends.Keys);
    }

    [Fact]
    public void Five_hundred_seeds_of_fifty_calls_that_use_the_whole_interface_keep_every_invariant()
    {
        var failures = new List<string>();
        Parallel.For(
            1,
            501,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            seed =>
            {
                SimulationResult result = CallSimulation.Run(Whole((ulong)seed) with { ChecksMemory = seed % 50 == 0 });
                if (result.Violations.Count == 0)
                    return;
                lock (failures)
                    failures.Add(result.ToString());
            }
        );

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    [Fact]
    public void The_whole_interface_run_twice_is_the_same_run()
    {
        for (ulong seed = 1000; seed < 1010; seed++)
        {
            SimulationResult one = CallSimulation.Run(Whole(seed)),
                two = CallSimulation.Run(Whole(seed));
            Assert.Equal((one.LogHash, one.Events), (two.LogHash, two.Events));
        }
    }

    [Fact]
    public void Another_seed_is_another_run()
    {
        SimulationResult one = CallSimulation.Run(new SimulationSettings { Seed = 1, Calls = 20 });
        SimulationResult two = CallSimulation.Run(new SimulationSettings { Seed = 2, Calls = 20 });

        Assert.NotEqual(one.LogHash, two.LogHash);
    }

    private static SimulationSettings Whole(ulong seed) =>
        new()
        {
            Seed = seed,
            Calls = 50,
            Whole = true,
        };
}
