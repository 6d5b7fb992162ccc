using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row13_EarlyRequestsLeaveByTheRightSocket
{
    [Theory]
    [InlineData("UPDATE")]
    [InlineData("PRACK")]
    [InlineData("BYE")]
    public void Each_side_is_reached_by_the_socket_that_its_branch_used(string method)
    {
        using var fixture = new CallFixture();
        SimulatedTransport host = fixture.Network.AddHost("edge", "udp:10.0.0.5:5060", "udp:10.0.0.6:5060", "udp:10.0.0.7:5060");
        using var edge = new Node(
            fixture,
            host,
            route: async context =>
            {
                if (!context.IsInDialog)
                {
                    context.CreateDialog();
                    context.RecordRoute();
                    context.AddTarget(
                        new Proxy.BranchTarget
                        {
                            Uri = SipUri.Parse(fixture.Bob.Contact),
                            Flow = new SipFlow(
                                host.Listeners[1],
                                fixture.Network.Hosts.First(static h => h.Name == "10.0.2.1").Listeners[0].Local
                            ),
                        }
                    );
                }
                else
                {
                    context.LooseRoute();
                }

                await context.RelayAsync();
            }
        );
        fixture.Bob.OnInvite = static call => call.Ring(183);
        fixture.Alice.OutboundProxy = "sip:10.0.0.5;lr";
        ScriptedCall call = fixture.Alice.Invite("sip:bob@10.0.0.5");
        fixture.Run(1);
        Assert.Equal(
            ("10.0.0.5:5060", "10.0.0.6:5060"),
            (edge.All[0].Caller.Flow.Listener!.Local.ToString(), edge.All[0].Legs[1].Flow.Listener!.Local.ToString())
        );
        call.SendRequest(
            method,
            static request =>
            {
                if (request.Method == "PRACK")
                    request.Set("RAck", "1 1 INVITE");
            }
        );
        fixture.Run(0.3);
        Assert.Equal("10.0.0.6:5060", fixture.Recorder.Find(method, to: "10.0.2.1").First().Source.ToString());
        if (method == "BYE")
            return;
        fixture.Bob.Calls[0].SendRequest("UPDATE");
        fixture.Run(0.3);
        Assert.Equal("10.0.0.5:5060", fixture.Recorder.Find("UPDATE", to: "10.0.1.1").First().Source.ToString());
        edge.All[0].SendSequentialAsync("INFO", toCaller: false);
        fixture.Run(0.3);
        Assert.Equal("10.0.0.6:5060", fixture.Recorder.Find("INFO", to: "10.0.2.1").First().Source.ToString());
    }
}
