using System.Text;

namespace Parley.Transactions.Tests.Machines;

public sealed class NonInviteServerTests
{
    // RFC 3261 17.2.2 figure 8, every state and event.
    [Theory]
    [InlineData("Trying", "Request", "Trying", "", "")]
    [InlineData("Trying", "100", "Proceeding", "100", "")]
    [InlineData("Trying", "200", "Completed", "200", "")]
    [InlineData("Trying", "404", "Completed", "404", "")]
    [InlineData("Trying", "Error", "Trying", "", "error")]
    [InlineData("Proceeding", "Request", "Proceeding", "100", "")]
    [InlineData("Proceeding", "183", "Proceeding", "183", "")]
    [InlineData("Proceeding", "200", "Completed", "200", "")]
    [InlineData("Proceeding", "404", "Completed", "404", "")]
    [InlineData("Proceeding", "Error", "Proceeding", "", "error")]
    [InlineData("Completed", "Request", "Completed", "200", "")]
    [InlineData("Completed", "183", "Completed", "", "")]
    [InlineData("Completed", "200", "Completed", "", "")]
    [InlineData("Completed", "404", "Completed", "", "")]
    [InlineData("Completed", "Error", "Completed", "", "error")]
    public void Each_state_meets_each_event(string state, string what, string after, string sent, string told)
    {
        using Rig rig = new();
        rig.In(Wire.Request("OPTIONS"));
        ServerTransaction transaction = rig.User.Last!;
        if (state == "Proceeding")
            Answer(rig, transaction, 100);
        if (state == "Completed")
            Answer(rig, transaction, 200);
        Assert.Equal(state, transaction.State.ToString());
        rig.TakeSent();
        rig.User.Take();
        if (what == "Request")
            rig.In(Wire.Request("OPTIONS"));
        else if (what == "Error")
            rig.Layer.OnSendFailed(transaction.Token);
        else
            Answer(rig, transaction, int.Parse(what, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((after, sent, told), (transaction.State.ToString(), rig.TakeSent(), rig.User.Take()));
    }

    [Fact]
    public void Over_udp_timer_J_keeps_the_answer_for_64_T1()
    {
        using Rig rig = new();
        rig.User.WhenRequest = t => t.Reply(200);
        rig.In(Wire.Request("BYE", toTag: "t"));
        rig.Run(31.98);
        rig.In(Wire.Request("BYE", toTag: "t"));
        Assert.Equal("200, 200", rig.TakeSent());
        rig.Run(0.02);
        Assert.Equal("request BYE, terminated", rig.User.Take());
        Assert.Equal(0, rig.Layer.ServerTransactionCount);
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    [Fact]
    public void Over_tcp_the_final_response_ends_it()
    {
        using Rig rig = new();
        rig.User.WhenRequest = t => t.Reply(200);
        rig.In(Wire.Request("BYE", via: "SIP/2.0/TCP 198.51.100.7;branch=z9hG4bKa1", toTag: "t"), Rig.Tcp);
        Assert.Equal("request BYE, terminated", rig.User.Take());
        Assert.Equal(0, rig.Layer.ServerTransactionCount);
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    [Fact]
    public void A_non_invite_request_gets_no_hundred_of_its_own()
    {
        using Rig rig = new();
        rig.In(Wire.Request("MESSAGE"));
        rig.Inside(rig.User.Last!, () => rig.User.Last!.SendTrying());
        rig.Run(5);
        Assert.Equal("", rig.TakeSent());
    }

    private static void Answer(Rig rig, ServerTransaction transaction, int status) =>
        rig.Inside(transaction, () => transaction.Send(Encoding.UTF8.GetBytes($"SIP/2.0 {status} X\r\nTo: x\r\n\r\n"), status));
}
