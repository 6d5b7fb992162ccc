using System.Text;
using CsCheck;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

/// <summary>The keyed code in Record-Routes: whoever did not get it from this proxy for this call cannot make one.</summary>
public class RouteProofKeyTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 16).Select(static i => (byte)i)];
    private readonly SimulatedClock _clock = new();

    [Theory]
    [InlineData("caller", "callee")]
    [InlineData("callee", "caller")]
    public void It_proves_itself_in_both_directions(string from, string to)
    {
        RouteProofKey key = New(1);
        string text = Write(key, RouteProofKind.TrackedCall);
        Assert.Matches("^[A-Za-z0-9_-]{16}$", text);
        Assert.True(key.TryRead(Ascii(text), Request("call@x", from, to), out RouteProof proof));
        Assert.Equal(new RouteProof(RouteProofKind.TrackedCall, TimeSpan.Zero, true), proof);
    }

    [Theory]
    [InlineData("other@x", "caller", "callee")]
    [InlineData("call@x", "stranger", "callee")]
    [InlineData("CALL@x", "caller", "callee")]
    [InlineData("call@x", "Caller", "callee")]
    public void It_proves_nothing_for_another_call_or_tag(string callId, string from, string to)
    {
        RouteProofKey key = New(1);
        Assert.False(key.TryRead(Ascii(Write(key, RouteProofKind.Call)), Request(callId, from, to), out _));
    }

    [Fact]
    public void No_character_of_it_can_be_another()
    {
        RouteProofKey key = New(1);
        string text = Write(key, RouteProofKind.Subscription);
        SipMessage request = Request("call@x", "caller", "callee");
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < text.Length; i++)
        {
            foreach (char other in Alphabet.Where(c => c != text[i]))
                Assert.False(key.TryRead(Ascii(string.Concat(text.AsSpan(0, i), [other], text.AsSpan(i + 1))), request, out _));
        }
    }

    [Fact]
    public void Rubbish_proves_nothing_and_does_not_throw()
    {
        RouteProofKey key = New(1);
        SipMessage request = Request("call@x", "caller", "callee");
        Gen.Byte.Array[0, 40].Sample(bytes => Assert.False(key.TryRead(bytes, request, out _)));
        foreach (string text in new[] { "", "=", "AAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAA", "    AAAAAAAAAAAA", new string('A', 10_000) })
            Assert.False(key.TryRead(Ascii(text), request, out _));
    }

    [Fact]
    public void After_a_restart_it_counts_with_the_same_key_only_and_is_known_as_an_earlier_ones()
    {
        string text = Write(New(1), RouteProofKind.TrackedCall);
        _clock.RunFor(TimeSpan.FromMinutes(5));
        SipMessage request = Request("call@x", "caller", "callee");
        Assert.True(New(2).TryRead(Ascii(text), request, out RouteProof proof));
        Assert.Equal(new RouteProof(RouteProofKind.TrackedCall, TimeSpan.FromMinutes(5), false), proof);
        Assert.False(New(1, [.. Key.Select(static b => (byte)(b ^ 1))]).TryRead(Ascii(text), request, out _));
        Assert.False(New(2, []).TryRead(Ascii(text), request, out _));
    }

    [Fact]
    public void It_grows_older_and_a_clock_set_back_does_not_make_it_old()
    {
        RouteProofKey key = New(1);
        _clock.RunFor(TimeSpan.FromHours(1));
        string text = Write(key, RouteProofKind.Call);
        SipMessage request = Request("call@x", "caller", "callee");
        _clock.RunFor(TimeSpan.FromDays(300));
        Assert.True(key.TryRead(Ascii(text), request, out RouteProof proof));
        Assert.Equal(TimeSpan.FromDays(300), proof.Age);
        Assert.True(proof.IsOfThisStart);
        var before = new SimulatedClock();
        Assert.True(new RouteProofKey(Key, SipRandom.FromSeed(9), before).TryRead(Ascii(text), request, out proof));
        Assert.Equal(TimeSpan.Zero, proof.Age);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(17)]
    public void A_key_of_another_length_is_refused(int length) =>
        Assert.Contains("RouteKey", Assert.Throws<ArgumentException>(() => New(1, new byte[length])).Message, StringComparison.Ordinal);

    private RouteProofKey New(ulong seed, byte[]? key = null) => new(key ?? Key, SipRandom.FromSeed(seed), _clock);

    private static string Write(RouteProofKey key, RouteProofKind kind)
    {
        Span<byte> text = stackalloc byte[RouteProofKey.TextLength];
        key.Write(kind, "call@x"u8, "caller"u8, text);
        return Encoding.ASCII.GetString(text);
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static SipMessage Request(string callId, string from, string to)
    {
        byte[] bytes = Ascii(
            $"INFO sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag={from}\r\nTo: <sip:b@x>;tag={to}\r\nCall-ID: {callId}\r\nCSeq: 2 INFO\r\nContent-Length: 0\r\n\r\n"
        );
        var message = new SipMessage();
        Assert.True(message.Parse(bytes, 0, bytes.Length, SipLimits.Default).IsOk);
        return message;
    }
}
