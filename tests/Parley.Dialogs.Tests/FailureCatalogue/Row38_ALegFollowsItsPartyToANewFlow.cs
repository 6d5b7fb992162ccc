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
        using var fixture = new CallFixture();
        fixture.Alice.Protocol = SipProtocol.Tcp;
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        fixture.Alice.Contact = "sip:alice@client.invalid;transport=tcp";
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        long before = fixture.Dialog.Caller.Flow.ConnectionId;
        Assert.True(((SimulatedTransport)fixture.Proxy.Transport).CloseConnection(before));
        fixture.Run(1);
        call.SendRequest(method);
        fixture.Run(1);
        Assert.NotEqual(before, fixture.Dialog.Caller.Flow.ConnectionId);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }
}
