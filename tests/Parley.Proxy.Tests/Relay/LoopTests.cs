using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class LoopTests
{
    [Fact]
    public void A_request_that_comes_back_unchanged_is_answered_482()
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            context.SetDestination(SipUri.Parse($"sip:{ProxyFixture.ProxyAddress}"));
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(200);
        Assert.Equal([482], alice.Finals);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.Loops]);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_spiral_with_another_request_URI_goes_on()
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            if (SipUriView.TryParse(context.RequestUriText, out SipUriView uri) && uri.User.SequenceEqual("bob"u8))
            {
                context.SetRequestUri("sip:carol@example.com"u8);
                context.SetDestination(SipUri.Parse($"sip:{ProxyFixture.ProxyAddress}"));
            }
            else
            {
                context.SetDestination(SipUri.Parse("sip:10.0.0.2"));
            }

            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            carol = fixture.Peer("10.0.0.2");
        carol.Script = r => carol.Answer(r, 200);
        alice.Send("OPTIONS", "sip:bob@example.com");
        fixture.Run(200);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(3, RelayTests.CountVias(carol.Request("OPTIONS")));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Without_loop_detection_Max_Forwards_ends_a_loop()
    {
        using var fixture = new ProxyFixture(
            static async context =>
            {
                context.SetDestination(SipUri.Parse($"sip:{ProxyFixture.ProxyAddress}"));
                await context.RelayAsync();
            },
            static builder => builder.Proxy.DetectLoops = false
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("MESSAGE", "sip:bob@example.com", maxForwards: 5);
        fixture.Run(200);
        Assert.Equal([483], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("MESSAGE", "")]
    [InlineData("INFO", "t1")] // within a dialog
    public void A_request_may_come_back_only_so_often(string method, string toTag)
    {
        using var fixture = new ProxyFixture(
            static async context => await context.RelayAsync(),
            static builder => builder.Proxy.DetectLoops = false
        );
        Peer alice = fixture.Peer("10.0.0.1");
        string routes = string.Join(", ", Enumerable.Range(0, 60).Select(static i => $"<sip:{ProxyFixture.ProxyAddress};lr;x={i}>"));
        alice.Send(method, "sip:bob@example.com", toTag: toTag, headers: $"Route: {routes}\r\n");
        fixture.Run(500);
        Assert.Equal([482], alice.Finals);
        Assert.Equal(11, fixture.App.Counters[ProxyCounter.BranchesSent]);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.Loops]);
        fixture.RunToTheEnd();
    }
}
