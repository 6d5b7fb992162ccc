using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row07_ALegIsKnownByBranchAndTag
{
    [Theory]
    [InlineData("bob", "bob-1")]
    [InlineData("bob", "bob-2")]
    [InlineData("carol", "carol-1")]
    [InlineData("carol", "carol-2")]
    [InlineData("dave", "dave-2")]
    public void The_leg_that_answered_is_the_one_talked_to_whatever_rang_and_in_what_order(string winner, string tag)
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            if (!context.IsInDialog)
            {
                context.CreateDialog();
                context.RecordRoute();
                // The first branch has nowhere to go: branch numbers are not the order of anything on the wire.
                foreach (string target in new[] { "sip:nobody@nowhere.invalid", self!.Bob.Contact, self.Carol.Contact, self.Dave.Contact })
                    context.AddTarget(SipUri.Parse(target));
            }
            else
            {
                context.LooseRoute();
            }

            await context.RelayAsync();
        });
        self = fixture;
        double wait = 0.7;
        foreach (ScriptedUserAgent agent in new[] { fixture.Bob, fixture.Carol, fixture.Dave })
        {
            double first = wait -= 0.2; // the last of them rings first
            agent.OnInvite = call =>
            {
                foreach (int n in new[] { 2, 1 })
                    call.After(
                        TimeSpan.FromSeconds(first + (n * 0.01)),
                        c =>
                            c.Ring(
                                180,
                                $"{agent.User}-{n}",
                                alter: ring => ring.Set("Contact", $"<sip:{agent.User}-{n}@{agent.Transport.Listeners[0].Local}>")
                            )
                    );
                if (agent.User == winner)
                    call.After(
                        TimeSpan.FromSeconds(2),
                        c => c.Answer(tag, answer => answer.Set("Contact", $"<sip:{tag}@{agent.Transport.Listeners[0].Local}>"))
                    );
            };
        }

        ScriptedCall alice = fixture.Call();
        fixture.Run(1);
        Assert.Equal(6, fixture.Dialog.Legs.Count - 1);
        fixture.Run(2);
        Assert.Equal((tag, tag), (fixture.Dialog.ToTag, fixture.Dialog.Callee!.Tag));
        Assert.StartsWith($"sip:{tag}@", fixture.Dialog.Callee.Contact, StringComparison.Ordinal);
        string? to = null;
        fixture.OnCallback = (_, type, parameters) =>
        {
            if (type == DialogCallbackTypes.RequestWithin)
                to = parameters.DestinationLeg?.Tag;
        };
        alice.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(tag, to);
        fixture.Dialog.SendSequentialAsync("MESSAGE", toCaller: false, "x", "text/plain");
        fixture.Run(1);
        Assert.Equal(
            $"MESSAGE sip:{tag}@{fixture.Dialog.Callee.Flow.Remote} SIP/2.0",
            fixture.Recorder.Find("MESSAGE", from: "10.0.0.1").First().Text.Split("\r\n")[0]
        );
    }
}
