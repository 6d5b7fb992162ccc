using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row03_ACallThatPassesTwiceIsTwoDialogs
{
    [Fact]
    public async Task Both_come_back_after_a_restart_each_found_by_its_did()
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture(route: Loop);
        ScriptedCall call;
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
        {
            call = fixture.Call("loop");
            fixture.Run(1);
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, store.Rows.Count);
        Assert.Single(
            store
                .Rows.Select(static row =>
                    row.GetText(DialogColumn.CallId) + row.GetText(DialogColumn.FromTag) + row.GetText(DialogColumn.ToTag)
                )
                .Distinct()
        );
        using Node next = Node.Restart(fixture, static options => options.MatchMode = DialogMatchMode.DidOnly, Loop);
        using DialogPersistence again = next.Keep(store);
        Assert.Equal((2, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(fixture.All.Select(static d => d.Id).Order(), next.All.Select(static d => d.Id).Order());

        call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(2, next.Events.Count(static e => e == "RequestWithin INFO >"));
        fixture.Bob.Calls[0].Bye();
        fixture.Run(60);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal(2, next.Events.Count(static e => e == "Terminated BYE <"));
        Assert.Empty(next.Dialogs.Dialogs(includeDeleted: true));
    }

    /// <summary>"loop" comes back to the proxy under bob's name.</summary>
    private static async ValueTask Loop(SipContext context)
    {
        if (context.IsInDialog)
        {
            if (!context.LooseRoute())
            {
                context.Reply(481);
                return;
            }
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
