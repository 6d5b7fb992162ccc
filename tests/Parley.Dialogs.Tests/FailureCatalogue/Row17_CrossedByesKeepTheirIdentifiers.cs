using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>There is no hiding of Call-IDs here, so no mapping that could be gone too early: what remains is that each side gets what it knows.</summary>
public class Row17_CrossedByesKeepTheirIdentifiers
{
    [Fact]
    public void Each_side_gets_its_answer_with_its_own_Call_ID_tags_and_number()
    {
        using var fixture = new CallFixture();
        fixture.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(50),
            MaximumDelay = TimeSpan.FromMilliseconds(50),
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        SentRequest one = call.SendRequest("BYE"),
            other = fixture.Bob.Calls[0].SendRequest("BYE");
        fixture.Run(2);
        foreach (SentRequest bye in new[] { one, other })
        {
            Assert.Equal(200, bye.Status);
            Assert.Equal((call.CallId, bye.Message["CSeq"]), (bye.Final!.CallId, bye.Final.Header("CSeq")));
            Assert.Equal(bye.Message["From"], bye.Final.Header("From"));
            Assert.Equal(bye.Message["To"], bye.Final.Header("To"));
        }

        Assert.Equal(0, fixture.Recorder.Count("481 BYE"));
        Assert.DoesNotContain(
            fixture.Alice.Anomalies.Concat(fixture.Bob.Anomalies),
            static a => a.Kind is AnomalyKind.StrayResponse or AnomalyKind.UnknownDialog
        );
    }
}
