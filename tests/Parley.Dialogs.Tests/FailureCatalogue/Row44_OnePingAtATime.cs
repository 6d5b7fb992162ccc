using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row44_OnePingAtATime
{
    [Fact]
    public void With_an_interval_below_the_timeout_late_answers_do_no_harm_and_the_dead_end_once()
    {
        using var fixture = new CallFixture(
            static options =>
                (options.OptionsPingInterval, options.PingTimeout, options.PingFailures) = (
                    TimeSpan.FromSeconds(1),
                    TimeSpan.FromSeconds(6),
                    2
                ),
            DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee
        );
        fixture.Call();
        fixture.Run(5);
        Assert.NotEmpty(fixture.Recorder.Find("200 OPTIONS", from: "10.0.2.1"));
        fixture.Recorder.Clear();
        var asked = new HashSet<uint>();
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != "OPTIONS")
                return;
            asked.Add(request.Message.CSeq);
            request.Hold();
            fixture.Bob.After(TimeSpan.FromSeconds(7), () => request.Respond(200)); // each answer comes while the next ping is out
        };
        TimeSpan? ended = null;
        fixture.OnCallback = (_, type, _) =>
        {
            if (type == DialogCallbackTypes.Terminated)
                ended = fixture.Clock.Elapsed;
        };
        fixture.Run(40);
        TimeSpan[] sent =
        [
            .. fixture
                .Recorder.Find("OPTIONS", to: "10.0.2.1")
                .Where(m => asked.Contains(m.Message!.CSeqNumber))
                .DistinctBy(static m => m.CSeq)
                .Select(static m => m.Time),
        ];
        Assert.Equal(2, sent.Length);
        Assert.True(sent[1] - sent[0] >= TimeSpan.FromSeconds(6), "the second waits for the end of the first");
        Assert.InRange(ended!.Value - sent[1], TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(7));
        Assert.Equal("Ping Timeout", fixture.Dialog.TerminationReason);
        Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.1.1").DistinctBy(static m => m.CSeq));
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
    }
}
