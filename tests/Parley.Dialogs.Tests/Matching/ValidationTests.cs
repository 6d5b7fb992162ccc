using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Matching;

public class ValidationTests
{
    private static readonly SipTarget Proxy = new(SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));
    private readonly List<string> _verdicts = [];

    [Theory]
    [InlineData("INFO", "CSeq", "2147483647 INFO", DialogValidation.Valid)]
    [InlineData("INFO", "CSeq", "1 INFO", DialogValidation.CSeq)]
    [InlineData("INFO", "CSeq", "0 INFO", DialogValidation.CSeq)]
    [InlineData("INFO", "Route", null, DialogValidation.RouteSet)]
    [InlineData("INFO", "Route", "<sip:10.0.0.1;lr>", DialogValidation.RouteSet)]
    [InlineData("INFO", "Route", "<sip:10.0.0.1;lr>, <sip:10.0.2.1:5060;lr;x=2>", DialogValidation.RouteSet)]
    [InlineData("INFO", "Route", "<sip:10.0.0.1;lr>, <sip:10.0.2.1;lr>, <sip:10.0.2.1;lr>", DialogValidation.RouteSet)]
    [InlineData("INFO", "Route", "<sip:10.0.0.1;lr>, <SIP:10.0.2.1;LR;x=1>", DialogValidation.Valid)]
    [InlineData("BYE", "CSeq", "1 BYE", DialogValidation.CSeq)]
    public void A_request_of_the_caller_is_compared_with_what_the_dialog_knows(
        string method,
        string header,
        string? value,
        DialogValidation verdict
    )
    {
        using CallFixture fixture = Fixture("<sip:10.0.2.1;lr;x=1>");
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        Assert.Equal(["ACK Valid"], _verdicts);
        call.SendRequest(
            method,
            message =>
            {
                message.Remove(header);
                if (value is not null)
                    message.Add(header, value);
                message.Target = Proxy;
            }
        );
        fixture.Run(2);

        Assert.Equal($"{method} {verdict}", _verdicts[1]);
    }

    [Theory]
    [InlineData("sip:bob@10.0.2.1:5060", DialogValidation.Valid)]
    [InlineData("sip:%62ob@10.0.2.1:5060", DialogValidation.Valid)]
    [InlineData("SIP:bob@10.0.2.1:5060;x=1", DialogValidation.Valid)]
    [InlineData("sip:bob@10.0.2.1:5099", DialogValidation.RemoteTarget)]
    [InlineData("sip:mallory@10.0.2.1:5060", DialogValidation.RemoteTarget)]
    public void The_remote_target_is_compared_as_a_uri(string uri, DialogValidation verdict)
    {
        using CallFixture fixture = Fixture(null);
        fixture.Bob.Contact = "sip:bob@10.0.2.1:5060";
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        call.SendRequest("INFO", message => message.RequestUri = uri);
        fixture.Run(2);

        Assert.Equal(["ACK Valid", $"INFO {verdict}"], _verdicts);
    }

    [Fact]
    public void Each_direction_has_its_own_sequence()
    {
        using CallFixture fixture = Fixture(null);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        ScriptedCall other = fixture.Bob.Calls[0];
        call.SendRequest("INFO", message => message.Set("CSeq", "2147000700 INFO"));
        fixture.Run(1);
        other.SendRequest("INFO", message => message.Set("CSeq", "2147000005 INFO"));
        fixture.Run(1);
        other.SendRequest("MESSAGE", message => message.Set("CSeq", "2147000005 MESSAGE"));
        fixture.Run(1);
        other.SendRequest("OPTIONS", message => message.Set("CSeq", "2147000006 OPTIONS"));
        fixture.Run(1);

        Assert.Equal(["ACK Valid", "INFO Valid", "INFO Valid", "MESSAGE CSeq", "OPTIONS Valid"], _verdicts);
    }

    [Fact]
    public void An_ack_has_the_number_of_the_last_invite_of_its_sender()
    {
        using CallFixture fixture = Fixture(null);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        // An INFO between INVITE and ACK does not disturb; a re-INVITE moves the number; the callee has one of its own.
        call.SendRequest("INFO");
        fixture.Run(1);
        call.ReInvite();
        fixture.Run(1);
        fixture.Bob.Calls[0].ReInvite();
        fixture.Run(1);
        fixture.Alice.OnSending = message =>
        {
            if (message is { IsRequest: true, Method: "ACK" })
                message.Set("CSeq", "1 ACK");
        };
        call.ReInvite();
        fixture.Run(0.3);

        Assert.Equal(
            ["ACK Valid", "INFO Valid", "INVITE Valid", "ACK Valid", "INVITE Valid", "ACK Valid", "INVITE Valid", "ACK CSeq"],
            _verdicts
        );
    }

    [Fact]
    public void An_early_dialog_is_compared_by_its_sequence_alone()
    {
        using CallFixture fixture = Fixture(null);
        fixture.Bob.OnInvite = ringing => ringing.Ring(183);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.SendRequest("UPDATE", message => message.RequestUri = "sip:elsewhere@10.0.2.1");
        fixture.Run(1);
        call.SendRequest("UPDATE", message => message.Set("CSeq", "1 UPDATE"));
        fixture.Run(1);

        Assert.Equal(["UPDATE Valid", "UPDATE CSeq"], _verdicts);
    }

    [Fact]
    public void A_request_without_its_dialog_is_neither_valid_nor_put_right()
    {
        DialogValidation? verdict = null;
        bool? isFixed = null;
        using var fixture = new CallFixture(route: context =>
        {
            verdict = context.ValidateDialog();
            isFixed = context.FixRouteDialog();
            context.Reply(481);
            return ValueTask.CompletedTask;
        });
        fixture.Alice.SendRequest("INFO", "sip:bob@10.0.0.1", message => message.Set("To", "<sip:bob@10.0.0.1>;tag=x"));
        fixture.Run(1);

        Assert.Equal(DialogValidation.Other, verdict);
        Assert.False(isFixed);
    }

    [Theory]
    [InlineData("<sip:>")]
    [InlineData("<sip:@>")]
    [InlineData("<sip:a@10.0.0.9:99999;lr>")]
    [InlineData("<sip:10.0.0.9:x;lr>")]
    [InlineData("<sip:10.0.0.9;lr;=x>")]
    [InlineData("<sip:[::1>")]
    [InlineData("<sip:%zz@10.0.0.9>")]
    [InlineData("<sip:10.0.0.9;lr?>")]
    [InlineData("sip:10.0.0.9:x;lr")]
    public void A_route_set_that_cannot_be_followed_repairs_nothing(string recorded)
    {
        bool? isFixed = null;
        CallFixture? made = null;
        using var fixture = new CallFixture(route: async context =>
        {
            if (!context.IsInDialog || context.Method != SipMethod.Info)
            {
                await made!.Route(context);
                return;
            }

            context.MatchDialog();
            isFixed = context.FixRouteDialog();
            context.Reply(500);
        });
        made = fixture;
        fixture.Bob.OnSending = message =>
        {
            if (!message.IsRequest && message.Method == "INVITE" && message["Record-Route"] is not null)
                message.Push("Record-Route", recorded);
        };
        fixture.Call();
        fixture.Run(1);
        Dialog dialog = fixture.Dialog;
        fixture.Alice.SendRaw(
            $"INFO sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1;branch=z9hG4bKraw\r\nMax-Forwards: 70\r\nFrom: <{dialog.FromUri}>;tag={dialog.FromTag}\r\nTo: <{dialog.ToUri}>;tag={dialog.ToTag}\r\n"
                + $"Call-ID: {dialog.CallId}\r\nCSeq: 99 INFO\r\nContent-Length: 0\r\n\r\n",
            "sip:10.0.0.1"
        );
        fixture.Run(1);

        Assert.False(isFixed);
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_route_of_a_strict_hop_before_is_the_remote_target()
    {
        using CallFixture fixture = Fixture("<sip:10.0.2.1;lr;x=1>");
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string own = fixture.Alice.Calls[0].Dialog!.RouteSet[0].Trim('<', '>');
        call.SendRequest(
            "INFO",
            message =>
            {
                // What a strict router makes of it: its next hop, this proxy, in the request-URI and the target at the end.
                string target = message.RequestUri;
                message.RequestUri = own;
                message.Remove("Route").Add("Route", $"<sip:10.0.2.1;lr;x=1>, <{target}>");
                message.Target = Proxy;
            }
        );
        fixture.Run(1);

        Assert.Equal(["ACK Valid", "INFO Valid"], _verdicts);
    }

    [Theory]
    [InlineData("<sip:10.0.2.1;lr;x=1>", "sip:bob@10.0.2.1", "<sip:10.0.2.1;lr;x=1>")]
    [InlineData("<sip:10.0.2.1;x=1>", "sip:10.0.2.1;x=1", "<sip:bob@10.0.2.1>")]
    [InlineData(null, "sip:bob@10.0.2.1", null)]
    public void Fixing_the_route_gives_the_request_the_target_and_routes_that_the_dialog_knows(
        string? recorded,
        string requestUri,
        string? route
    )
    {
        using CallFixture fixture = Fixture(recorded, isFixing: true);
        fixture.Bob.Contact = "sip:bob@10.0.2.1";
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        fixture.Alice.OutboundProxy = null;
        call.SendRequest(
            "INFO",
            message =>
            {
                message.RequestUri = "sip:10.0.0.1";
                message.Remove("Route");
                message.Add("Route", "<sip:10.0.0.1;lr>, <sip:10.9.9.9;lr>");
            }
        );
        fixture.Run(2);

        RecordedMessage sent = Assert.Single(fixture.Recorder.Messages, m => m is { IsRequest: true, Method: "INFO", From: "10.0.0.1" });
        Assert.Equal("10.0.2.1", sent.To);
        Assert.Equal(requestUri, System.Text.Encoding.ASCII.GetString(sent.Message!.RequestUri));
        Assert.Equal(route, sent.Header("Route"));
    }

    private CallFixture Fixture(string? recorded, bool isFixing = false)
    {
        CallFixture? made = null;
        var fixture = new CallFixture(route: async context =>
        {
            if (!context.IsInDialog)
            {
                context.CreateDialog();
                context.RecordRoute();
                await made!.Forward(context);
                return;
            }

            if (!context.LooseRoute() && !context.MatchDialog())
            {
                context.Reply(481);
                return;
            }

            if (isFixing && context.Method == SipMethod.Info)
            {
                context.SetDestination(SipUri.Parse("sip:10.7.7.7"));
                Assert.True(context.FixRouteDialog());
            }
            else if (!isFixing)
            {
                _verdicts.Add($"{System.Text.Encoding.ASCII.GetString(context.Request.MethodText)} {context.ValidateDialog()}");
            }

            await context.RelayAsync();
        });
        made = fixture;
        // A proxy between us and bob: it stands nearer to bob in the Record-Routes of his answers, that is in front.
        if (recorded is not null)
        {
            fixture.Bob.OnSending = message =>
            {
                if (!message.IsRequest && message.Method == "INVITE" && message["Record-Route"] is not null)
                    message.Push("Record-Route", recorded);
            };
        }

        return fixture;
    }
}
