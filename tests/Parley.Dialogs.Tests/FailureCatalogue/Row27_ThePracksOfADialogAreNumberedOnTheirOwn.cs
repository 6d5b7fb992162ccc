using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row27_ThePracksOfADialogAreNumberedOnTheirOwn
{
    [Fact]
    public void With_requests_of_the_proxys_own_between_several_PRACKs_each_is_above_the_one_before_and_names_the_INVITE()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = static call =>
        {
            for (int i = 0; i < 3; i++)
                call.After(TimeSpan.FromSeconds(i), static c => c.Ring(183, reliable: true));
            call.AnswerAfter(TimeSpan.FromSeconds(4));
        };
        ScriptedCall call = bench.Call();
        for (int i = 0; i < 3; i++)
        {
            bench.Run(i == 0 ? 0.5 : 1);
            Assert.Equal(DialogState.Early, bench.Dialog.State);
            _ = bench.Dialog.SendSequentialAsync("INFO", toCaller: false);
        }

        bench.Run(5);
        Assert.True(call.IsUp);
        uint invite = bench.Recorder.Find("INVITE", to: "10.0.2.1").First().Message!.CSeqNumber;
        RecordedMessage[] pracks = [.. bench.Recorder.Find("PRACK", to: "10.0.2.1")];
        Assert.Equal(3, pracks.Length);
        Assert.All(pracks, prack => Assert.EndsWith($" {invite} INVITE", prack.Header("RAck"), StringComparison.Ordinal));
        uint[] numbers =
        [
            .. bench
                .Recorder.Messages.Where(static m => m is { IsRequest: true, To: "10.0.2.1", Method: "PRACK" or "INFO" })
                .Select(static m => m.Message!.CSeqNumber),
        ];
        Assert.Equal([invite + 1, invite + 2, invite + 3, invite + 4, invite + 5, invite + 6], numbers);
        Assert.Equal(3, bench.Recorder.Count("200 PRACK", from: "10.0.0.1", to: "10.0.1.1"));
        Assert.All(bench.Recorder.Find("ACK", to: "10.0.2.1"), ack => Assert.Equal(invite, ack.Message!.CSeqNumber));
        Assert.DoesNotContain(bench.Bob.Anomalies, static a => a.Kind is AnomalyKind.OutOfOrder or AnomalyKind.MissingPrack);
    }
}
