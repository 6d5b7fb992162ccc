using Parley.Dialogs.Tests.FailureCatalogue;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Matching;

/// <summary>Without a dialog here a request passes by the proof that its Route bears, and by no other.</summary>
public class RouteProofTests
{
    private const string Elsewhere = "sip:0900123456@10.0.2.3:5060";
    private static readonly byte[] Key = [.. Enumerable.Range(1, SipRandom.KeyLength).Select(static i => (byte)i)];

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_call_from_before_a_restart_goes_on_with_the_key_kept_and_not_with_another(bool isKept, bool overTcp)
    {
        using CallFixture fixture = Fixture();
        if (overTcp)
        {
            fixture.Alice.Protocol = SipProtocol.Tcp; // a pair of Record-Routes: both carry it
            fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        }

        ScriptedCall call = fixture.Call();
        fixture.Run(90);
        using Node next = Node.Restart(fixture, adapt: builder => builder.Proxy.RouteKey = isKept ? Key : Key.Reverse().ToArray());
        if (overTcp)
        {
            call.SendRequest("PRACK"); // finds the connection dead, which the phone takes for the end after any other method
            fixture.Run(2);
        }

        SentRequest reinvite = call.ReInvite();
        fixture.Run(2);
        SentRequest back = fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(2);
        SentRequest bye = call.SendRequest("BYE");
        fixture.Run(2);

        Assert.Equal(isKept ? (200, 200, 200) : (481, 481, 481), (reinvite.Status, back.Status, bye.Status));
        Assert.Equal(isKept, fixture.Recorder.Count("ACK", from: "10.0.0.1", to: "10.0.2.1") > 1);
        Assert.Empty(next.All);
    }

    [Fact]
    public void It_is_found_in_the_request_URI_of_a_strict_router_too()
    {
        using CallFixture fixture = Fixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(90);
        using Node next = Node.Restart(fixture, adapt: static builder => builder.Proxy.RouteKey = Key);
        string own = call.Dialog!.RouteSet[0].Trim('<', '>');
        SentRequest info = call.SendRequest(
            "INFO",
            message =>
            {
                string target = message.RequestUri;
                message.RequestUri = own;
                message.Remove("Route").Add("Route", $"<{target}>");
                message.Target = new(SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));
            }
        );
        fixture.Run(1);
        Assert.Equal(200, info.Status);
    }

    [Fact]
    public void From_before_a_restart_it_counts_as_long_as_a_dialog_may_live()
    {
        using CallFixture fixture = Fixture(static options => options.DefaultTimeout = TimeSpan.FromHours(1));
        ScriptedCall call = fixture.Call();
        fixture.Run(90);
        using Node next = Node.Restart(
            fixture,
            static options => options.DefaultTimeout = TimeSpan.FromHours(1),
            adapt: static builder => builder.Proxy.RouteKey = Key
        );
        fixture.Run(55 * 60);
        SentRequest inTime = call.SendRequest("INFO");
        fixture.Run(10 * 60);
        SentRequest late = call.SendRequest("INFO");
        fixture.Run(5);
        Assert.Equal((200, 481), (inTime.Status, late.Status));
    }

    [Theory]
    [InlineData("INVITE", 481)]
    [InlineData("MESSAGE", 481)]
    [InlineData("INFO", 481)]
    [InlineData("REFER", 481)]
    [InlineData("SUBSCRIBE", 481)]
    [InlineData("ACK", 0)]
    public void The_proof_of_a_call_that_has_ended_opens_nothing(string method, int status)
    {
        using CallFixture fixture = Fixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        ScriptedDialog dialog = call.Dialogs[0];
        call.Bye();
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        SentRequest request = InDialogRoutingTests.Craft(
            fixture.Alice,
            method,
            Elsewhere,
            dialog.RouteSet[0],
            call.CallId,
            dialog.LocalTag,
            dialog.RemoteTag,
            2_000_000_000
        );
        fixture.Run(2);
        Assert.Equal(status, request.Status);
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
    }

    [Fact]
    public void A_call_that_outlived_its_dialog_can_still_be_hung_up()
    {
        using CallFixture fixture = Fixture(static options => options.DefaultTimeout = TimeSpan.FromMinutes(1));
        ScriptedCall call = fixture.Call();
        fixture.Run(300);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Contains("Expired", fixture.Story, StringComparison.Ordinal);
        call.Bye();
        fixture.Run(2);
        Assert.Equal(1, fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"));
    }

    [Theory]
    [InlineData("NOTIFY", true)]
    [InlineData("SUBSCRIBE", true)]
    [InlineData("INVITE", false)]
    [InlineData("MESSAGE", false)]
    [InlineData("REFER", false)]
    [InlineData("BYE", false)]
    [InlineData("OPTIONS", false)]
    [InlineData("PUBLISH", false)]
    [InlineData("ACK", false)]
    public void The_proof_of_a_subscription_is_one_for_its_own_methods(string method, bool passes)
    {
        using var fixture = new CallFixture(route: Route);
        fixture.Bob.OnRequest = static request => request.Respond(200);
        fixture.Alice.SendRequest("SUBSCRIBE", fixture.Bob.Contact);
        fixture.Run(1);
        RecordedMessage subscribe = fixture.Recorder.Find("SUBSCRIBE", to: "10.0.2.1").First();
        string route = subscribe.Header("Record-Route")!,
            tag = System.Text.Encoding.ASCII.GetString(subscribe.Message!.FromTag);
        fixture.Recorder.Clear();
        // From the far end, and for the far end's own purposes.
        SentRequest request = InDialogRoutingTests.Craft(fixture.Bob, method, fixture.Alice.Contact, route, subscribe.CallId!, "far", tag);
        fixture.Run(1);
        Assert.Equal(method != "ACK", request.IsDone);
        Assert.Equal(passes ? 1 : 0, fixture.Recorder.Count(method, to: "10.0.1.1"));
        Assert.Equal(passes, fixture.Dialogs.Statistics.RefusedRequests == 0);
    }

    [Fact]
    public void A_call_that_nobody_tracks_passes_by_its_proof()
    {
        using var fixture = new CallFixture(route: Route);
        ScriptedCall call = fixture.Alice.Invite(fixture.Bob.Contact);
        fixture.Run(2);
        Assert.Equal(CallState.Established, call.State);
        call.Bye();
        fixture.Run(2);
        Assert.Equal((CallEnd.LocalBye, CallEnd.RemoteBye), (call.End, fixture.Bob.Calls[0].End));
        Assert.Empty(fixture.All);
    }

    [Fact]
    public void Only_an_initial_request_gets_one()
    {
        using var fixture = new CallFixture(route: async context =>
        {
            context.RecordRoute();
            await context.RelayInDialogAsync(isTrusted: true);
        });
        InDialogRoutingTests.Craft(fixture.Alice, "INFO", fixture.Bob.Contact, "<sip:10.0.0.1;lr>", "no@call", "a", "b");
        fixture.Run(1);
        string? recordRoute = fixture.Recorder.Find("INFO", to: "10.0.2.1").First().Header("Record-Route");
        Assert.NotNull(recordRoute);
        Assert.DoesNotContain("sig=", recordRoute, StringComparison.Ordinal);
    }

    private static CallFixture Fixture(Action<DialogOptions>? configure = null) =>
        new(configure, store: static builder => builder.Proxy.RouteKey = Key);

    private static async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            await context.RelayInDialogAsync();
            return;
        }

        context.LooseRoute();
        context.RecordRoute();
        await context.RelayAsync();
    }
}
