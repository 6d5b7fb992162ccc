using Xunit;

namespace Parley.Sip.Tests;

/// <summary>The way of a message through this floor allocates nothing once warm.</summary>
public class AllocationTests
{
    private readonly byte[] _invite = Wire.Bytes("\n" + Wire.Invite);
    private readonly byte[] _ok = Wire.Bytes(Wire.Ok);
    private readonly byte[] _output = new byte[4096];
    private readonly SipMessage _message = new();
    private readonly SipEdits _edits = new();
    private readonly SipWriter _writer = new();
    private readonly SipRandom _random = SipRandom.FromSeed(1);
    private int _sum;

    [Fact]
    public void Parsing_reading_and_screening_allocate_nothing() =>
        AssertNothing(() =>
        {
            _message.Parse(_invite, 0, _invite.Length, SipLimits.Default);
            _sum += SipScreening.Screen(_message).StatusCode + SipScreening.ScreenForward(_message, "x").StatusCode;
            _sum +=
                _message.Vias.Count()
                + _message.Routes.Count()
                + _message.Contacts.Count()
                + _message.RecordRoutes.Count()
                + _message.MaxForwards;
            _sum += _message.FromTag.Length + _message.ToTag.Length + (int)_message.CSeqNumber + _message.RequestUriView.Host.Length;
            _sum += _message.Tokens(SipHeaderName.Supported).Contains("x"u8) ? 1 : 0;
            _sum += _message.TryGetHeader("x-custom"u8, out _) ? 1 : 0;
            _sum += _message.AuthParameters(SipHeaderName.Authorization).TryGet("realm"u8, out _) ? 1 : 0;
            _sum += _message.RequestUriView.EquivalentTo(_message.To.Uri) ? 1 : 0;
            foreach (var contact in _message.Contacts)
                _sum += contact.Q + (int)contact.Expires + contact.RegId + contact.Instance.Length;
        });

    [Fact]
    public void Forwarding_a_request_allocates_nothing() =>
        AssertNothing(() =>
        {
            _message.Parse(_invite, 0, _invite.Length, SipLimits.Default);
            _edits.Reset(_message);
            _edits.ReplaceRequestUri("sip:bob@192.0.2.4"u8);
            _edits.SetReceived("10.0.0.1"u8, 777);
            var via = _edits.Scratch(60);
            "SIP/2.0/UDP proxy;branch=z9hG4bK"u8.CopyTo(via);
            _random.FillToken(via[32..48]);
            _edits.PushVia(via[..48]);
            _edits.Set(SipHeaderName.MaxForwards, "69"u8);
            _message.Routes.TryGetFirst(out var route);
            _edits.RemoveValue(route.Text);
            _edits.Push(SipHeaderName.RecordRoute, "<sip:proxy;lr>"u8);
            _edits.EnsureContentLength();
            _edits.ReplaceBody("a/b"u8, "body"u8);
            _sum += _edits.Length + _edits.WriteTo(_output);
        });

    [Fact]
    public void Forwarding_and_building_responses_allocates_nothing() =>
        AssertNothing(() =>
        {
            _message.Parse(_ok, 0, _ok.Length, SipLimits.Default);
            _edits.Reset(_message);
            _edits.PopVia();
            _sum += _edits.WriteTo(_output);
            _message.Parse(_invite, 0, _invite.Length, SipLimits.Default);
            _writer.Response(_message, 180, default, "tag"u8, "10.0.0.1"u8, 5060);
            _sum += _writer.End().Length;
        });

    [Fact]
    public void Keeping_a_message_and_framing_allocate_nothing() =>
        AssertNothing(() =>
        {
            _message.Parse(_invite, 0, _invite.Length, SipLimits.Default);
            var one = _message.Retain();
            var two = one.Retain();
            _sum += two.FromTag.Length;
            one.Release();
            two.Release();
            _sum += SipFraming.Next(_invite, SipLimits.Default).Length + SipFraming.Next(_ok, SipLimits.Default).Length;
            _sum += (int)_random.Hash(_message.CallId) + _random.Next(7);
        });

    private void AssertNothing(Action work)
    {
        for (int i = 0; i < 200; i++)
            work();
        // The runtime may allocate once while it compiles hot code anew; what the code allocates, every round does.
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
                work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.NotEqual(0, _sum);
    }
}
