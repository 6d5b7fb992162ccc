using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Validation;

public sealed class ValidationInApplicationTests
{
    [Theory]
    [InlineData("MESSAGE", "sip:bob@10.0.0.2", 0, "", 483)]
    [InlineData("OPTIONS", "sip:bob@10.0.0.2", 0, "", 200)]
    [InlineData("MESSAGE", "frob:bob", 70, "", 416)]
    [InlineData("MESSAGE", "sip:bob@10.0.0.2", 70, "Proxy-Require: foo\r\n", 420)]
    [InlineData("MESSAGE", "sip:bob@10.0.0.2", 70, "Route: <nonsense\r\n", 400)]
    [InlineData("ACK", "sip:bob@10.0.0.2", 0, "", 0)]
    [InlineData("ACK", "frob:bob", 70, "", 0)]
    public void A_request_that_fails_validation_reaches_no_handler(string method, string uri, int maxForwards, string headers, int status)
    {
        var handled = 0;
        using var scene = new Scene(context =>
        {
            handled++;
            context.Reply(200);
            return ValueTask.CompletedTask;
        });
        Peer alice = scene.Peer("10.0.0.1");
        alice.Send(method, uri, maxForwards: maxForwards, headers: headers);
        scene.Run(100);
        Assert.Equal(0, handled);
        Assert.Equal(status == 0 ? [] : [status], alice.Finals);
        if (status == 420)
        {
            Assert.True(alice.Responses[^1].TryGetHeader(SipHeaderName.Unsupported, out var unsupported));
            Assert.Equal("foo", Peer.Text(unsupported));
        }
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_request_that_comes_back_unchanged_is_482()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1");
        alice.Send("MESSAGE", "sip:bob@10.0.0.9"); // the proxy's own address, and nobody says who bob is
        scene.Run(2_000);
        Assert.Equal([482], alice.Finals);
        scene.RunToTheEnd();
    }
}
