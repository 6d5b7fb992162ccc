using System.Text;
using Xunit;

namespace Parley.Transport.Tests.Streams;

/// <summary>What may stand between messages, what ends a connection, and that nothing swallows the request behind it.</summary>
public class StreamRubbishTests
{
    [Theory]
    [InlineData("\r")]
    [InlineData("\0")]
    [InlineData(" ")]
    [InlineData(" \t\0\0 \r")]
    [InlineData("\n\r\n\r \0")]
    public async Task What_means_nothing_between_messages_is_skipped(string padding)
    {
        await using var server = Start();
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(padding);
        await client.SendAsync(Wire.Request("one"));
        await client.SendAsync(padding);
        await client.SendAsync(Wire.Request("two"));
        Assert.Equal("one", (await server.Receiver.NextAsync()).CallId);
        Assert.Equal("two", (await server.Receiver.NextAsync()).CallId);
        Assert.Equal(0, server.Counters.BrokenClosed);
    }

    [Fact]
    public async Task A_request_without_its_length_is_refused_and_the_connection_closed()
    {
        await using var server = Start();
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        var text = Encoding.UTF8.GetString(Wire.Request("lengthless", "INVITE", "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\n"));
        await client.SendAsync(
            text[..text.IndexOf("Content-Length", StringComparison.Ordinal)]
                + text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)..]
        );
        await client.SendAsync(Wire.Request("behind it"));
        var (result, flow) = await server.Receiver.NextMalformedAsync();
        Assert.Equal((400, "Missing Content-Length"), (result.StatusCode, result.Reason));
        Assert.NotEqual(0, flow.ConnectionId);
        await client.HearEndAsync();
        await TestTransport.EventuallyAsync(() => server.Counters.BrokenClosed == 1);
        Assert.False(server.Receiver.HasMessage);
        Assert.Equal(1, server.Counters.Rejected);
    }

    [Theory]
    [InlineData("Content-Length: x")]
    [InlineData("Content-Length: 0\r\nContent-Length: 0")]
    public async Task A_request_with_a_length_that_is_none_is_refused_and_the_connection_closed(string length)
    {
        await using var server = Start();
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync(Encoding.UTF8.GetString(Wire.Request("bad")).Replace("Content-Length: 0", length, StringComparison.Ordinal));
        Assert.Equal(400, (await server.Receiver.NextMalformedAsync()).Result.StatusCode);
        await client.HearEndAsync();
    }

    [Theory]
    [InlineData("SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 127.0.0.1\r\n\r\n")]
    [InlineData(
        "ACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 ACK\r\n\r\n"
    )]
    [InlineData("garbage\r\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0003\u0001")]
    public async Task Rubbish_closes_with_a_count_and_without_an_answer(string rubbish)
    {
        await using var server = Start();
        using var client = await StreamClient.ConnectAsync(server.EndPoint);
        await client.SendAsync([.. Encoding.Latin1.GetBytes(rubbish), .. Wire.Request("behind it")]);
        Assert.Equal(0, await client.HearEndAsync());
        await TestTransport.EventuallyAsync(() => server.Counters.BrokenClosed == 1);
        Assert.Equal(1, server.Counters.DroppedMalformed);
        Assert.False(server.Receiver.HasMessage);
    }

    private static TestTransport Start() => new(null, null, TestTransport.Tcp());
}
