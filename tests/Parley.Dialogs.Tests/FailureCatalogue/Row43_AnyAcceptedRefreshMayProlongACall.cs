using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>A route that does session timers (RFC 4028) sets the lifetime at each accepted refresh; that ping has a timeout of its own is PingTests.Row_43.</summary>
public class Row43_AnyAcceptedRefreshMayProlongACall
{
    [Theory]
    [InlineData("INVITE", true)]
    [InlineData("INVITE", false)]
    [InlineData("UPDATE", true)]
    [InlineData("UPDATE", false)]
    public void The_call_lives_as_long_as_its_session_is_refreshed_and_ends_after_the_last_one(string method, bool byCaller)
    {
        CallBench? self = null;
        using var bench = new CallBench(
            static options => options.DefaultTimeout = TimeSpan.FromSeconds(90),
            DialogFlags.ByeOnTimeout,
            async context =>
            {
                if (context.IsInDialog)
                {
                    context.OnReply(static reply =>
                    {
                        if (
                            reply.StatusCode is >= 200 and < 300
                            && reply.Context.Method is Sip.SipMethod.Invite or Sip.SipMethod.Update
                            && reply.Context.Dialog is { } dialog
                        )
                            dialog.Timeout = TimeSpan.FromSeconds(90);
                    });
                }

                await self!.Route(context);
            }
        );
        self = bench;
        ScriptedCall call = bench.Call();
        bench.Run(1);
        ScriptedCall refresher = byCaller ? call : bench.Bob.Calls[0];
        for (int i = 0; i < 10; i++)
        {
            bench.Run(60);
            refresher.SendRequest(method);
        }

        bench.Run(80);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Alice.OnRequest = bench.Bob.OnRequest = request =>
        {
            if (request.Method == method)
                request.Respond(488);
        };
        refresher.SendRequest(method); // refused: prolongs nothing
        bench.Run(12);
        Assert.Equal("Lifetime Timeout", bench.Dialog.TerminationReason);
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, bench.Bob.Calls[0].End));
    }
}
