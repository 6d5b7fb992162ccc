using Xunit;

namespace Parley.Testing.Tests.Load;

public class CallGeneratorTests
{
    private static (SimulatedNetwork Network, CallGenerator Generator, ScriptedUserAgent[] Agents) Make(
        ulong seed,
        CallMix mix,
        LinkConditions conditions
    )
    {
        var network = new SimulatedNetwork(seed) { Conditions = conditions };
        ScriptedUserAgent[] agents =
        [
            .. Enumerable
                .Range(1, 6)
                .Select(i => new ScriptedUserAgent(network.AddHost($"10.0.0.{i}"), $"user{i}")
                {
                    KeepsHistory = false,
                    CallLimit = mix.MaximumTalk + TimeSpan.FromMinutes(1),
                    RingLimit = TimeSpan.FromMinutes(1),
                }),
        ];
        return (network, new CallGenerator(network, agents[..3], agents[3..], mix), agents);
    }

    private static (ulong, long, string) Run(ulong seed)
    {
        var (network, generator, _) = Make(seed, new CallMix(), LinkConditions.Bad(0.05));
        Assert.True(generator.Run(), $"seed {seed}: {generator.Report}");
        return (network.Log.Hash, network.Log.Count, generator.Report.ToString());
    }

    [Fact]
    public void On_a_good_network_calls_go_as_planned_and_nothing_is_strange()
    {
        var (network, generator, agents) = Make(3, new CallMix { Calls = 300, Races = 0 }, LinkConditions.Good);
        Assert.True(generator.Run(), generator.Report.ToString());
        CallReport report = generator.Report;
        Assert.Equal((300, 300, 0), (report.Started, report.Ended, report.Active));
        Assert.InRange(report.Answered, 180, 260);
        Assert.InRange(report.EndedByCallee, 60, 130);
        Assert.InRange(report.Rejected, 15, 60);
        Assert.InRange(report.Cancelled, 25, 80);
        Assert.Equal((0, 0, 0), (report.TimedOut, report.Failed, report.AnsweredTwice));
        Assert.All(agents, agent => Assert.Empty(agent.Anomalies));
        network.Clock.RunFor(TimeSpan.FromSeconds(70));
        Assert.Equal(0, agents.Sum(agent => agent.PendingTransactions));
        Assert.Equal(0, network.Counters.Lost);
    }

    [Fact]
    public void One_seed_is_one_history_and_another_seed_another()
    {
        Assert.Equal(Run(11), Run(11));
        Assert.NotEqual(Run(11), Run(12));
    }

    [Fact]
    public void Every_call_ends_on_a_bad_network_whatever_the_seed()
    {
        for (ulong seed = 100; seed < 125; seed++)
        {
            var (network, generator, agents) = Make(seed, new CallMix { Calls = 80 }, LinkConditions.Bad(0.1));
            Assert.True(generator.Run(), $"seed {seed}: {generator.Report}");
            Assert.Equal(80, generator.Report.Ended);
            network.Clock.RunFor(TimeSpan.FromSeconds(100));
            Assert.True(agents.Sum(agent => agent.PendingTransactions) == 0, $"seed {seed}");
        }
    }

    [Fact]
    public void Without_callers_or_callees_there_are_no_calls()
    {
        var (network, _, agents) = Make(1, new CallMix(), LinkConditions.Good);
        Assert.Throws<ArgumentException>(() => new CallGenerator(network, [], agents, new CallMix()));
        Assert.Throws<ArgumentException>(() => new CallGenerator(network, agents, [], new CallMix()));
        var generator = new CallGenerator(network, agents[..1], agents[1..], new CallMix());
        generator.Start();
        Assert.Throws<InvalidOperationException>(generator.Start);
    }
}
