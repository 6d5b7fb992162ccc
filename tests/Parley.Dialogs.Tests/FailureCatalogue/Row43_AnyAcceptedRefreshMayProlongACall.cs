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
        CallFixture? self = null;
        using var fixture = new CallFixture(
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
        self = fixture;
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        ScriptedCall refresher = byCaller ? call : fixture.Bob.Calls[0];
        for (int i = 0; i < 10; i++)
        {
            fixture.Run(60);
            refresher.SendRequest(method);
        }

        fixture.Run(80);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Alice.OnRequest = fixture.Bob.OnRequest = request =>
        {
            if (request.Method == method)
                request.Respond(488);
        };
        refresher.SendRequest(method); // refused: prolongs nothing
        fixture.Run(12);
        Assert.Equal("Lifetime Timeout", fixture.Dialog.TerminationReason);
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, fixture.Bob.Calls[0].End));
    }
}
