using Parley.Sip;

namespace Parley.Transactions.Tests.Matching;

/// <summary>What of the responses gets to a transaction, and what to nobody.</summary>
public sealed class ResponseScreeningTests
{
    [Theory]
    [InlineData(180, "From: ", "X: ")]
    [InlineData(200, "From: ", "X: ")]
    [InlineData(180, "To: ", "X: ")]
    [InlineData(200, "To: ", "X: ")]
    [InlineData(200, "To: <sip:bob", "To: <<sip:bob")]
    [InlineData(180, "Call-ID: ", "X: ")]
    [InlineData(200, "Call-ID: ", "X: ")]
    [InlineData(200, "Call-ID: c1", "Call-ID: c 1")]
    [InlineData(200, "CSeq: 1 INVITE", "X: y")]
    [InlineData(200, "CSeq: 1 INVITE", "CSeq: INVITE")]
    [InlineData(200, "CSeq: 1 INVITE", "CSeq: 1 INVITE\r\nCSeq: 1 INVITE")]
    [InlineData(486, "To: ", "X: ")]
    public void A_response_that_lacks_what_every_message_has_reaches_nobody(int status, string good, string bad)
    {
        using TransactionFixture fixture = new();
        ClientTransaction client = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        string response = Wire.Response(status, TransactionFixture.Branch(client), "INVITE");
        string broken = response.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(response, broken);
        fixture.TakeSent();
        fixture.In(broken);
        Assert.Equal(("", "", ClientTransactionState.Calling), (fixture.User.Take(), fixture.TakeSent(), client.State));
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.MalformedResponses]);
        fixture.In(response);
        Assert.Equal("response " + status, fixture.User.Take());
    }

    [Fact]
    public void A_response_to_an_ack_reaches_nobody()
    {
        using TransactionFixture fixture = new();
        ClientTransaction client = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.In(Wire.Response(200, TransactionFixture.Branch(client), "ACK"));
        fixture.In(Wire.Response(404, "z9hG4bKPs-of-nobody", "ACK"));
        Assert.Equal("", fixture.User.Take());
        Assert.Equal(
            (2, 0),
            (
                (int)fixture.Layer.Statistics[TransactionCounter.MalformedResponses],
                (int)fixture.Layer.Statistics[TransactionCounter.StrayResponses]
            )
        );
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKupstream", "SIP/2.0/UDP 255.255.255.255")]
    [InlineData("SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKupstream", "SIP/2.0/UDP")]
    public void What_the_second_Via_says_matters_only_to_a_stray(string good, string bad)
    {
        using TransactionFixture fixture = new();
        ClientTransaction client = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.In(Wire.Response(180, TransactionFixture.Branch(client), "INVITE").Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal("response 180", fixture.User.Take());
        fixture.In(Wire.Response(180, "z9hG4bKof-nobody", "INVITE").Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(("", 1), (fixture.User.Take(), (int)fixture.Layer.Statistics[TransactionCounter.MalformedResponses]));
        fixture.In(Wire.Response(180, "z9hG4bKof-nobody", "INVITE"));
        Assert.Equal("stray 180", fixture.User.Take());
    }
}
