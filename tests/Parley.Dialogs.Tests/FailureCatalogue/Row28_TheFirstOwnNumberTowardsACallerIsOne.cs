using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>RFC 3261, 12.2.1.1 leaves the first number open; that it is 1 is documented (docs/reference/dialog-api.md) and the same as the reference's.</summary>
public class Row28_TheFirstOwnNumberTowardsACallerIsOne
{
    [Fact]
    public void The_BYE_to_a_caller_who_got_no_request_yet_has_CSeq_1_and_ends_the_call()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal("1 BYE", Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.1.1")).CSeq);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.DoesNotContain(fixture.Alice.Anomalies, static a => a.Kind == AnomalyKind.OutOfOrder);
    }
}
