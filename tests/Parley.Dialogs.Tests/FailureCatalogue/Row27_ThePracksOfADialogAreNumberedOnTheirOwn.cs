using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row27_ThePracksOfADialogAreNumberedOnTheirOwn
{
    [Fact]
    public void With_requests_of_the_proxys_own_between_several_PRACKs_each_is_above_the_one_before_and_names_the_INVITE()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call =>
        {
            for (int i = 0; i < 3; i++)
                call.After(TimeSpan.FromSeconds(i), static c => c.Ring(183, reliable: true));
            call.AnswerAfter(TimeSpan.FromSeconds(4));
        };
        ScriptedCall call = fixture.Call();
        for (int i = 0; i < 3; i++)
        {
            fixture.Run(i == 0 ? 0.5 : 1);
            Assert.Equal(DialogState.Early, fixture.Dialog.State);
            _ = fixture.Dialog.SendSequentialAsync("INFO", toCaller: false);
        }

        fixture.Run(5);
        Assert.True(call.IsUp);
        uint invite = fixture.Recorder.Find("INVITE", to: "10.0.2.1").First().Message!.CSeqNumber;
        RecordedMessage[] pracks = [.. fixture.Recorder.Find("PRACK", to: "10.0.2.1")];
        Assert.Equal(3, pracks.Length);
        Assert.All(pracks, prack => Assert.EndsWith($" {invite} INVITE", prack.Header("RAck"), StringComparison.Ordinal));
        uint[] numbers =
        [
            .. fixture
                .Recorder.Messages.Where(static m => m is { IsRequest: true, To: "10.0.2.1", Method: "PRACK" or "INFO" })
                .Select(static m => m.Message!.CSeqNumber),
        ];
        Assert.Equal([invite + 1, invite + 2, invite + 3, invite + 4, invite + 5, invite + 6], numbers);
        Assert.Equal(3, fixture.Recorder.Count("200 PRACK", from: "10.0.0.1", to: "10.0.1.1"));
        Assert.All(fixture.Recorder.Find("ACK", to: "10.0.2.1"), ack => Assert.Equal(invite, ack.Message!.CSeqNumber));
        Assert.DoesNotContain(fixture.Bob.Anomalies, static a => a.Kind is AnomalyKind.OutOfOrder or AnomalyKind.MissingPrack);
    }
}
