using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>Over the store in memory; databases come on the same interface. Topology hiding does not exist, nor a column for session descriptions: a re-INVITE ping asks by OPTIONS until it has seen one again.</summary>
public class Row40_ARestartLosesNothingOfALeg
{
    [Fact]
    public async Task After_two_restarts_in_a_row_requests_route_pings_go_on_and_the_call_ends_on_both_sides()
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture(
            static options => options.ProfilesWithValue.Add("caller"),
            DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee | DialogFlags.ByeOnTimeout
        );
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type != DialogCallbackTypes.Confirmed)
                return;
            dialog.Values.Set("price", "12");
            dialog.Profiles.Set("caller", "alice");
            dialog.Timeout = TimeSpan.FromMinutes(30);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(40);
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);

        var lives = new List<Node>();
        try
        {
            for (int life = 1; life <= 2; life++)
            {
                Node node = Node.Restart(fixture, static options => options.ProfilesWithValue.Add("caller"), seed: (ulong)life + 1);
                lives.Add(node);
                using DialogPersistence kept = node.Keep(store);
                Assert.Equal((1, 0), await kept.LoadAsync(TestContext.Current.CancellationToken));
                Dialog dialog = Assert.Single(node.All);
                Assert.Equal(
                    (fixture.Dialog.Id, "12", 1),
                    (dialog.Id, dialog.Values["price"], node.Dialogs.FindProfile("caller")!.Size("alice"))
                );
                Assert.InRange(dialog.RemainingLifetime, TimeSpan.FromMinutes(30 - (life * 1.7)), TimeSpan.FromMinutes(30));
                fixture.Recorder.Clear();
                fixture.Run(61);
                foreach (string host in new[] { "10.0.1.1", "10.0.2.1" })
                    Assert.Equal(2, fixture.Recorder.Find("200 OPTIONS", from: host).Count());
                SentRequest info = call.SendRequest("INFO"),
                    back = fixture.Bob.Calls[0].SendRequest("INFO");
                fixture.Run(1);
                Assert.Equal((200, 200), (info.Status, back.Status));
                Assert.Contains("RequestWithin INFO >", node.Events);
                Assert.Contains("RequestWithin INFO <", node.Events);
                while (await kept.FlushAsync(TestContext.Current.CancellationToken))
                    ;
                await kept.SaveAllAsync(TestContext.Current.CancellationToken);
                Assert.Single(store.Rows);
            }

            fixture.Run(1800);
            Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, fixture.Bob.Calls[0].End));
            Assert.Equal("Lifetime Timeout", lives[1].All[0].TerminationReason);
            Assert.DoesNotContain(
                fixture.Alice.Anomalies.Concat(fixture.Bob.Anomalies),
                static a => a.Kind is AnomalyKind.OutOfOrder or AnomalyKind.UnknownDialog
            );
        }
        finally
        {
            lives.ForEach(static node => node.Dispose());
        }
    }
}
