using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row15_LateEventsAfterTheEndAreSafe
{
    [Theory]
    [InlineData("INFO")]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    [InlineData("NOTIFY")]
    [InlineData("OPTIONS")]
    [InlineData("PRACK")]
    public void After_a_race_of_CANCEL_and_200_a_request_routes_and_changes_nothing(string method)
    {
        using var fixture = new CallFixture(static options => options.ProfilesWithoutValue.Add("calls"));
        fixture.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("calls");
        };
        fixture.Call().CancelAfter(TimeSpan.FromSeconds(1));
        fixture.Run(4);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        (string caller, string callee) = (fixture.Dialog.Caller.Contact, fixture.Dialog.Callee!.Contact);
        fixture.Events.Clear();
        SentRequest late = fixture
            .Bob.Calls[0]
            .SendRequest(method, static request => request.Set("Contact", "<sip:late@10.0.2.9>"), fixture.Bob.Calls[0].Dialogs[0]);
        fixture.Run(2);

        Assert.Contains($"RequestWithin {method} <", fixture.Events);
        Assert.True(late.IsDone);
        Assert.Contains(fixture.Recorder.Find(method, from: "10.0.0.1", to: "10.0.1.1"), static m => m.CSeq.Length > 0);
        Assert.Equal(
            (DialogState.Deleted, caller, callee),
            (fixture.Dialog.State, fixture.Dialog.Caller.Contact, fixture.Dialog.Callee.Contact)
        );
        Assert.Equal(0, fixture.Dialogs.FindProfile("calls")!.Size());
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }
}
