using System.Text;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Xunit;

namespace Parley.Testing.Tests.Replay;

public class CallReplayTests
{
    [Fact]
    public void A_whole_call_is_the_same_again_though_branches_tags_and_ids_are_others()
    {
        CallFile file = Answered();
        Assert.Contains(file.Messages, static m => m.Label == "BYE");
        ReplayResult result = new CallReplay(file).Run(static site => RecordedProxy.Build(site));
        Assert.True(result.Outcome == ReplayOutcome.Same, string.Join('\n', result.Differences));
        Assert.Equal(file.Messages.Count(static m => !m.IsInbound), result.Compared);
        // The replay made its own.
        Assert.NotEqual(BranchOf(file.Messages), BranchOf(result.Entries.OfType<CallFileMessage>()));
    }

    [Fact]
    public void It_stays_the_same_through_the_file()
    {
        CallFile file = CallFile.Parse(Answered().ToBytes());
        Assert.Equal(ReplayOutcome.Same, new CallReplay(file).Run(static site => RecordedProxy.Build(site)).Outcome);
    }

    [Fact]
    public void Two_replays_are_byte_for_byte_the_same()
    {
        CallFile file = Answered();
        IEnumerable<CallFileEntry> first = new CallReplay(file).Run(static site => RecordedProxy.Build(site)).Entries;
        Assert.Equal(first, new CallReplay(file).Run(static site => RecordedProxy.Build(site)).Entries);
    }

    [Fact]
    public void A_silent_callee_is_the_same_again_with_all_retransmissions()
    {
        using var proxy = new RecordedProxy();
        proxy.SilenceBob();
        proxy.Alice.Invite("sip:bob@10.0.0.1");
        proxy.Run(70);
        CallFile file = proxy.File();
        Assert.Contains(file.Messages, static m => !m.IsInbound && m.Label.StartsWith("408", StringComparison.Ordinal));
        ReplayResult result = new CallReplay(file).Run(static site => RecordedProxy.Build(site));
        Assert.True(result.Outcome == ReplayOutcome.Same, string.Join('\n', result.Differences));
    }

    [Fact]
    public void A_refused_call_is_the_same_again()
    {
        ReplayResult result = new CallReplay(Refused(out CallFile file)).Run(static site => RecordedProxy.Build(site));
        Assert.Contains(file.Messages, static m => m.Label.StartsWith("486", StringComparison.Ordinal));
        Assert.True(result.Outcome == ReplayOutcome.Same, string.Join('\n', result.Differences));
    }

    [Fact]
    public void Another_route_differs_at_the_first_message_that_leaves_otherwise()
    {
        CallFile file = Answered();
        ReplayResult result = new CallReplay(file).Run(static site =>
            RecordedProxy.Build(
                site,
                static context =>
                {
                    context.Reply(404);
                    return ValueTask.CompletedTask;
                }
            )
        );
        Assert.Equal(ReplayOutcome.Differs, result.Outcome);
        CallFileMessage first = file.Messages.ElementAt(result.FirstDifference - 1);
        Assert.False(first.IsInbound);
        Assert.Equal(file.Messages.First(static m => !m.IsInbound), first);
        Assert.Contains("404", result.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_new_or_missing_or_changed_is_named()
    {
        CallFile file = Answered();
        ReplayResult added = With(file, "1");
        Assert.Contains("X-Test", added.Line, StringComparison.Ordinal);
        Assert.Equal("INVITE", file.Messages.ElementAt(added.FirstDifference - 1).Label);
        using var other = new RecordedProxy(static context => Route(context, "1"));
        Call(other);
        ReplayResult missing = new CallReplay(other.File()).Run(static site => RecordedProxy.Build(site));
        Assert.Contains("header X-Test: recorded \"1\", now missing", missing.Line, StringComparison.Ordinal);
        ReplayResult changed = With(other.File(), "2");
        Assert.Contains("header X-Test: recorded \"1\", now \"2\"", changed.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_place_differs()
    {
        ReplayResult result = new CallReplay(Answered()).Run(static site =>
            RecordedProxy.Build(
                site,
                static async context =>
                {
                    if (context.IsInDialog)
                    {
                        await context.RelayInDialogAsync();
                        return;
                    }

                    context.CreateDialog();
                    context.RecordRoute();
                    context.AddTarget(SipUri.Parse("sip:bob@10.0.2.99"));
                    await context.RelayAsync();
                }
            )
        );
        Assert.Equal(ReplayOutcome.Differs, result.Outcome);
        Assert.Contains("now INVITE to 10.0.2.99:5060", result.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_by_TCP_is_the_same_again()
    {
        using var proxy = new RecordedProxy();
        proxy.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        Call(proxy);
        CallFile file = proxy.File();
        Assert.Contains(file.Messages, static m => m.Transport == "tcp");
        ReplayResult result = new CallReplay(file).Run(static site => RecordedProxy.Build(site));
        Assert.True(result.Outcome == ReplayOutcome.Same, string.Join('\n', result.Differences));
    }

    [Fact]
    public void Steps_are_compared_when_the_site_gives_them()
    {
        CallFile file = Answered();
        file = file with { Entries = [.. file.Entries, Step("state", "early after 0.123 s"), Step("end", "the caller ended it")] };
        ReplayResult same = Steps([Step("state", "early after 0.2 s"), Step("end", "the caller ended it")]);
        Assert.Equal(ReplayOutcome.Same, same.Outcome);
        ReplayResult other = Steps([Step("state", "early after 0.2 s"), Step("end", "the callee ended it")]);
        Assert.Equal(ReplayOutcome.Differs, other.Outcome);
        Assert.Contains("the callee ended it", other.Line, StringComparison.Ordinal);

        CallFileStep Step(string kind, string text) => new(file.Entries[^1].At, kind, text);
        ReplayResult Steps(IReadOnlyList<CallFileStep> steps) =>
            new CallReplay(file).Run(site =>
            {
                site.Steps = () => steps;
                return RecordedProxy.Build(site);
            });
    }

    [Fact]
    public void What_has_no_beginning_or_is_not_whole_cannot_be_replayed()
    {
        CallFile file = Answered();
        AssertCannot(file with { IsTruncated = true }, "not complete");
        AssertCannot(file with { Entries = [] }, "no messages");
        CallFileEntry[] bye = [.. file.Entries.SkipWhile(static e => e is CallFileMessage m && m.Label != "BYE")];
        AssertCannot(file with { Entries = bye }, "within the call, with BYE");
        AssertCannot(file with { Entries = [.. file.Entries.Skip(1)] }, "begins with a");
        CallFileMessage cut = file.Messages.First() with { IsTruncated = true };
        AssertCannot(file with { Entries = [cut, .. file.Entries.Skip(1)] }, "message 1 was not recorded whole");
        CallFileMessage tls = file.Messages.First() with { Transport = "tls" };
        AssertCannot(file with { Entries = [tls, .. file.Entries.Skip(1)] }, "tls");

        static void AssertCannot(CallFile file, string part)
        {
            ReplayResult result = new CallReplay(file).Run(static site => RecordedProxy.Build(site));
            Assert.Equal(ReplayOutcome.Cannot, result.Outcome);
            Assert.Contains(part, result.Line, StringComparison.Ordinal);
        }
    }

    private static CallFile Answered()
    {
        using var proxy = new RecordedProxy();
        Call(proxy);
        return proxy.File();
    }

    private static void Call(RecordedProxy proxy)
    {
        ScriptedCall call = proxy.Alice.Invite("sip:bob@10.0.0.1");
        proxy.Run(5);
        call.Bye();
        proxy.Run(40);
    }

    private static CallFile Refused(out CallFile file)
    {
        using var proxy = new RecordedProxy();
        proxy.Bob.OnInvite = static call => call.Reject(486);
        proxy.Alice.Invite("sip:bob@10.0.0.1");
        proxy.Run(40);
        return file = proxy.File();
    }

    private static ReplayResult With(CallFile file, string header) =>
        new CallReplay(file).Run(site => RecordedProxy.Build(site, context => Route(context, header)));

    private static ValueTask Route(SipContext context, string header)
    {
        if (!context.IsInDialog)
            context.AddHeader("X-Test", header);
        return RecordedProxy.ToBobAsync(context);
    }

    private static string BranchOf(IEnumerable<CallFileMessage> messages)
    {
        SipMessage invite = messages.First(static m => !m.IsInbound && m.Label == "INVITE").Read()!;
        return invite.TryGetTopVia(out ViaView via) ? Encoding.ASCII.GetString(via.Branch) : "";
    }
}
