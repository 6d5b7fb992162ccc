using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row18_EndingADialogSendsBothByes
{
    [Theory]
    [InlineData(200)]
    [InlineData(481)]
    [InlineData(500)]
    public void Both_leave_whatever_the_first_is_answered(int status)
    {
        using var bench = new CallBench();
        bench.Alice.OnRequest = request =>
        {
            if (request.Method == "BYE")
                request.Respond(status);
        };
        bench.Call();
        bench.Run(1);
        Assert.True(bench.Dialogs.Terminate(bench.Dialog.Id.Entry, bench.Dialog.Id.Id, "MI Termination"));
        bench.Run(1);
        Assert.Equal(1, bench.Recorder.Count("BYE", to: "10.0.1.1"));
        Assert.Equal(1, bench.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
    }

    [Fact]
    public void Both_are_built_before_either_is_sent()
    {
        using var bench = new CallBench();
        var seen = new List<string>();
        bench.Proxy.OnLocalRequest(request =>
        {
            seen.Add(System.Text.Encoding.ASCII.GetString(request.Message.RequestUri));
            // What could happen at the worst while the first leaves: another call's end uses the same writer, and this one's legs change.
            foreach (Dialog other in bench.Dialogs.Dialogs())
                other.Terminate("too");
        });
        bench.Call();
        bench.Call("carol");
        bench.Run(1);
        string[] contacts = [.. bench.All.SelectMany(static d => new[] { d.Caller.Contact, d.Callee!.Contact }).Order()];
        bench.Dialog.Terminate("first");
        bench.Run(1);
        Assert.Equal(contacts, seen.Order());
        Assert.All(bench.Alice.Calls, static c => Assert.Equal(CallEnd.RemoteBye, c.End));
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (bench.Bob.Calls[0].End, bench.Carol.Calls[0].End));
    }
}
