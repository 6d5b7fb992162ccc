using System.Net.Sockets;
using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Streams;

/// <summary>Not beside other tests: their work on the same pool threads would be counted.</summary>
[CollectionDefinition(nameof(StreamAllocationTests), DisableParallelization = true)]
[Collection(nameof(StreamAllocationTests))]
public class StreamAllocationTests
{
    [Fact]
    public async Task A_message_in_and_out_over_TCP_allocates_nothing_that_grows_with_messages()
    {
        const int warm = 500,
            measured = 1000;
        await using var server = new TestTransport(null, null, TestTransport.Tcp());
        server.Receiver.Collects = false;
        var answer = Wire.Response("c1");
        // Each message on the thread that carries it: what that thread allocated between two messages of its own.
        var allocated = new ThreadLocal<long>();
        long total = 0;
        var count = 0;
        server.Receiver.Then = (SipMessage _, in SipFlow flow) =>
        {
            count++;
            var now = GC.GetAllocatedBytesForCurrentThread();
            if (count > warm && allocated.Value != 0)
                Interlocked.Add(ref total, now - allocated.Value);
            server.Transport.Send(flow, answer, 7);
            allocated.Value = GC.GetAllocatedBytesForCurrentThread();
        };
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = 30_000,
            NoDelay = true,
        };
        client.Connect(server.EndPoint);
        var request = Wire.Request("c1");
        var buffer = new byte[2000];
        for (var i = 0; i < warm + measured; i++)
        {
            client.Send(request);
            var length = 0;
            while (length < answer.Length)
                length += client.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
        }
        Assert.True(total < measured * 16, $"{total} bytes for {measured} messages");
    }
}
