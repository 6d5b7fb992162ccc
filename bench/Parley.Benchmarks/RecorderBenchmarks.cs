using System.Text;
using BenchmarkDotNet.Attributes;
using Parley.Management;
using Parley.Proxy;
using Parley.Transport;

namespace Parley.Benchmarks;

/// <summary>What the recorder costs a message (an INVITE of 800 bytes) and a step.</summary>
[MemoryDiagnoser]
public class RecorderBenchmarks
{
    private static readonly SipFlow Flow = new(
        new SipListener(0, SipProtocol.Udp, new SipEndPoint(0, 0x0A00_0001, 0, 5060, false)),
        new SipEndPoint(0, 0x0A00_0101, 0, 5060, false)
    );

    private static readonly byte[] Message = Encoding.UTF8.GetBytes(
        "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bK-524287-1---1234567890abcdef;rport\r\n"
            + "Max-Forwards: 70\r\nContact: <sip:alice@10.0.1.1:5060>\r\nTo: <sip:bob@example.com>\r\nFrom: \"Alice\" <sip:alice@example.com>;tag=8f3a2b1c\r\n"
            + "Call-ID: 84b4c76e66710a8c1f2d3e4b5a697887@10.0.1.1\r\nCSeq: 1 INVITE\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY\r\n"
            + "Content-Type: application/sdp\r\nUser-Agent: bench\r\nContent-Length: 201\r\n\r\n"
            + new string('v', 201)
    );

    private CallRing _ring = null!;
    private CallRecorder _recorder = null!;
    private string _path = "";

    /// <summary>Whole: as by default. Sampled: above the rate. File: blanked and with a checksum.</summary>
    [Params("Whole", "Headers", "Sampled", "File")]
    public string Mode { get; set; } = "Whole";

    [GlobalSetup]
    public void Open()
    {
        var options = new RecorderOptions { Bytes = 64 << 20, Mode = Mode == "Headers" ? RecorderMode.Headers : RecorderMode.Whole };
        if (Mode == "Sampled")
            options.MaxCallsPerSecond = 1;
        if (Mode == "File")
            options.File = _path = Path.Combine(Path.GetTempPath(), $"parley-bench-{Environment.ProcessId}.ring");
        _ring = new CallRing(new RingMemory(options.Bytes, options.File));
        _recorder = new CallRecorder(_ring, options, new CallMarkTable(), TimeProvider.System);
    }

    [GlobalCleanup]
    public void Close()
    {
        _ring.Dispose();
        if (_path.Length > 0)
            File.Delete(_path);
    }

    [Benchmark(Description = "record a message")]
    public void RecordMessage() => _recorder.OnMessage(false, Flow, Message);

    [Benchmark(Description = "record a step")]
    public void RecordStep() => _recorder.OnStep("84b4c76e66710a8c@10.0.1.1"u8, 1, CallStep.StateChanged, 1, 2, default);
}
