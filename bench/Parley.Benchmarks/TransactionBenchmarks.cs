using BenchmarkDotNet.Attributes;

namespace Parley.Benchmarks;

/// <summary>What finding a transaction costs: a request that is there already is answered from it and goes no further.</summary>
[MemoryDiagnoser]
public class TransactionBenchmarks
{
    private Proxy _proxy = null!;
    private byte[] _again = [];

    /// <summary>Transactions that live beside it.</summary>
    [Params(1, 10_000)]
    public int Living { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _proxy = new Proxy();
        for (int i = 0; i < Living; i++)
            _proxy.Wire.Receive(Messages.Invite(i), _proxy.Alice);
        _again = Messages.Invite(Living / 2);
    }

    [GlobalCleanup]
    public void End() => _proxy.Dispose();

    [Benchmark(Description = "match a retransmitted INVITE (and parse it)")]
    public void Match() => _proxy.Wire.Receive(_again, _proxy.Alice);
}
