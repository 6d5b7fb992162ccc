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
    private static CallFixture Call(SipProtocol caller, SipProtocol callee, string? aliceContact = null)
    {
        CallFixture? made = null;
        var fixture = new CallFixture(route: async context =>
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
        made = fixture;
        fixture.Bob.Protocol = callee;
        fixture.Bob.Contact = $"sip:bob@{Bob}";
        fixture.Alice.Protocol = caller;
        fixture.Alice.Contact = aliceContact ?? $"sip:alice@{Alice}";
        fixture.Alice.OutboundProxy = caller switch
        {
            SipProtocol.Tls => "sip:10.0.0.1:5061;transport=tls;lr",
            SipProtocol.Tcp => "sip:10.0.0.1;transport=tcp;lr",
            _ => "sip:10.0.0.1;lr",
        };
        fixture.Call();
        fixture.Run(0.5);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        return fixture;
    }

    private static SimulatedTransport Proxy(CallFixture fixture) => (SimulatedTransport)fixture.Proxy.Transport;

    private static void AllArrivedBy(CallFixture fixture, SipProtocol protocol, string host, params string[] methods)
    {
        foreach (string method in methods)
        {
            RecordedMessage[] found = [.. fixture.Recorder.Find(method, from: "10.0.0.1", to: host)];
            Assert.NotEmpty(found);
            Assert.All(found, message => Assert.Equal((method, protocol), (method, message.Protocol)));
        }
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void The_callee_is_reached_over_its_connection(SipProtocol callee)
    {
        using CallFixture fixture = Call(SipProtocol.Udp, callee);
        long connections = fixture.Network.Counters.Connections;
        fixture.Alice.Calls[0].SendRequest("INFO");
        fixture.Run(0.5);
        fixture.Alice.Calls[0].Bye();
        fixture.Run(1);
        AllArrivedBy(fixture, callee, Bob, "ACK", "INFO", "BYE");
        Assert.Equal(connections, fixture.Network.Counters.Connections);
        Assert.Equal(CallEnd.RemoteBye, fixture.Bob.Calls[0].End);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void The_caller_is_reached_over_its_connection_wherever_its_Contact_leads(SipProtocol caller)
    {
        using CallFixture fixture = Call(caller, SipProtocol.Udp, "sip:alice@192.168.7.7");
        fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(0.5);
        fixture.Bob.Calls[0].Bye();
        fixture.Run(1);
        AllArrivedBy(fixture, caller, Alice, "INFO", "BYE");
        Assert.Equal(CallEnd.RemoteBye, fixture.Alice.Calls[0].End);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void A_closed_connection_is_followed_by_one_of_the_same_transport(SipProtocol protocol)
    {
        using CallFixture fixture = Call(protocol, protocol);
        Assert.True(Proxy(fixture).CloseConnection(fixture.Dialog.Callee!.Flow.ConnectionId));
        Assert.True(Proxy(fixture).CloseConnection(fixture.Dialog.Caller.Flow.ConnectionId));
        fixture.Run(0.5);
        fixture.Recorder.Clear();
        fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(0.5);
        fixture.Alice.Calls[0].Bye();
        fixture.Run(1);
        AllArrivedBy(fixture, protocol, Alice, "INFO");
        AllArrivedBy(fixture, protocol, Bob, "BYE");
        Assert.Equal(CallEnd.RemoteBye, fixture.Bob.Calls[0].End);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public async Task So_are_the_proxys_own_BYEs_after_a_restart(SipProtocol protocol)
    {
        var store = new MemoryDialogStore();
        using CallFixture fixture = Call(protocol, protocol);
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        using Node node = Node.Restart(fixture);
        using DialogPersistence again = node.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        Dialog restored = Assert.Single(node.All);
        fixture.Recorder.Clear();
        restored.Terminate("x");
        fixture.Run(1);
        AllArrivedBy(fixture, protocol, Alice, "BYE");
        AllArrivedBy(fixture, protocol, Bob, "BYE");
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void So_is_that_of_an_ACK_of_the_proxys_own(SipProtocol protocol)
    {
        using CallFixture fixture = Call(SipProtocol.Udp, protocol);
        Assert.True(Proxy(fixture).CloseConnection(fixture.Dialog.Callee!.Flow.ConnectionId));
        fixture.Run(0.5);
        fixture.Recorder.Clear();
        Assert.True(fixture.Dialog.Module.Requests.Acknowledge(fixture.Dialog, fixture.Dialog.Callee!, 1));
        fixture.Run(0.5);
        AllArrivedBy(fixture, protocol, Bob, "ACK");
    }

    [Fact]
    public void A_TLS_leg_is_not_taken_away_by_a_request_in_the_clear()
    {
        using CallFixture fixture = Call(SipProtocol.Tls, SipProtocol.Udp);
        SipFlow before = fixture.Dialog.Caller.Flow;
        string ack = fixture.Recorder.Find("ACK", from: Alice).First().Text;
        using var stranger = new Sender(
            fixture.Network.AddHost("10.0.9.9"),
            SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060)
        );
        stranger.Send(
            ack.Replace("ACK ", "INFO ", StringComparison.Ordinal)
                .Replace(" ACK\r\n", " INFO\r\n", StringComparison.Ordinal)
                .Replace("CSeq: 1 ", "CSeq: 7 ", StringComparison.Ordinal)
        );
        fixture.Run(0.5);
        Assert.Equal(before, fixture.Dialog.Caller.Flow);
        fixture.Bob.Calls[0].Bye();
        fixture.Run(1);
        AllArrivedBy(fixture, SipProtocol.Tls, Alice, "BYE");
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
