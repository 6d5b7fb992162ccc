using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row45_OneLostPingCutsNothing
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void So_many_pings_in_a_row_as_the_option_says_have_to_stay_without_an_answer(int lost, bool ends)
    {
        using var fixture = new CallFixture(static options => options.PingFailures = 3, DialogFlags.OptionsPingCallee);
        fixture.Call();
        fixture.Run(95);
        // From here on whole pings are lost, with all their repetitions; then the line is good again.
        var gone = new HashSet<string>();
        fixture.Network.Interceptor = packet =>
        {
            if (!packet.Is("OPTIONS"))
                return PacketFate.Pass;
            string number = System.Text.Encoding.ASCII.GetString(packet.Bytes).Split("CSeq: ")[1].Split('\r')[0];
            return gone.Contains(number) || (gone.Count < lost && gone.Add(number)) ? PacketFate.Drop : PacketFate.Pass;
        };
        fixture.Run(400);
        Assert.Equal(lost, gone.Count);
        Assert.Equal(ends ? "Ping Timeout" : null, fixture.Dialog.TerminationReason);
        Assert.Equal(ends, fixture.Alice.Calls[0].IsOver);
    }

    [Fact]
    public void One_who_never_answers_OPTIONS_keeps_his_call_and_a_481_ends_it_on_both_sides_at_once()
    {
        using var fixture = new CallFixture(flags: DialogFlags.OptionsPingCallee);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Hold();
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(3600);
        Assert.True(call.IsUp);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Respond(481);
        };
        fixture.Run(31);
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, fixture.Bob.Calls[0].End));
    }
}
