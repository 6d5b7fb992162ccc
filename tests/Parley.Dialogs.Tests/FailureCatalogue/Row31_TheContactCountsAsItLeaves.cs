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
        CallBench? self = null;
        using var bench = new CallBench(route: async context =>
        {
            context.OnBranch(static (request, branch) => Fix(request.Request, request.Source, branch.Edits));
            context.OnReply(static reply =>
            {
                if (reply.Reply is { } message && reply.Branch is { } branch)
                    Fix(message, branch.Flow, reply.Edits);
            });
            await self!.Route(context);
        });
        self = bench;
        bench.Alice.Contact = "sip:alice@192.168.1.2:5099";
        bench.Bob.OnSending = static message =>
        {
            if (!message.IsRequest && message["Contact"] is not null)
                message["Contact"] = "<sip:bob@172.16.5.5>";
        };
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Assert.Contains("192.168.1.2", bench.Recorder.Find("INVITE", from: "10.0.1.1").First().Header("Contact"), StringComparison.Ordinal);
        Assert.Equal(("sip:alice@10.0.1.1:5060", "sip:bob@10.0.2.1:5060"), (bench.Dialog.Caller.Contact, bench.Dialog.Callee!.Contact));
        bench.Alice.Contact = "sip:alice@192.168.1.3";
        call.ReInvite();
        bench.Run(1);
        Assert.Equal("10.0.1.1:5060", bench.Dialog.Caller.Flow.Remote.ToString());
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, bench.Bob.Calls[0].End));
    }

    [Fact]
    public void Over_a_connection_the_BYE_takes_the_flow_that_is_kept_beside_a_contact_no_one_can_reach()
    {
        using var bench = new CallBench();
        bench.Alice.Protocol = SipProtocol.Tcp;
        bench.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        bench.Alice.Contact = "sip:alice@192.168.1.2:40000;transport=tcp";
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Dialog.Terminate("x");
        bench.Run(1);
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
