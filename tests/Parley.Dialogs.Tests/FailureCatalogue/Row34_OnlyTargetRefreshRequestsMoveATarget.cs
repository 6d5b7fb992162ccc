using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row34_OnlyTargetRefreshRequestsMoveATarget
{
    [Theory]
    [InlineData("ACK")]
    [InlineData("PRACK")]
    [InlineData("INFO")]
    [InlineData("MESSAGE")]
    [InlineData("OPTIONS")]
    [InlineData("CANCEL")]
    [InlineData("BYE")]
    public void A_Contact_in_another_request_is_not_where_the_party_is(string method)
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.IgnoresCancel = true;
            call.Ring(183, reliable: method == "PRACK");
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Alice.OnSending = message =>
        {
            if (message.IsRequest && message.Method == method)
                message.Set("Contact", "<sip:moved@10.0.3.9>");
        };
        ScriptedCall call = fixture.Call();
        if (method == "CANCEL")
            call.CancelAfter(TimeSpan.FromSeconds(0.5));
        fixture.Run(3);
        if (method is "INFO" or "MESSAGE" or "OPTIONS" or "BYE")
            call.SendRequest(method);
        fixture.Run(1);
        Assert.Contains(fixture.Recorder.Find(method, from: "10.0.1.1"), static m => m.Header("Contact") == "<sip:moved@10.0.3.9>");
        Assert.Equal(fixture.Alice.Contact, fixture.Dialog.Caller.Contact);
        if (method is "BYE" or "CANCEL")
            return;
        Assert.True(fixture.Dialog.Terminate("x"));
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }
}
