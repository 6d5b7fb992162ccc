using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row33_TheSendersLegIsRefreshed
{
    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    public void After_the_callees_request_own_requests_find_the_callee_anew_and_the_caller_where_it_was(string method)
    {
        using var fixture = new CallFixture();
        fixture.Network.AddHost("10.0.3.9");
        fixture.Call();
        fixture.Run(1);
        string caller = fixture.Dialog.Caller.Contact;
        uint numberOfCallee = fixture.Dialog.Callee!.CSeq,
            numberOfCaller = fixture.Dialog.Caller.CSeq;
        fixture.Bob.Calls[0].SendRequest(method, static request => request.Set("Contact", "<sip:moved@10.0.3.9>"));
        fixture.Run(1);
        Assert.Equal((caller, "sip:moved@10.0.3.9"), (fixture.Dialog.Caller.Contact, fixture.Dialog.Callee.Contact));
        Assert.Equal(numberOfCallee, fixture.Dialog.Callee.CSeq); // the number counts towards the caller
        Assert.NotEqual(numberOfCaller, fixture.Dialog.Caller.CSeq);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.1.1"));
        Assert.NotEmpty(fixture.Recorder.Find("BYE", to: "10.0.3.9"));
        Assert.Empty(fixture.Recorder.Find("BYE", to: "10.0.2.1"));
    }
}
