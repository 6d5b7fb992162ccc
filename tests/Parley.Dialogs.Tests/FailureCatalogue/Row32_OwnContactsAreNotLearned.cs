using System.Text;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>There is no topology hiding of the proxy's own; a route that puts itself in the place of both ends is what comes nearest.</summary>
public class Row32_OwnContactsAreNotLearned
{
    [Fact]
    public void With_the_contacts_of_both_hidden_ACK_re_INVITE_and_BYE_reach_the_ends_and_nothing_loops()
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            context.OnBranch(static (request, branch) => Hide(request.Request, branch.Edits));
            context.OnReply(static reply =>
            {
                if (reply.Reply is { } message)
                    Hide(message, reply.Edits);
            });
            if (!context.IsInDialog)
            {
                context.CreateDialog();
                context.RecordRoute();
                await self!.Forward(context);
                return;
            }

            if (!context.MatchDialog() || !context.FixRouteDialog())
                context.Reply(481);
            else
                await context.RelayAsync();
        });
        self = fixture;
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Contains("@10.0.0.1", fixture.Bob.Calls[0].Invite!.Header("Contact"), StringComparison.Ordinal);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        SentRequest again = call.ReInvite(),
            back = fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal((200, 200), (again.Status, back.Status));
        Assert.Equal((fixture.Alice.Contact, fixture.Bob.Contact), (fixture.Dialog.Caller.Contact, fixture.Dialog.Callee!.Contact));
        fixture.Dialog.SendSequentialAsync("MESSAGE", toCaller: true, "x", "text/plain");
        fixture.Run(1);
        Assert.Equal(1, fixture.Recorder.Count("MESSAGE", to: "10.0.1.1"));
        call.Bye();
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, fixture.Bob.Calls[0].End);
        Assert.DoesNotContain(fixture.Recorder.Messages, static m => m is { From: "10.0.0.1", To: "10.0.0.1" });
    }

    private static void Hide(SipMessage message, SipEdits edits)
    {
        if (message.Contacts.TryGetFirst(out NameAddrView contact))
            edits.Replace(contact.UriText, Encoding.ASCII.GetBytes("sip:hidden@10.0.0.1"));
    }
}
