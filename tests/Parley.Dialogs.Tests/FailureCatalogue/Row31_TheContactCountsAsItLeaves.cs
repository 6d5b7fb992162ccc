using System.Text;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row31_TheContactCountsAsItLeaves
{
    [Fact]
    public void The_BYEs_go_to_the_addresses_put_in_by_the_route_after_a_re_INVITE_too()
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            context.OnBranch(static (request, branch) => Fix(request.Request, request.Source, branch.Edits));
            context.OnReply(static reply =>
            {
                if (reply.Reply is { } message && reply.Branch is { } branch)
                    Fix(message, branch.Flow, reply.Edits);
            });
            await self!.Route(context);
        });
        self = fixture;
        fixture.Alice.Contact = "sip:alice@192.168.1.2:5099";
        fixture.Bob.OnSending = static message =>
        {
            if (!message.IsRequest && message["Contact"] is not null)
                message["Contact"] = "<sip:bob@172.16.5.5>";
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Contains(
            "192.168.1.2",
            fixture.Recorder.Find("INVITE", from: "10.0.1.1").First().Header("Contact"),
            StringComparison.Ordinal
        );
        Assert.Equal(("sip:alice@10.0.1.1:5060", "sip:bob@10.0.2.1:5060"), (fixture.Dialog.Caller.Contact, fixture.Dialog.Callee!.Contact));
        fixture.Alice.Contact = "sip:alice@192.168.1.3";
        call.ReInvite();
        fixture.Run(1);
        Assert.Equal("10.0.1.1:5060", fixture.Dialog.Caller.Flow.Remote.ToString());
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, fixture.Bob.Calls[0].End));
    }

    [Fact]
    public void Over_a_connection_the_BYE_takes_the_flow_that_is_kept_beside_a_contact_no_one_can_reach()
    {
        using var fixture = new CallFixture();
        fixture.Alice.Protocol = SipProtocol.Tcp;
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        fixture.Alice.Contact = "sip:alice@192.168.1.2:40000;transport=tcp";
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    /// <summary>What fix_nated_contact does: the address that the message came from.</summary>
    private static void Fix(SipMessage message, SipFlow source, SipEdits edits)
    {
        if (!message.Contacts.TryGetFirst(out NameAddrView contact))
            return;
        string user = Encoding.ASCII.GetString(contact.UriText).Split('@')[0];
        edits.Replace(contact.UriText, Encoding.ASCII.GetBytes($"{user}@{source.Remote}"));
    }
}
