using BenchmarkDotNet.Attributes;
using Parley.Dialogs;

namespace Parley.Benchmarks;

/// <summary>Dialogs found, listed in profiles and published, beside others that stand.</summary>
[MemoryDiagnoser]
public class DialogBenchmarks
{
    private Proxy _proxy = null!;
    private byte[] _ack = [];
    private DialogId _id;
    private Dialog _dialog = null!;
    private DialogProfile _profile = null!;
    private DialogFeedReader _reader = null!;
    private int _value;

    /// <summary>Dialogs that stand.</summary>
    [Params(1, 10_000)]
    public int Standing { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _proxy = new Proxy();
        for (int i = 0; i < Standing; i++)
        {
            byte[] answer = _proxy.Call(i);
            if (i == Standing / 2)
                _ack = Messages.Within("ACK", 1, "again", answer);
        }

        // All transactions are over: the dialogs stand alone.
        _proxy.Clock.RunFor(TimeSpan.FromSeconds(60));
        _dialog = _proxy.Dialogs.FindByCallId($"call-{Standing / 2}@10.0.1.1")!;
        _id = _dialog.Id;
        _profile = _proxy.Dialogs.FindProfile("caller")!;
        _reader = _proxy.Dialogs.Feed.Subscribe();
    }

    [GlobalCleanup]
    public void End()
    {
        _reader.Dispose();
        _proxy.Dispose();
    }

    [Benchmark(Description = "find by id")]
    public Dialog? Find() => _proxy.Dialogs.Find(_id);

    [Benchmark(Description = "relay an ACK within a dialog, matched by did")]
    public void RelayAck() => _proxy.Wire.Receive(_ack, _proxy.Alice);

    [Benchmark(Description = "set and unset a profile value")]
    public void Profile()
    {
        _profile.Set(_dialog, "another"u8);
        _profile.Unset(_dialog, "another"u8);
    }

    [Benchmark(Description = "size of a profile value")]
    public int ProfileSize() => _profile.Size("alice0"u8);

    [Benchmark(Description = "change a value and read the change from the feed")]
    public bool Feed()
    {
        _dialog.Values.Set("number", ++_value);
        return _reader.TryRead(out _);
    }
}
