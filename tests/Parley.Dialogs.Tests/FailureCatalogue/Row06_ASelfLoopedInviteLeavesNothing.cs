using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row06_ASelfLoopedInviteLeavesNothing
{
    [Theory]
    [InlineData(DialogSpiralPolicy.NewDialog, 2)]
    [InlineData(DialogSpiralPolicy.ReuseDialog, 1)]
    public void Challenged_dialogs_go_whoever_still_holds_them_and_a_call_is_accounted_as_the_policy_says(
        DialogSpiralPolicy policy,
        int perCall
    )
    {
        using var fixture = new CallFixture(options => options.Spirals = policy, route: Loop);
        var ended = new List<Task>();
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                ended.Add(dialog.SendSequentialAsync("INFO", toCaller: true)); // one more who refers to it
        };
        fixture.Bob.OnInvite = static ringing =>
        {
            ringing.Ring();
            ringing.RejectAfter(TimeSpan.FromSeconds(1), 407);
        };
        for (int i = 0; i < 10; i++)
            fixture.Call("loop");
        fixture.Run(3);
        Assert.All(fixture.All, static dialog => Assert.Equal(DialogState.Deleted, dialog.State));
        fixture.Run(33);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(10 * perCall, fixture.Events.Count(static e => e == "Destroy"));
        Assert.Equal(10 * perCall, fixture.Dialogs.Statistics.FailedDialogs);

        fixture.Events.Clear();
        fixture.Bob.OnInvite = null;
        ScriptedCall call = fixture.Call("loop");
        fixture.Run(1);
        call.Bye();
        fixture.Run(60);
        Assert.Equal(perCall, fixture.Events.Count(static e => e.StartsWith("Confirmed", StringComparison.Ordinal)));
        Assert.Equal(perCall, fixture.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }

    private static async ValueTask Loop(SipContext context)
    {
        if (context.IsInDialog)
        {
            context.LooseRoute();
        }
        else
        {
            context.CreateDialog();
            context.RecordRoute();
            bool loops = SipUriView.TryParse(context.RequestUriText, out SipUriView uri) && uri.UserText == "loop";
            context.AddTarget(SipUri.Parse(loops ? "sip:bob@10.0.0.1" : "sip:bob@10.0.2.1"));
        }

        await context.RelayAsync();
    }
}
