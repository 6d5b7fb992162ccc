using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Parley.Transport.Tests.Streams;

/// <summary>RFC 3261 18.2.2: a response whose connection died before it left goes by a new one to the port of sent-by.</summary>
public class LostResponseTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_that_did_not_leave_goes_by_a_new_connection(bool hears)
    {
        await using var server = new TestTransport(o => o.Streams.WriteTimeout = TimeSpan.FromSeconds(1), null, TestTransport.Tcp());
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (hears)
            listening.Listen();
        var sentBy = ((IPEndPoint)listening.LocalEndPoint!).Port;

        // It does not read: what is written to it waits, until it is given up.
        using var client = await StreamClient.ConnectAsync(server.EndPoint, receiveBuffer: 2048);
        await client.SendAsync(Wire.Request("c1", via: $"SIP/2.0/TCP 127.0.0.1:{sentBy};branch=z9hG4bK1"));
        var flow = (await server.Receiver.NextAsync()).Flow;
        while (server.Transport.Send(flow, Wire.Request("filler", body: new string('x', 30_000)), 5) == SipSendResult.Queued)
            server.Transport.Flush();
        var response = Encoding
            .UTF8.GetString(Wire.Response("c1"))
            .Replace("SIP/2.0/UDP 127.0.0.1:5060", $"SIP/2.0/TCP 127.0.0.1:{sentBy}", StringComparison.Ordinal);
        Assert.Equal(SipSendResult.Queued, server.Transport.Send(flow, Encoding.UTF8.GetBytes(response), 6));

        if (hears)
        {
            using var again = await StreamClient.AcceptAsync(listening);
            Assert.Contains("Call-ID: c1", await again.HearAsync("Content-Length: 0\r\n\r\n"), StringComparison.Ordinal);
            Assert.Equal(1, server.Counters.ResponsesResent);
            Assert.Equal(5ul, await server.Receiver.NextFailedAsync());
        }
        else
        {
            while (await server.Receiver.NextFailedAsync() != 6) { }
        }
    }
}
