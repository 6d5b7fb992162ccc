using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>Relearning by the party's own requests. That a new REGISTER binds a leg anew (+sip.instance) is optional in the row and does not exist.</summary>
public class Row38_ALegFollowsItsPartyToANewFlow
{
    [Theory]
    [InlineData("INFO")]
    [InlineData("UPDATE")]
    [InlineData("INVITE")]
    public void The_BYE_goes_by_the_connection_that_the_party_came_back_by(string method)
    {
        using var bench = new CallBench();
        bench.Alice.Protocol = SipProtocol.Tcp;
        bench.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        bench.Alice.Contact = "sip:alice@client.invalid;transport=tcp";
        ScriptedCall call = bench.Call();
        bench.Run(1);
        long before = bench.Dialog.Caller.Flow.ConnectionId;
        Assert.True(((SimulatedTransport)bench.Proxy.Transport).CloseConnection(before));
        bench.Run(1);
        call.SendRequest(method);
        bench.Run(1);
        Assert.NotEqual(before, bench.Dialog.Caller.Flow.ConnectionId);
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }
}
