using System.Text;
using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Matching;

public class MatchingTests
{
    [Fact]
    public void Catalogue_01_the_record_route_carries_the_did_and_the_callees_route_brings_it_back()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string did = fixture.Dialog.Id.ToString();
        Assert.Contains($";did={did}", fixture.Bob.Calls[0].Invite!.Header("Record-Route"), StringComparison.Ordinal);
        call.SendRequest("INFO");
        fixture.Run(1);

        Assert.Contains("RequestWithin INFO >", fixture.Story, StringComparison.Ordinal);
        Assert.Contains(
            $";did={did}",
            fixture.Recorder.Messages.Last(m => m is { IsRequest: true, Method: "INFO", From: "10.0.1.1" }).Header("Route"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(DialogMatchMode.DidOnly, true, true)]
    [InlineData(DialogMatchMode.DidOnly, false, false)]
    [InlineData(DialogMatchMode.DidFallback, true, true)]
    [InlineData(DialogMatchMode.DidFallback, false, true)]
    [InlineData(DialogMatchMode.DidNone, true, true)]
    [InlineData(DialogMatchMode.DidNone, false, true)]
    public void The_mode_says_what_a_request_is_found_by(DialogMatchMode mode, bool withDid, bool found)
    {
        using var fixture = new CallFixture(options => options.MatchMode = mode);
        if (!withDid)
            fixture.Alice.OnSending = StripDid;
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Events.Clear();
        call.SendRequest("INFO");
        fixture.Run(1);

        Assert.Equal(found, fixture.Story.Contains("RequestWithin INFO >", StringComparison.Ordinal));
    }

    [Fact]
    public void Catalogue_02_a_did_of_another_call_is_only_an_index()
    {
        using var fixture = new CallFixture();
        ScriptedCall first = fixture.Call(),
            second = fixture.Call("carol");
        fixture.Run(1);
        string other = fixture.All[1].Id.ToString(),
            own = fixture.All[0].Id.ToString();
        fixture.Alice.OnSending = message =>
        {
            if (message["Route"] is { } route && message["Call-ID"] == first.CallId)
                message.Set("Route", route.Replace(own, other, StringComparison.Ordinal));
        };
        fixture.Events.Clear();
        var seen = new List<Dialog>();
        fixture.OnCallback = (dialog, _, _) => seen.Add(dialog);
        first.SendRequest("INFO");
        fixture.Run(1);

        Assert.All(seen, dialog => Assert.Equal(first.CallId, dialog.CallId));
        Assert.Contains("RequestWithin INFO >", fixture.Story, StringComparison.Ordinal);
        Assert.False(second.IsOver);
        Assert.DoesNotContain(fixture.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("From")]
    [InlineData("To")]
    public void A_request_with_a_wrong_tag_matches_nothing(string header)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Alice.OnSending = message =>
        {
            if (message is { IsRequest: true, Method: "INFO" })
                message.Set(header, message[header]!.Split(";tag=")[0] + ";tag=forged");
        };
        fixture.Events.Clear();
        call.SendRequest("INFO");
        fixture.Run(1);

        Assert.Empty(fixture.Events);
    }

    [Theory]
    [InlineData("did=zzz")]
    [InlineData("did=")]
    [InlineData("did=fffffffff.1")]
    [InlineData("did=ffffffff.ffffffff")]
    [InlineData("did=1.2.3")]
    public void A_did_that_is_none_falls_back_to_tags(string forged)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string own = $"did={fixture.Dialog.Id}";
        fixture.Alice.OnSending = message =>
        {
            if (message["Route"] is { } route)
                message.Set("Route", route.Replace(own, forged, StringComparison.Ordinal));
        };
        fixture.Events.Clear();
        call.SendRequest("INFO");
        fixture.Run(1);

        Assert.Equal("RequestWithin INFO >, ResponseWithin 200 <", fixture.Story);
    }

    [Fact]
    public void A_did_in_the_second_route_of_a_double_pair_is_found()
    {
        using var fixture = new CallFixture(options => options.MatchMode = DialogMatchMode.DidOnly);
        fixture.Alice.Protocol = Transport.SipProtocol.Tcp;
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        // The first of the pair loses its parameter on the way.
        fixture.Alice.OnSending = message =>
        {
            if (message is not { IsRequest: true, Method: "INFO" })
                return;
            string[] routes = [.. message.All("Route").SelectMany(r => r.Split(", "))];
            Assert.Equal(2, routes.Length);
            message.Remove("Route");
            message.Add("Route", WithoutDid(routes[0])).Add("Route", routes[1]);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Events.Clear();
        call.SendRequest("INFO");
        fixture.Run(1);

        Assert.Equal("RequestWithin INFO >, ResponseWithin 200 <", fixture.Story);
    }

    [Fact]
    public void Catalogue_16_crossed_byes_both_find_the_dialog_that_is_over()
    {
        using var fixture = new CallFixture();
        fixture.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(50),
            MaximumDelay = TimeSpan.FromMilliseconds(50),
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        fixture.Events.Clear();
        call.Bye();
        fixture.Bob.Calls[0].Bye();
        fixture.Run(5);

        Assert.Equal("Terminated BYE >", fixture.Story); // both were under way before either was answered
        Assert.DoesNotContain(fixture.Recorder.Messages, m => m.StatusCode == 481 && m.From == "10.0.0.1");
        Assert.Equal(fixture.Dialog, fixture.Dialogs.FindByDid(fixture.Dialog.Id.ToString()));
        fixture.Run(40);
        Assert.Null(fixture.Dialogs.FindByDid(fixture.Dialog.Id.ToString()));
    }

    [Fact]
    public void Catalogue_03_a_call_that_passes_twice_is_two_dialogs_each_found_by_its_did()
    {
        // The request-URI "loop" sends the INVITE back to the proxy itself, which then calls bob.
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            if (context.IsInDialog)
            {
                if (!context.LooseRoute())
                    context.Reply(481);
                else
                    await context.RelayAsync();
                return;
            }

            context.CreateDialog();
            context.RecordRoute();
            bool loops = SipUriView.TryParse(context.RequestUriText, out SipUriView uri) && uri.UserText == "loop";
            if (loops)
                context.AddTarget(SipUri.Parse("sip:bob@10.0.0.1"));
            else
                context.AddTarget(SipUri.Parse(self!.Bob.Contact));
            await context.RelayAsync();
        });
        self = fixture;
        ScriptedCall call = fixture.Call("loop");
        fixture.Run(2);
        Assert.Equal(2, fixture.All.Count);
        Assert.NotEqual(fixture.All[0].Id, fixture.All[1].Id);
        call.Bye();
        fixture.Run(60);

        Assert.Equal(2, fixture.Events.Count(e => e == "Terminated BYE >"));
        Assert.Equal(2, fixture.Events.Count(e => e == "Destroy"));
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }

    [Fact]
    public void A_sequential_request_creates_no_dialog()
    {
        var created = new List<Dialog?>();
        using var fixture = new CallFixture(route: async context =>
        {
            created.Add(context.CreateDialog());
            context.Reply(481);
            await ValueTask.CompletedTask;
        });
        fixture.Alice.SendRequest("INFO", "sip:bob@10.0.0.1", message => message.Set("To", "<sip:bob@10.0.0.1>;tag=x"));
        fixture.Alice.SendRequest("OPTIONS", "sip:bob@10.0.0.1");
        fixture.Run(1);

        Assert.Equal([null, null], created);
        Assert.Equal(0, fixture.Dialogs.Statistics.ProcessedDialogs);
    }

    [Fact]
    public void Twice_on_one_invite_is_one_dialog()
    {
        CallFixture? fixture = null;
        using (
            fixture = new CallFixture(route: async context =>
            {
                Dialog? first = context.CreateDialog();
                Assert.NotNull(first);
                Assert.Same(first, context.Dialog);
                Assert.Same(first, context.CreateDialog(DialogFlags.ByeOnTimeout));
                Assert.Equal(DialogFlags.None, first.Flags);
                Assert.Same(first, fixture!.Dialogs.Current);
                await fixture.Forward(context);
            })
        )
        {
            fixture.Call();
            fixture.Run(1);
            Assert.Equal(1, fixture.Dialogs.Statistics.ProcessedDialogs);
        }
    }

    [Fact]
    public void The_current_dialog_is_that_of_the_request_the_reply_or_the_callback()
    {
        var seen = new List<(string Where, Dialog? Current, string CallId)>();
        CallFixture? fixture = null;
        using (
            fixture = new CallFixture(route: async context =>
            {
                string callId = Encoding.ASCII.GetString(context.Request.CallId);
                seen.Add(("begin", fixture!.Dialogs.Current, callId));
                if (context.IsInDialog)
                    context.LooseRoute();
                else
                    context.CreateDialog();
                context.RecordRoute();
                seen.Add(("routed", fixture.Dialogs.Current, callId));
                context.OnReply(reply => seen.Add(("reply", fixture.Dialogs.Current, callId)));
                if (context.IsInDialog)
                    await context.RelayAsync();
                else
                    await fixture.Forward(context);
            })
        )
        {
            fixture.OnCallback = (dialog, _, _) => Assert.Same(dialog, fixture.Dialogs.Current);
            ScriptedCall one = fixture.Call(),
                two = fixture.Call("carol");
            fixture.Run(1);
            one.SendRequest("INFO");
            two.SendRequest("INFO");
            fixture.Run(1);

            Assert.All(seen.Where(s => s.Where == "begin"), s => Assert.Null(s.Current));
            Assert.All(seen.Where(s => s.Where != "begin"), s => Assert.Equal(s.CallId, s.Current!.CallId));
            Assert.Equal(6, seen.Count(s => s.Where == "reply"));
        }
    }

    [Fact]
    public async Task Without_the_module_the_request_says_which_call_is_missing()
    {
        var network = new SimulatedNetwork(1);
        Exception? thrown = null;
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.UseTransport(network.AddHost("10.0.0.1")).UseTimeProvider(network.Clock).UseRandom(SipRandom.FromSeed(1));
        using ParleyApplication app = builder.Build();
        app.OnRequest(context =>
        {
            thrown = Record.Exception(() => context.CreateDialog());
            context.Reply(500);
            return ValueTask.CompletedTask;
        });
        await app.StartAsync();
        new ScriptedUserAgent(network.AddHost("10.0.1.1"), "alice").Invite("sip:bob@10.0.0.1");
        network.Clock.RunFor(TimeSpan.FromSeconds(1));

        Assert.Contains("AddDialogs", Assert.IsType<InvalidOperationException>(thrown).Message, StringComparison.Ordinal);
    }

    private static void StripDid(OutgoingMessage message)
    {
        if (!message.IsRequest)
            return;
        string[] routes = [.. message.All("Route")];
        message.Remove("Route");
        foreach (string route in routes)
            message.Add("Route", WithoutDid(route));
    }

    private static string WithoutDid(string route)
    {
        var text = new StringBuilder();
        foreach (string part in route.Split(';'))
        {
            if (!part.StartsWith("did=", StringComparison.Ordinal))
                text.Append(text.Length == 0 ? "" : ";").Append(part);
            else if (part.EndsWith('>'))
                text.Append('>');
        }

        return text.ToString();
    }
}
