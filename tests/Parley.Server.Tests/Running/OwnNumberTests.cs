using Parley.Testing;
using Xunit;

namespace Parley.Server.Tests.Running;

/// <summary>What would lead a request in a circle goes where it belongs.</summary>
public class OwnNumberTests
{
    [Theory]
    [InlineData("SUBSCRIBE")]
    [InlineData("PUBLISH")]
    [InlineData("MESSAGE")]
    public void A_phone_that_asks_for_its_own_number_does_not_get_its_own_request(string method)
    {
        using var server = new SimulatedServer();
        ScriptedUserAgent desk = server.Phone("100", "10.0.1.1");
        desk.Register("sip:example.com");
        server.Run(1);
        SentRequest request = desk.SendRequest(method, "sip:100@example.com", r => r.Set("Contact", $"<{desk.Contact}>"));
        server.Run(2);
        Assert.Equal(480, request.Status);
        Assert.Empty(server.Recorder.Find(method, from: SimulatedServer.Address));
    }

    [Fact]
    public void It_reaches_the_users_other_contacts_alone()
    {
        using var server = new SimulatedServer();
        ScriptedUserAgent desk = server.Phone("100", "10.0.1.1"),
            mobile = server.Phone("100", "10.0.1.2");
        desk.Register("sip:example.com");
        mobile.Register("sip:example.com");
        server.Run(1);
        mobile.OnRequest = static request => request.Respond(200);
        SentRequest request = desk.SendRequest("MESSAGE", "sip:100@example.com");
        server.Run(2);
        Assert.Equal(200, request.Status);
        Assert.Equal("10.0.1.2", Assert.Single(server.Recorder.Find("MESSAGE", from: SimulatedServer.Address)).To);
    }

    [Fact]
    public void Another_users_request_and_a_call_to_oneself_reach_the_phone()
    {
        using var server = new SimulatedServer();
        ScriptedUserAgent desk = server.Phone("100", "10.0.1.1"),
            other = server.Phone("200", "10.0.1.2");
        desk.Register("sip:example.com");
        server.Run(1);
        other.SendRequest("MESSAGE", "sip:100@example.com");
        server.Run(1);
        Assert.Equal("10.0.1.1", Assert.Single(server.Recorder.Find("MESSAGE", from: SimulatedServer.Address)).To);
        desk.OnInvite = static call => call.Reject(486);
        desk.Invite("sip:100@example.com");
        server.Run(1);
        Assert.NotEmpty(server.Recorder.Find("INVITE", from: SimulatedServer.Address, to: "10.0.1.1"));
    }

    [Theory]
    [InlineData("INFO")]
    [InlineData("BYE")]
    public void A_request_whose_Route_and_URI_both_name_the_server_goes_straight_to_the_dialogs_other_party(string method)
    {
        using var server = new SimulatedServer();
        ScriptedUserAgent alice = server.Phone("100", "10.0.1.1"),
            bob = server.Phone("200", "10.0.2.1");
        bob.Register("sip:example.com");
        server.Run(1);
        ScriptedCall call = alice.Invite("sip:200@example.com");
        server.Run(2);
        alice.OnSending = message =>
        {
            if (message.IsRequest && message.Method == method)
                message.RequestUri = "sip:200@example.com";
        };
        server.Recorder.Clear();
        if (method == "BYE")
            call.Bye();
        else
            call.SendRequest(method);
        server.Run(2);

        RecordedMessage sent = Assert.Single(server.Recorder.Find(method, from: SimulatedServer.Address));
        Assert.Equal("10.0.2.1", sent.To);
        Assert.Equal(bob.Contact, System.Text.Encoding.ASCII.GetString(sent.Message!.RequestUri));
        Assert.NotEmpty(server.Recorder.Find($"200 {method}", to: "10.0.1.1"));
    }

    [Fact]
    public void A_party_whose_contact_is_its_number_here_is_reached_where_it_has_registered()
    {
        using var server = new SimulatedServer();
        ScriptedUserAgent alice = server.Phone("100", "10.0.1.1"),
            bob = server.Phone("200", "10.0.2.1");
        bob.Register("sip:example.com");
        server.Run(1);
        bob.OnSending = static message =>
        {
            if (!message.IsRequest && message.Method == "INVITE")
                message.Set("Contact", "<sip:200@example.com>");
        };
        ScriptedCall call = alice.Invite("sip:200@example.com");
        server.Run(2);
        server.Recorder.Clear();
        call.SendRequest("INFO");
        server.Run(2);
        Assert.Equal("10.0.2.1", Assert.Single(server.Recorder.Find("INFO", from: SimulatedServer.Address)).To);
        Assert.NotEmpty(server.Recorder.Find("200 INFO", to: "10.0.1.1"));
    }
}
