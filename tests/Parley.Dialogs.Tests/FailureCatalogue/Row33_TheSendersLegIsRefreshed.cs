using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row33_TheSendersLegIsRefreshed
{
    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    public void After_the_callees_request_own_requests_find_the_callee_anew_and_the_caller_where_it_was(string method)
    {
        using var bench = new CallBench();
        bench.Network.AddHost("10.0.3.9");
        bench.Call();
        bench.Run(1);
        string caller = bench.Dialog.Caller.Contact;
        uint numberOfCallee = bench.Dialog.Callee!.CSeq,
            numberOfCaller = bench.Dialog.Caller.CSeq;
        bench.Bob.Calls[0].SendRequest(method, static request => request.Set("Contact", "<sip:moved@10.0.3.9>"));
        bench.Run(1);
        Assert.Equal((caller, "sip:moved@10.0.3.9"), (bench.Dialog.Caller.Contact, bench.Dialog.Callee.Contact));
        Assert.Equal(numberOfCallee, bench.Dialog.Callee.CSeq); // the number counts towards the caller
        Assert.NotEqual(numberOfCaller, bench.Dialog.Caller.CSeq);
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Single(bench.Recorder.Find("BYE", to: "10.0.1.1"));
        Assert.NotEmpty(bench.Recorder.Find("BYE", to: "10.0.3.9"));
        Assert.Empty(bench.Recorder.Find("BYE", to: "10.0.2.1"));
    }
}
