using BenchmarkDotNet.Attributes;
using Parley.Sip;

namespace Parley.Benchmarks;

/// <summary>A message of 700 bytes in and out.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    private readonly byte[] _invite = Messages.Invite(1);
    private readonly byte[] _output = new byte[4096];
    private readonly SipMessage _message = new();
    private readonly SipMessage _parsed = new();
    private readonly SipEdits _edits = new();

    [GlobalSetup]
    public void Parse() => _parsed.Parse(_invite, 0, _invite.Length, SipLimits.Default);

    [Benchmark(Description = "parse an INVITE")]
    public SipParseStatus ParseInvite() => _message.Parse(_invite, 0, _invite.Length, SipLimits.Default).Status;

    [Benchmark(Description = "parse it and read what a proxy reads")]
    public int ParseAndRead()
    {
        _message.Parse(_invite, 0, _invite.Length, SipLimits.Default);
        _message.TryGetTopVia(out var via);
        return via.Branch.Length
            + _message.FromTag.Length
            + _message.ToTag.Length
            + _message.CallId.Length
            + (int)_message.CSeqNumber
            + _message.MaxForwards
            + _message.RequestUriView.Host.Length;
    }

    [Benchmark(Description = "screen it")]
    public int Screen() => SipScreening.Screen(_parsed).StatusCode;

    [Benchmark(Description = "edit and write it")]
    public int EditAndWrite()
    {
        _edits.Reset(_parsed);
        _edits.PushVia("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK00112233445566778899"u8);
        _edits.Push(SipHeaderName.RecordRoute, "<sip:10.0.0.1;lr;did=a1b.c2d3>"u8);
        _edits.Set(SipHeaderName.MaxForwards, "69"u8);
        return _edits.WriteTo(_output);
    }

    [Benchmark(Description = "keep a copy and give it back")]
    public void Retain() => _parsed.Retain().Release();
}
