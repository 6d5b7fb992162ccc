using System.Globalization;
using System.Text;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>The proxy has no UAC authentication of its own; a route that does it changes the CSeq of a branch, and that is what is done here.</summary>
public class Row26_EachBranchHasItsOwnNumber
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_failover_from_a_gateway_that_was_authenticated_to_ACK_and_replies_have_the_right_one(bool secondIsAuthenticated)
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            if (context.IsInDialog)
            {
                context.LooseRoute();
                await context.RelayAsync();
                return;
            }

            context.CreateDialog();
            context.RecordRoute();
            context.OnBranch(
                (_, branch) =>
                {
                    if (branch.Index == (secondIsAuthenticated ? 1 : 0))
                        branch.Edits.Replace(
                            context.Request.CSeqNumberText,
                            Encoding.ASCII.GetBytes((context.Request.CSeqNumber + 1).ToString(CultureInfo.InvariantCulture))
                        );
                }
            );
            context.OnFailure(async failed =>
            {
                if (failed.Branches.Count > 1)
                    return;
                failed.AddTarget(SipUri.Parse(self!.Carol.Contact));
                await failed.RelayAsync();
            });
            context.AddTarget(SipUri.Parse(self!.Bob.Contact));
            await context.RelayAsync();
        });
        self = fixture;
        fixture.Bob.OnInvite = static call => call.Reject(503);
        ScriptedCall alice = fixture.Call();
        fixture.Run(2);
        Assert.True(alice.IsUp);
        uint mine = fixture.Recorder.Find("INVITE", from: "10.0.1.1").First().Message!.CSeqNumber,
            first = mine + (secondIsAuthenticated ? 0u : 1u),
            second = mine + (secondIsAuthenticated ? 1u : 0u);
        Assert.Equal(
            [first, first],
            fixture.Recorder.Messages.Where(static m => m is { IsRequest: true, To: "10.0.2.1" }).Select(static m => m.Message!.CSeqNumber)
        ); // INVITE and the ACK of its 503
        Assert.All(alice.Responses, response => Assert.Equal(mine, response.CSeq));
        RecordedMessage[] atCarol = [.. fixture.Recorder.Messages.Where(static m => m is { IsRequest: true, To: "10.0.2.2" })];
        Assert.Equal(["INVITE", "ACK"], atCarol.Select(static m => m.Method));
        Assert.All(atCarol, request => Assert.Equal(second, request.Message!.CSeqNumber));
        fixture.Dialog.SendSequentialAsync("INFO", toCaller: false);
        SentRequest info = alice.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(200, info.Status);
        Assert.Equal([second + 1, second + 2], fixture.Recorder.Find("INFO", to: "10.0.2.2").Select(static m => m.Message!.CSeqNumber));
        Assert.Empty(fixture.Carol.Anomalies);
    }
}
