using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row21_AnAckHasTheNumberOfItsInvite
{
    [Fact]
    public void An_ACK_repeated_after_the_first_ping_has_still_the_number_of_the_INVITE()
    {
        using var fixture = new CallFixture(
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(1),
            DialogFlags.OptionsPingCallee
        );
        // The proxy sees the ACK and begins to ping; bob does not see it and repeats his 200.
        fixture.Network.Interceptor = packet =>
            packet.Is("ACK") && packet.From.Name == "10.0.0.1" && fixture.Clock.Elapsed < TimeSpan.FromSeconds(6)
                ? PacketFate.Drop
                : PacketFate.Pass;
        ScriptedCall call = fixture.Call();
        fixture.Run(15);
        uint invite = fixture.Recorder.Find("INVITE", to: "10.0.2.1").First().Message!.CSeqNumber;
        RecordedMessage[] acks = [.. fixture.Recorder.Find("ACK", to: "10.0.2.1")];
        TimeSpan firstPing = fixture.Recorder.Find("OPTIONS", to: "10.0.2.1").First().Time;
        Assert.True(acks[0].Time < firstPing, "a ping waits for the ACK");
        Assert.Contains(acks, ack => ack.Time > firstPing);
        Assert.All(acks, ack => Assert.Equal(invite, ack.Message!.CSeqNumber));
        Assert.True(call.IsUp);
        Assert.DoesNotContain(fixture.Bob.Anomalies, static a => a.Kind is AnomalyKind.MissingAck or AnomalyKind.UnexpectedAck);
    }
}
