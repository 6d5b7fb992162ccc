using Xunit;

namespace Parley.Sip.Tests.Messages;

public class SipMessageRetentionTests
{
    [Fact]
    public void A_retained_message_outlives_the_buffer()
    {
        var bytes = Wire.Bytes("\n" + Wire.Invite);
        var message = new SipMessage();
        message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        Assert.True(message.TryGetTopVia(out _));
        Assert.Equal("1928301774"u8, message.FromTag);
        var kept = message.Retain();
        string text = message.ToString();
        Array.Fill(bytes, (byte)'x');
        Assert.Equal(text, kept.ToString());
        Assert.Equal("1928301774"u8, kept.FromTag);
        Assert.Equal("bob"u8, kept.To.Uri.User);
        Assert.True(kept.TryGetTopVia(out var via));
        Assert.Equal("z9hG4bK776asdhds"u8, via.Branch);
        Assert.Equal(14, kept.HeaderCount);
        Assert.Equal(2, kept.Routes.Count());
        Assert.Equal("p1.biloxi.com"u8, First(kept).Uri.Host);
        var again = kept.Retain();
        Assert.NotSame(kept, again);
        kept.Release();
        Assert.Equal(text, again.ToString());
        again.Release();
    }

    [Fact]
    public void Releasing_twice_does_not_hand_one_message_to_two()
    {
        var message = Wire.Parse(Wire.Invite);
        var first = message.Retain();
        first.Release();
        first.Release();
        message.Release();
        var a = message.Retain();
        var b = message.Retain();
        Assert.NotSame(a, b);
        Assert.NotSame(message, a);
        Assert.NotSame(message, b);
        a.Release();
        b.Release();
    }

    [Fact]
    public void Large_buffers_do_not_stay_in_the_pool()
    {
        var large = Wire.Parse("MESSAGE sip:a@b SIP/2.0\nX: y\n\n" + new string('z', 40_000));
        var kept = large.Retain();
        Assert.Equal(large.Bytes.Length, kept.Bytes.Length);
        kept.Release();
        var small = Wire.Parse(Wire.Invite).Retain();
        Assert.Equal(Wire.Bytes(Wire.Invite).Length, small.Bytes.Length);
        small.Release();
    }

    [Fact]
    public async Task Many_threads_share_the_pool_without_mixing_messages()
    {
        var invite = Wire.Bytes(Wire.Invite);
        var ok = Wire.Bytes(Wire.Ok);
        var handover = new System.Collections.Concurrent.ConcurrentQueue<(SipMessage Message, bool Request)>();
        int wrong = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(worker =>
                    Task.Run(() =>
                    {
                        var message = new SipMessage();
                        for (int i = 0; i < 5_000; i++)
                        {
                            bool request = (i + worker) % 2 == 0;
                            var bytes = request ? invite : ok;
                            message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
                            handover.Enqueue((message.Retain(), request));
                            if (i % 3 != 0 && handover.TryDequeue(out var other))
                            {
                                if (other.Message.IsRequest != other.Request || other.Message.CSeqNumber != 314159)
                                    Interlocked.Increment(ref wrong);
                                other.Message.Release();
                            }
                        }
                    })
                )
        );
        Assert.Equal(0, wrong);
        Assert.Equal(handover.Count, handover.Select(each => each.Message).Distinct().Count());
        foreach (var (message, request) in handover)
        {
            Assert.Equal(request, message.IsRequest);
            message.Release();
        }
    }

    private static NameAddrView First(SipMessage message)
    {
        Assert.True(message.Routes.TryGetFirst(out var route));
        return route;
    }
}
