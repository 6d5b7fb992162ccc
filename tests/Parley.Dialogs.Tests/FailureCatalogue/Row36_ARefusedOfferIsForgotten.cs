using System.Text;
using System.Text.RegularExpressions;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row36_ARefusedOfferIsForgotten
{
    [Theory]
    [InlineData(488)]
    [InlineData(491)]
    [InlineData(500)]
    [InlineData(0)]
    public void The_next_re_INVITE_ping_carries_the_session_that_both_agreed_on(int status)
    {
        using var fixture = new CallFixture(
            static options => (options.ReinvitePingInterval, options.PingFailures) = (TimeSpan.FromSeconds(300), 5),
            DialogFlags.ReinvitePingCallee
        );
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string agreed = fixture.Alice.Sdp.Replace("s=-", "s=agreed", StringComparison.Ordinal),
            hold = agreed.Replace("s=agreed", "s=hold", StringComparison.Ordinal);
        call.ReInvite(invite => invite.Body = agreed);
        fixture.Run(1);
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != "INVITE" || !request.Message.Body.Contains("s=hold", StringComparison.Ordinal))
                return;
            if (status == 0)
                request.Hold(); // no answer at all: 408
            else
                request.Respond(status);
        };
        SentRequest refused = call.SendRequest("INVITE", invite => invite.Body = hold);
        fixture.Run(60);
        Assert.True(refused.Status >= 400, $"{refused.Status}");
        Assert.Equal(agreed, fixture.Dialog.Caller.SessionDescription);
        fixture.Recorder.Clear();
        fixture.Run(300);
        RecordedMessage ping = fixture.Recorder.Find("INVITE", to: "10.0.2.1").First(static m => Regex.Count(m.Text, "\r\nVia:") == 1); // after a 491 alice tries again too
        Assert.Equal(agreed, Encoding.ASCII.GetString(ping.Message!.Body));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }
}
