using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests;

public sealed class DirectionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_direction_of_a_request_is_known_with_and_without_ftag(bool hasFromTag)
    {
        var seen = new List<string>();
        CallFixture? fixture = null;
        using (
            fixture = new CallFixture(
                // Without ftag the did is not used either: only Call-ID and tags are left.
                options => options.MatchMode = hasFromTag ? DialogMatchMode.DidFallback : DialogMatchMode.DidNone,
                route: async context =>
                {
                    DialogDirection before = context.Direction;
                    if (context.IsInDialog)
                    {
                        ValueTask<bool> relayed = context.RelayInDialogAsync();
                        seen.Add($"{context.Method} {context.Direction}");
                        await relayed;
                        return;
                    }

                    context.CreateDialog();
                    seen.Add($"{before} {context.Method} {context.Direction}");
                    context.RecordRoute();
                    await fixture!.Forward(context);
                },
                store: builder => builder.Proxy.RecordRouteFromTag = hasFromTag
            )
        )
        {
            ScriptedCall call = fixture.Call();
            fixture.Run(2);
            call.SendRequest("INFO");
            fixture.Run(1);
            fixture.Bob.Calls[0].SendRequest("INFO");
            fixture.Run(1);
            fixture.Bob.Calls[0].Bye();
            fixture.Run(1);
        }

        Assert.Equal(["None Invite Downstream", "Ack Downstream", "Info Downstream", "Info Upstream", "Bye Upstream"], seen);
        Assert.Equal(
            hasFromTag,
            fixture.Recorder.Find("INVITE", from: "10.0.0.1").First().Text.Contains("ftag=", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Without_a_dialog_the_ftag_says_the_direction_and_without_that_nobody_does()
    {
        var seen = new List<DialogDirection>();
        using var fixture = new CallFixture(route: async context =>
        {
            if (context.IsInDialog)
                context.LooseRoute();
            seen.Add(context.Direction);
            context.Reply(200);
            await ValueTask.CompletedTask;
        });
        void Send(string from, string? route) =>
            fixture.Alice.SendRequest(
                "INFO",
                "sip:bob@10.0.0.1",
                message =>
                {
                    message.Set("From", $"<sip:alice@10.0.1.1>;tag={from}");
                    message.Set("To", "<sip:bob@10.0.0.1>;tag=callee");
                    if (route is not null)
                        message.Set("Route", route);
                }
            );
        Send("caller", "<sip:10.0.0.1;lr;ftag=caller>");
        Send("callee", "<sip:10.0.0.1;lr;ftag=caller>");
        Send("caller", null);
        fixture.Run(1);

        Assert.Equal([DialogDirection.Downstream, DialogDirection.Upstream, DialogDirection.None], seen);
    }
}
