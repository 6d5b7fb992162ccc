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
        using var bench = new CallBench(static options => options.ProfilesWithoutValue.Add("calls"));
        bench.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        bench.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("calls");
        };
        bench.Call().CancelAfter(TimeSpan.FromSeconds(1));
        bench.Run(4);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        (string caller, string callee) = (bench.Dialog.Caller.Contact, bench.Dialog.Callee!.Contact);
        bench.Events.Clear();
        SentRequest late = bench
            .Bob.Calls[0]
            .SendRequest(method, static request => request.Set("Contact", "<sip:late@10.0.2.9>"), bench.Bob.Calls[0].Dialogs[0]);
        bench.Run(2);

        Assert.Contains($"RequestWithin {method} <", bench.Events);
        Assert.True(late.IsDone);
        Assert.Contains(bench.Recorder.Find(method, from: "10.0.0.1", to: "10.0.1.1"), static m => m.CSeq.Length > 0);
        Assert.Equal((DialogState.Deleted, caller, callee), (bench.Dialog.State, bench.Dialog.Caller.Contact, bench.Dialog.Callee.Contact));
        Assert.Equal(0, bench.Dialogs.FindProfile("calls")!.Size());
        Assert.DoesNotContain(bench.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
        bench.Run(60);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
    }
}
