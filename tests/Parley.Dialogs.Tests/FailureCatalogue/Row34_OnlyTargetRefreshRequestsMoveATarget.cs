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
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.IgnoresCancel = true;
            call.Ring(183, reliable: method == "PRACK");
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        bench.Alice.OnSending = message =>
        {
            if (message.IsRequest && message.Method == method)
                message.Set("Contact", "<sip:moved@10.0.3.9>");
        };
        ScriptedCall call = bench.Call();
        if (method == "CANCEL")
            call.CancelAfter(TimeSpan.FromSeconds(0.5));
        bench.Run(3);
        if (method is "INFO" or "MESSAGE" or "OPTIONS" or "BYE")
            call.SendRequest(method);
        bench.Run(1);
        Assert.Contains(bench.Recorder.Find(method, from: "10.0.1.1"), static m => m.Header("Contact") == "<sip:moved@10.0.3.9>");
        Assert.Equal(bench.Alice.Contact, bench.Dialog.Caller.Contact);
        if (method is "BYE" or "CANCEL")
            return;
        Assert.True(bench.Dialog.Terminate("x"));
        bench.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }
}
