using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>Nodes start their ids at random (CatalogueCallTests.Row_4); here both are given the same start, so that the ids do meet.</summary>
public class Row04_TwoNodesMayHaveTheSameId
{
    [Fact]
    public void A_request_that_comes_to_the_node_of_another_call_with_its_id_matches_nothing_there()
    {
        using var fixture = new CallFixture(static options => options.HashSize = 1);
        using var other = new Node(fixture, fixture.Network.AddHost("10.0.0.2"), static options => options.HashSize = 1);
        ScriptedUserAgent erin = fixture.Add("erin", "10.0.1.5");
        erin.OutboundProxy = "sip:10.0.0.2;lr";
        ScriptedCall call = fixture.Call();
        erin.Invite("sip:carol@10.0.0.2");
        fixture.Run(1);
        Assert.Equal(fixture.Dialog.Id, Assert.Single(other.All).Id);
        Assert.NotEqual(fixture.Dialog.CallId, other.All[0].CallId);
        other.Events.Clear();
        uint number = other.All[0].Callee!.CSeq;
        SentRequest info = call.SendRequest(
            "INFO",
            static info => info.Set("Route", info["Route"]!.Replace("10.0.0.1", "10.0.0.2", StringComparison.Ordinal))
        );
        fixture.Run(1);

        // The two have no key in common, so the Route is no proof there (RouteProofTests has nodes with one key).
        Assert.Equal(0, fixture.Recorder.Count("INFO", from: "10.0.0.2", to: "10.0.2.1"));
        Assert.Equal(481, info.Status);
        Assert.Empty(other.Events);
        Assert.Equal(number, other.All[0].Callee!.CSeq);
    }

    [Fact]
    public void A_call_through_both_has_the_same_did_twice_and_each_finds_its_own_dialog()
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(
            static options => (options.HashSize, options.MatchMode) = (1, DialogMatchMode.DidOnly),
            route: context => Route(context, "sip:bob@10.0.0.2")
        );
        self = fixture;
        using var second = new Node(
            fixture,
            fixture.Network.AddHost("10.0.0.2"),
            static options => (options.HashSize, options.MatchMode) = (1, DialogMatchMode.DidOnly),
            context => Route(context, self.Bob.Contact)
        );
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Equal(fixture.Dialog.Id, Assert.Single(second.All).Id);
        call.Bye();
        fixture.Run(60);
        Assert.Single(fixture.Events, static e => e == "Terminated BYE >");
        Assert.Single(second.Events, static e => e == "Terminated BYE >");
        Assert.Empty(second.Dialogs.Dialogs(includeDeleted: true));
    }

    private static async ValueTask Route(SipContext context, string target)
    {
        if (context.IsInDialog)
        {
            context.LooseRoute();
        }
        else
        {
            context.CreateDialog();
            context.RecordRoute();
            context.AddTarget(SipUri.Parse(target));
        }

        await context.RelayAsync();
    }
}
