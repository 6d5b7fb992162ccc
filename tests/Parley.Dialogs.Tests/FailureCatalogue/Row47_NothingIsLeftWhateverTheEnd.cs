using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row47_NothingIsLeftWhateverTheEnd
{
    [Theory]
    [InlineData("hung up")]
    [InlineData("rejected")]
    [InlineData("cancelled")]
    [InlineData("cancelled too late")]
    [InlineData("ended by command")]
    [InlineData("ended by command while it rings")]
    [InlineData("expired")]
    [InlineData("dead")]
    [InlineData("forked")]
    [InlineData("gone")]
    public void No_dialog_reference_transaction_timer_or_membership(string end)
    {
        const DialogFlags Flags =
            DialogFlags.ByeOnTimeout | DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee | DialogFlags.AutoPrack;
        using var fixture = new CallFixture(
            static options =>
            {
                options.ProfilesWithValue.Add("caller");
                options.KeepSessionDescriptions = true;
                options.DefaultTimeout = TimeSpan.FromMinutes(10);
            },
            Flags
        );
        int registered = 0,
            freed = 0;
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type is not (DialogCallbackTypes.Created or DialogCallbackTypes.Early or DialogCallbackTypes.Confirmed))
                return;
            dialog.Values.Set("dlg_val", new string('x', 500));
            dialog.Profiles.Set("caller", "alice");
            registered++;
            Assert.True(
                dialog.On(DialogCallbackTypes.Terminated | DialogCallbackTypes.Failed, static (_, _, _) => { }, free: _ => freed++)
            );
        };
        fixture.Alice.RingLimit = fixture.Bob.RingLimit = TimeSpan.FromMinutes(2);
        bool rings = end is "cancelled" or "ended by command while it rings";
        fixture.Bob.OnInvite = end switch
        {
            "rejected" => static c => c.Reject(),
            "cancelled too late" => AnswerTooLate,
            _ when rings => static c => c.Ring(),
            _ => RingReliably,
        };
        fixture.Carol.OnInvite = static c =>
        {
            c.IgnoresCancel = true;
            c.Ring();
            c.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = fixture.Call(end == "forked" ? "bob-carol" : "bob");
        fixture.Run(2);
        switch (end)
        {
            case "hung up":
                call.Bye();
                break;
            case "cancelled" or "cancelled too late":
                call.Cancel();
                break;
            case "ended by command" or "ended by command while it rings" or "forked":
                Assert.True(fixture.Dialog.Terminate("x"));
                break;
            case "dead":
                fixture.Bob.OnRequest = static r =>
                {
                    if (r.Method == "OPTIONS")
                        r.Respond(481);
                };
                break;
            case "gone":
                foreach (SimulatedTransport host in fixture.Network.Hosts.Where(static h => h.Name != "10.0.0.1").ToList())
                    host.IsSilent = true;
                break;
        }

        fixture.Run(900);
        Assert.Single(fixture.Events, static e => e == "Destroy");
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.NotEqual(0, registered);
        Assert.Equal(registered, freed);
        Assert.Equal(0, fixture.Dialogs.FindProfile("caller")!.Size());
        Assert.Equal(0, fixture.Proxy.PendingRequests);
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
        Assert.Equal((0, 0), (fixture.Proxy.Transactions.ServerTransactionCount, fixture.Proxy.Transactions.ClientTransactionCount));
        Assert.Equal(0, fixture.Proxy.Transactions.Timers.SharedCount);
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static void AnswerTooLate(ScriptedCall call)
    {
        call.IgnoresCancel = true;
        call.Ring();
        call.AnswerAfter(TimeSpan.FromSeconds(3));
    }

    private static void RingReliably(ScriptedCall call)
    {
        call.Ring(183, reliable: true);
        call.AnswerAfter(TimeSpan.FromSeconds(1));
    }
}
