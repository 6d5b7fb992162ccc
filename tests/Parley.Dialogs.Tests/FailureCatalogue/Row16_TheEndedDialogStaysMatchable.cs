using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row16_TheEndedDialogStaysMatchable
{
    [Fact]
    public void Crossed_repeated_and_later_BYEs_reach_the_other_side_for_64_T1()
    {
        using var fixture = new CallFixture(static options => options.MatchMode = DialogMatchMode.DidOnly);
        fixture.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(50),
            MaximumDelay = TimeSpan.FromMilliseconds(50),
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        ScriptedDialog alice = call.Dialogs[0],
            bob = fixture.Bob.Calls[0].Dialogs[0];
        // The first answer to each is lost, so both BYEs come again too.
        var lost = new HashSet<string>();
        fixture.Network.Interceptor = packet => packet.Is("200 BYE") && lost.Add(packet.To!.Name) ? PacketFate.Drop : PacketFate.Pass;
        SentRequest one = call.SendRequest("BYE"),
            other = fixture.Bob.Calls[0].SendRequest("BYE");
        fixture.Run(5);
        Assert.Equal((200, 200), (one.Status, other.Status));
        Assert.NotEmpty(lost);
        fixture.Events.Clear();
        fixture.Run(24);
        int before = fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1");
        SentRequest authenticated = call.SendRequest(
            "BYE",
            static bye => bye.Add("Proxy-Authorization", "Digest username=\"alice\""),
            alice
        );
        fixture.Run(1);
        Assert.True(authenticated.IsDone);
        Assert.Equal(before + 1, fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        fixture.Bob.Calls[0].SendRequest("BYE", dialog: bob);
        fixture.Run(1);

        Assert.Equal("RequestWithin BYE >, RequestWithin BYE <", fixture.Story);
        // Whatever a 481 says comes from the other end, which has no such dialog any more.
        foreach (RecordedMessage refused in fixture.Recorder.Messages.Where(static m => m is { StatusCode: 404 or 481, From: "10.0.0.1" }))
            Assert.Contains(
                fixture.Recorder.Messages,
                m => m.To == "10.0.0.1" && m.StatusCode == refused.StatusCode && m.CSeq == refused.CSeq
            );
        fixture.Run(10);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }
}
