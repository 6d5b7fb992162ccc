using Parley.Dialogs.Tests.FailureCatalogue;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Legs;

/// <summary>Requests within a dialog, relayed or the proxy's own, go over the connection that the leg has; once it is closed over a new one of its transport; and never over less than TLS.</summary>
public class LegFlowTests
{
    private const string Bob = "10.0.2.1",
        Alice = "10.0.1.1";

    /// <summary>Both parties' Contacts name no transport.</summary>
    private static CallBench Call(SipProtocol caller, SipProtocol callee, string? aliceContact = null)
    {
        CallBench? made = null;
        var bench = new CallBench(route: async context =>
        {
            if (context.IsInDialog)
            {
                await made!.Route(context);
                return;
            }

            context.CreateDialog();
            context.RecordRoute();
            context.AddTarget(
                SipUri.Parse(
                    callee switch
                    {
                        SipProtocol.Tls => $"sip:bob@{Bob}:5061;transport=tls",
                        SipProtocol.Tcp => $"sip:bob@{Bob};transport=tcp",
                        _ => $"sip:bob@{Bob}",
                    }
                )
            );
            await context.RelayAsync();
        });
        made = bench;
        bench.Bob.Protocol = callee;
        bench.Bob.Contact = $"sip:bob@{Bob}";
        bench.Alice.Protocol = caller;
        bench.Alice.Contact = aliceContact ?? $"sip:alice@{Alice}";
        bench.Alice.OutboundProxy = caller switch
        {
            SipProtocol.Tls => "sip:10.0.0.1:5061;transport=tls;lr",
            SipProtocol.Tcp => "sip:10.0.0.1;transport=tcp;lr",
            _ => "sip:10.0.0.1;lr",
        };
        bench.Call();
        bench.Run(0.5);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        return bench;
    }

    private static SimulatedTransport Proxy(CallBench bench) => (SimulatedTransport)bench.Proxy.Transport;

    private static void AllArrivedBy(CallBench bench, SipProtocol protocol, string host, params string[] methods)
    {
        foreach (string method in methods)
        {
            RecordedMessage[] found = [.. bench.Recorder.Find(method, from: "10.0.0.1", to: host)];
            Assert.NotEmpty(found);
            Assert.All(found, message => Assert.Equal((method, protocol), (method, message.Protocol)));
        }
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void The_callee_is_reached_over_its_connection(SipProtocol callee)
    {
        using CallBench bench = Call(SipProtocol.Udp, callee);
        long connections = bench.Network.Counters.Connections;
        bench.Alice.Calls[0].SendRequest("INFO");
        bench.Run(0.5);
        bench.Alice.Calls[0].Bye();
        bench.Run(1);
        AllArrivedBy(bench, callee, Bob, "ACK", "INFO", "BYE");
        Assert.Equal(connections, bench.Network.Counters.Connections);
        Assert.Equal(CallEnd.RemoteBye, bench.Bob.Calls[0].End);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void The_caller_is_reached_over_its_connection_wherever_its_Contact_leads(SipProtocol caller)
    {
        using CallBench bench = Call(caller, SipProtocol.Udp, "sip:alice@192.168.7.7");
        bench.Bob.Calls[0].SendRequest("INFO");
        bench.Run(0.5);
        bench.Bob.Calls[0].Bye();
        bench.Run(1);
        AllArrivedBy(bench, caller, Alice, "INFO", "BYE");
        Assert.Equal(CallEnd.RemoteBye, bench.Alice.Calls[0].End);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void A_closed_connection_is_followed_by_one_of_the_same_transport(SipProtocol protocol)
    {
        using CallBench bench = Call(protocol, protocol);
        Assert.True(Proxy(bench).CloseConnection(bench.Dialog.Callee!.Flow.ConnectionId));
        Assert.True(Proxy(bench).CloseConnection(bench.Dialog.Caller.Flow.ConnectionId));
        bench.Run(0.5);
        bench.Recorder.Clear();
        bench.Bob.Calls[0].SendRequest("INFO");
        bench.Run(0.5);
        bench.Alice.Calls[0].Bye();
        bench.Run(1);
        AllArrivedBy(bench, protocol, Alice, "INFO");
        AllArrivedBy(bench, protocol, Bob, "BYE");
        Assert.Equal(CallEnd.RemoteBye, bench.Bob.Calls[0].End);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public async Task So_are_the_proxys_own_BYEs_after_a_restart(SipProtocol protocol)
    {
        var store = new MemoryDialogStore();
        using CallBench bench = Call(protocol, protocol);
        using (var kept = new DialogPersistence(bench.Dialogs, store, bench.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        using Node node = Node.Restart(bench);
        using DialogPersistence again = node.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        Dialog restored = Assert.Single(node.All);
        bench.Recorder.Clear();
        restored.Terminate("x");
        bench.Run(1);
        AllArrivedBy(bench, protocol, Alice, "BYE");
        AllArrivedBy(bench, protocol, Bob, "BYE");
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void So_is_that_of_an_ACK_of_the_proxys_own(SipProtocol protocol)
    {
        using CallBench bench = Call(SipProtocol.Udp, protocol);
        Assert.True(Proxy(bench).CloseConnection(bench.Dialog.Callee!.Flow.ConnectionId));
        bench.Run(0.5);
        bench.Recorder.Clear();
        Assert.True(bench.Dialog.Module.Requests.Acknowledge(bench.Dialog, bench.Dialog.Callee!, 1));
        bench.Run(0.5);
        AllArrivedBy(bench, protocol, Bob, "ACK");
    }

    [Fact]
    public void A_TLS_leg_is_not_taken_away_by_a_request_in_the_clear()
    {
        using CallBench bench = Call(SipProtocol.Tls, SipProtocol.Udp);
        SipFlow before = bench.Dialog.Caller.Flow;
        string ack = bench.Recorder.Find("ACK", from: Alice).First().Text;
        using var stranger = new Sender(bench.Network.AddHost("10.0.9.9"), SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));
        stranger.Send(
            ack.Replace("ACK ", "INFO ", StringComparison.Ordinal)
                .Replace(" ACK\r\n", " INFO\r\n", StringComparison.Ordinal)
                .Replace("CSeq: 1 ", "CSeq: 7 ", StringComparison.Ordinal)
        );
        bench.Run(0.5);
        Assert.Equal(before, bench.Dialog.Caller.Flow);
        bench.Bob.Calls[0].Bye();
        bench.Run(1);
        AllArrivedBy(bench, SipProtocol.Tls, Alice, "BYE");
    }

    private sealed class Sender(SimulatedTransport host, SipEndPoint proxy) : IDisposable
    {
        public void Send(string text)
        {
            host.Send(new SipFlow(host.Listener(SipProtocol.Udp), proxy), System.Text.Encoding.UTF8.GetBytes(text));
            host.Flush();
        }

        public void Dispose() => host.Crash();
    }
}
