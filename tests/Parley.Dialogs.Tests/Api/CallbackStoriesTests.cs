using System.Globalization;
using Xunit;

namespace Parley.Dialogs.Tests.Api;

/// <summary>
/// Six calls told by their callbacks and state-changed events, printed and compared with the reference's order: Created, then per reply
/// ResponseForwarded, the event, Early / Confirmed / Failed; at the end the event, Terminated or Expired, and Destroy.
/// </summary>
public class CallbackStoriesTests(ITestOutputHelper output)
{
    private static readonly string[] Rung = ["Created INVITE >", "ResponseForwarded 180 <", "event 1 to 2", "Early 180 <"];

    private static readonly string[] Answered =
    [
        "ResponseForwarded 200 <",
        "event 2 to 3",
        "Confirmed 200 <",
        "event 3 to 4",
        "RequestWithin ACK >",
    ];

    [Fact]
    public void A_normal_call()
    {
        using var fixture = new CallFixture();
        List<string> story = Listen(fixture);
        fixture.Call().ByeAfter(TimeSpan.FromSeconds(10));
        Compare(fixture, story, [.. Rung, .. Answered, "event 4 to 5", "Terminated BYE >", "Destroy"]);
    }

    [Fact]
    public void A_failed_call()
    {
        using var fixture = new CallFixture();
        List<string> story = Listen(fixture);
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(1), 486);
        };
        fixture.Call();
        Compare(fixture, story, [.. Rung, "ResponseForwarded 486 <", "event 2 to 5", "Failed 486 <", "Destroy"]);
    }

    [Fact]
    public void A_cancelled_call()
    {
        using var fixture = new CallFixture();
        List<string> story = Listen(fixture);
        fixture.Bob.OnInvite = static call => call.Ring();
        fixture.Call().CancelAfter(TimeSpan.FromSeconds(2));
        Compare(fixture, story, [.. Rung, "ResponseForwarded 487 <", "event 2 to 5", "Failed 487 <", "Destroy"]);
    }

    [Fact]
    public void A_forked_call()
    {
        using var fixture = new CallFixture();
        List<string> story = Listen(fixture);
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(1), 486);
        };
        fixture.Carol.OnInvite = static call =>
        {
            call.RingAfter(TimeSpan.FromSeconds(0.5));
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Call("bob-carol").ByeAfter(TimeSpan.FromSeconds(10));
        Compare(fixture, story, [.. Rung, "ResponseForwarded 180 <", .. Answered, "event 4 to 5", "Terminated BYE >", "Destroy"]);
    }

    [Fact]
    public void An_expired_call()
    {
        using var fixture = new CallFixture(static options => options.DefaultTimeout = TimeSpan.FromSeconds(30));
        List<string> story = Listen(fixture);
        fixture.Call();
        Compare(fixture, story, [.. Rung, .. Answered, "event 4 to 5", "Expired", "Destroy"]);
    }

    [Fact]
    public void A_terminated_call()
    {
        using var fixture = new CallFixture();
        List<string> story = Listen(fixture);
        fixture.Call();
        fixture.Run(10);
        Assert.True(fixture.Dialogs.Terminate(fixture.Dialog.Id.Entry, fixture.Dialog.Id.Id, "credit exhausted"));
        Compare(fixture, story, [.. Rung, .. Answered, "event 4 to 5", "Terminated", "Destroy"]);
        Assert.Equal("credit exhausted", fixture.Dialog.TerminationReason);
    }

    /// <summary>Writes down the callbacks, and before each the state changes that the feed told since the last one.</summary>
    private static List<string> Listen(CallFixture fixture)
    {
        var story = new List<string>();
        DialogFeedReader changes = fixture.Dialogs.Feed.Subscribe(new DialogFeedOptions { Coalesce = false });
        fixture.OnCallback = (_, _, _) =>
        {
            while (changes.TryRead(out DialogChange? change))
                if (change.Kind == DialogChangeKind.StateChanged)
                    story.Add(string.Create(CultureInfo.InvariantCulture, $"event {(int)change.OldState} to {(int)change.NewState}"));
            story.Add(fixture.Events[^1]);
        };
        return story;
    }

    private void Compare(CallFixture fixture, List<string> story, params string[] reference)
    {
        fixture.Run(150);
        output.WriteLine(string.Join('\n', story));
        Assert.Equal(reference, story);
    }
}
