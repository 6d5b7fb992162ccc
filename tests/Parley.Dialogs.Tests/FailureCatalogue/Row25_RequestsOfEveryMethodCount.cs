using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row25_RequestsOfEveryMethodCount
{
    [Theory]
    [InlineData("PRACK")]
    [InlineData("UPDATE")]
    [InlineData("INFO")]
    [InlineData("INVITE")]
    [InlineData("MESSAGE")]
    public void The_proxys_own_BYE_is_above_the_last_request_of_the_other_side(string method)
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring(183, reliable: method == "PRACK");
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(3);
        bool challenged = false;
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != method || challenged)
                return;
            challenged = true;
            request.Respond(407);
        };
        if (method != "PRACK")
        {
            call.SendRequest(method);
            fixture.Run(1);
            Assert.True(challenged);
            call.SendRequest(method, static request => request.Add("Proxy-Authorization", "Digest username=\"alice\"")); // again, with its credentials
            fixture.Run(1);
        }

        uint last = fixture.Recorder.Find(method, to: "10.0.2.1").Max(static m => m.Message!.CSeqNumber);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        RecordedMessage bye = Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.2.1"));
        Assert.Equal(last + 1, bye.Message!.CSeqNumber);
        Assert.Equal(CallEnd.RemoteBye, fixture.Bob.Calls[0].End);
        Assert.DoesNotContain(fixture.Bob.Anomalies, static a => a.Kind == AnomalyKind.OutOfOrder);
    }
}
