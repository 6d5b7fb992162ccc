using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row35_ParallelRefreshesAndStarsDoNoHarm
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void UPDATEs_from_both_sides_at_once_over_a_bad_network_leave_contacts_that_were_sent(ulong seed)
    {
        using var fixture = new CallFixture(seed: seed);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Network.Conditions = LinkConditions.Bad(0.2);
        // Parties that move within their own hosts, so that the call goes on.
        for (int i = 0; i < 20; i++)
        {
            (fixture.Alice.Contact, fixture.Bob.Contact) = ($"sip:alice-{i}@10.0.1.1", $"sip:bob-{i}@10.0.2.1"); // in their responses too
            bool isStar = i % 5 == 4;
            call.SendRequest(
                "UPDATE",
                update =>
                {
                    if (isStar)
                        update.Set("Contact", "*");
                }
            );
            fixture
                .Bob.Calls[0]
                .SendRequest(
                    "UPDATE",
                    update =>
                    {
                        if (isStar)
                            update.Set("Contact", "*");
                    }
                );
            fixture.Run(0.05);
        }

        fixture.Run(64);
        Assert.Matches("^sip:alice-[0-9]+@10.0.1.1$", fixture.Dialog.Caller.Contact);
        Assert.Matches("^sip:bob-[0-9]+@10.0.2.1$", fixture.Dialog.Callee!.Contact);
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
        fixture.Network.Conditions = LinkConditions.Good;
        string last = fixture.Dialog.Caller.Contact;
        SentRequest star = call.SendRequest("UPDATE", static update => update.Set("Contact", "*"));
        fixture.Run(1);
        Assert.True(star.IsDone);
        Assert.Equal(last, fixture.Dialog.Caller.Contact);
        call.SendRequest("UPDATE", static update => update.Set("Contact", "<sip:alice-end@10.0.1.1>"));
        fixture.Run(1);
        Assert.Equal("sip:alice-end@10.0.1.1", fixture.Dialog.Caller.Contact);
    }
}
