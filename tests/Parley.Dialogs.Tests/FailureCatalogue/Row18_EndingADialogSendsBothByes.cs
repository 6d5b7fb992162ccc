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
        using var fixture = new CallFixture();
        fixture.Alice.OnRequest = request =>
        {
            if (request.Method == "BYE")
                request.Respond(status);
        };
        fixture.Call();
        fixture.Run(1);
        Assert.True(fixture.Dialogs.Terminate(fixture.Dialog.Id.Entry, fixture.Dialog.Id.Id, "MI Termination"));
        fixture.Run(1);
        Assert.Equal(1, fixture.Recorder.Count("BYE", to: "10.0.1.1"));
        Assert.Equal(1, fixture.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
    }

    [Fact]
    public void Both_are_built_before_either_is_sent()
    {
        using var fixture = new CallFixture();
        var seen = new List<string>();
        fixture.Proxy.OnLocalRequest(request =>
        {
            seen.Add(System.Text.Encoding.ASCII.GetString(request.Message.RequestUri));
            // What could happen at the worst while the first leaves: another call's end uses the same writer, and this one's legs change.
            foreach (Dialog other in fixture.Dialogs.Dialogs())
                other.Terminate("too");
        });
        fixture.Call();
        fixture.Call("carol");
        fixture.Run(1);
        string[] contacts = [.. fixture.All.SelectMany(static d => new[] { d.Caller.Contact, d.Callee!.Contact }).Order()];
        fixture.Dialog.Terminate("first");
        fixture.Run(1);
        Assert.Equal(contacts, seen.Order());
        Assert.All(fixture.Alice.Calls, static c => Assert.Equal(CallEnd.RemoteBye, c.End));
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (fixture.Bob.Calls[0].End, fixture.Carol.Calls[0].End));
    }
}
