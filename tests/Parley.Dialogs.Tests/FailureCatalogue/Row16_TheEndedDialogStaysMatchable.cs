using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row16_TheEndedDialogStaysMatchable
{
    [Fact]
    public void Crossed_repeated_and_later_BYEs_reach_the_other_side_for_64_T1()
    {
        using var bench = new CallBench(static options => options.MatchMode = DialogMatchMode.DidOnly);
        bench.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(50),
            MaximumDelay = TimeSpan.FromMilliseconds(50),
        };
        ScriptedCall call = bench.Call();
        bench.Run(2);
        ScriptedDialog alice = call.Dialogs[0],
            bob = bench.Bob.Calls[0].Dialogs[0];
        // The first answer to each is lost, so both BYEs come again too.
        var lost = new HashSet<string>();
        bench.Network.Interceptor = packet => packet.Is("200 BYE") && lost.Add(packet.To!.Name) ? PacketFate.Drop : PacketFate.Pass;
        SentRequest one = call.SendRequest("BYE"),
            other = bench.Bob.Calls[0].SendRequest("BYE");
        bench.Run(5);
        Assert.Equal((200, 200), (one.Status, other.Status));
        Assert.NotEmpty(lost);
        bench.Events.Clear();
        bench.Run(24);
        int before = bench.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1");
        SentRequest authenticated = call.SendRequest(
            "BYE",
            static bye => bye.Add("Proxy-Authorization", "Digest username=\"alice\""),
            alice
        );
        bench.Run(1);
        Assert.True(authenticated.IsDone);
        Assert.Equal(before + 1, bench.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        bench.Bob.Calls[0].SendRequest("BYE", dialog: bob);
        bench.Run(1);

        Assert.Equal("RequestWithin BYE >, RequestWithin BYE <", bench.Story);
        // Whatever a 481 says comes from the other end, which has no such dialog any more.
        foreach (RecordedMessage refused in bench.Recorder.Messages.Where(static m => m is { StatusCode: 404 or 481, From: "10.0.0.1" }))
            Assert.Contains(
                bench.Recorder.Messages,
                m => m.To == "10.0.0.1" && m.StatusCode == refused.StatusCode && m.CSeq == refused.CSeq
            );
        bench.Run(10);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
    }
}
