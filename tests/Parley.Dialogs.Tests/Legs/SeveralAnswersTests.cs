using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs.Tests.FailureCatalogue;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Legs;

/// <summary>A forked INVITE that several callees answer (RFC 3261 13.2.2.4, 16.7 step 5): each leg ends on its own, the call with the last.</summary>
public class SeveralAnswersTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_caller_may_keep_either_answer_and_end_the_other(bool keepsFirst)
    {
        using CallFixture fixture = Fork(out ScriptedCall call, static options => options.ProfilesWithoutValue.Add("calls"));
        string first = fixture.Dialog.ToTag;
        fixture.Dialog.Profiles.Set("calls");
        End(call, keepsFirst ? 1 : 0);
        fixture.Run(2);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Equal(keepsFirst, fixture.Dialog.ToTag == first);
        Assert.Equal(call.Dialogs[keepsFirst ? 0 : 1].RemoteTag, fixture.Dialog.ToTag);
        Assert.Equal([false, true], fixture.Dialog.Legs.Skip(1).Select(static leg => leg.IsOver));
        Assert.Equal(1, fixture.Dialogs.FindProfile("calls")!.Size());
        Assert.DoesNotContain("Terminated", fixture.Story, StringComparison.Ordinal);
        End(call, keepsFirst ? 0 : 1);
        fixture.Run(2);
        Assert.Equal((DialogState.Deleted, "Downstream BYE"), (fixture.Dialog.State, fixture.Dialog.TerminationReason));
        Assert.Equal(1, fixture.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
        Assert.Equal(0, fixture.Dialogs.FindProfile("calls")!.Size());
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }

    [Fact]
    public void A_BYE_that_is_repeated_or_crossed_ends_its_leg_once()
    {
        using CallFixture fixture = Fork(out ScriptedCall call);
        End(call, 0);
        Callee(fixture, call, 0).Bye();
        fixture.Run(2);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Callee(fixture, call, 1).SendRequest("INFO");
        fixture.Run(2);
        Assert.Equal(2, fixture.Recorder.Count("INFO"));
        Callee(fixture, call, 1).Bye();
        fixture.Run(2);
        Assert.Equal("Upstream BYE", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void Both_legs_may_end_at_one_time_and_the_call_ends_once()
    {
        using CallFixture fixture = Fork(out ScriptedCall call);
        Callee(fixture, call, 0).Bye();
        Callee(fixture, call, 1).Bye();
        fixture.Run(2);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal(1, fixture.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_end_by_the_proxy_sends_a_BYE_to_every_leg_and_to_the_caller_for_each()
    {
        using CallFixture fixture = Fork(out ScriptedCall call);
        Assert.True(fixture.Dialog.Terminate("enough"));
        fixture.Run(2);
        Assert.Equal(1, fixture.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(1, fixture.Recorder.Count("BYE", to: "10.0.2.2"));
        RecordedMessage[] toCaller = [.. fixture.Recorder.Find("BYE", to: "10.0.1.1")];
        Assert.Equal(
            call.Dialogs.Select(static dialog => dialog.RemoteTag).Order(),
            toCaller.Select(static bye => bye.Header("From")!.Split("tag=")[1]).Order()
        );
        Assert.Equal(2, toCaller.DistinctBy(static bye => bye.CSeq).Count());
        Assert.Equal(4, fixture.Recorder.Find("200 BYE", to: "10.0.0.1").Count());
        Assert.Equal((DialogState.Deleted, "enough"), (fixture.Dialog.State, fixture.Dialog.TerminationReason));
    }

    [Fact]
    public void A_leg_that_answers_while_the_proxy_ends_the_call_gets_its_BYE_too()
    {
        using CallFixture fixture = Fork(out ScriptedCall call, secondAfter: 1.5, until: 1.2);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Dialog.Terminate("enough");
        fixture.Run(3);
        Assert.Equal(2, call.Answers);
        // Alice hangs up as well; the proxy's own has no Via but its own.
        Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.2.2"), static bye => bye.Text.Split("\r\nVia:").Length == 2);
        Assert.True(Callee(fixture, call, 1).IsOver);
    }

    [Fact]
    public void A_leg_that_is_left_and_was_never_acknowledged_ends_the_call_in_its_time()
    {
        using CallFixture fixture = Fork(
            out ScriptedCall call,
            static options => options.NoAckTimeout = TimeSpan.FromSeconds(20),
            drop: static packet => IsAnswerOf(packet, "10.0.2.2")
        );
        Assert.Equal((1, call.Dialogs.Single(static dialog => dialog.IsConfirmed).RemoteTag), (call.Answers, fixture.Dialog.ToTag));
        call.Bye();
        fixture.Run(2);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Equal("carol", fixture.Dialog.Callee!.Contact.Split(':', '@')[1]);
        fixture.Run(15);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(5);
        Assert.Equal((DialogState.Deleted, "No ACK"), (fixture.Dialog.State, fixture.Dialog.TerminationReason));
    }

    [Fact]
    public void The_first_leg_that_the_caller_acknowledges_counts_when_the_first_answer_is_lost()
    {
        using CallFixture fixture = Fork(
            out ScriptedCall call,
            static options => options.NoAckTimeout = TimeSpan.FromSeconds(40),
            drop: static packet => IsAnswerOf(packet, "10.0.2.1")
        );
        Assert.Equal(1, call.Answers);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Equal(call.Dialogs.Single(static dialog => dialog.IsConfirmed).RemoteTag, fixture.Dialog.ToTag);
        fixture.Run(80); // the one that is never acknowledged gives up by itself, and the no-ACK timeout is the other's no more
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Callee(fixture, call, 1).Bye();
        fixture.Run(2);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
    }

    [Fact]
    public void The_call_record_names_the_leg_that_the_call_ended_with()
    {
        var records = new List<CallRecord>();
        using CallFixture fixture = Fork(out ScriptedCall call, store: static builder => builder.AddCallRecords());
        fixture.Proxy.Services.GetRequiredService<CallRecords>().Ended += (_, e) => records.Add(e.Record);
        End(call, 0);
        fixture.Run(2);
        Assert.Empty(records);
        End(call, 1);
        fixture.Run(2);
        CallRecord record = Assert.Single(records);
        Assert.Equal((call.Dialogs[1].RemoteTag, "udp:10.0.2.2:5060"), (record.ToTag, record.Target));
        Assert.Contains("10.0.2.2", record.TargetUri, StringComparison.Ordinal);
        Assert.Equal((CallDisposition.Answered, CallEndedBy.Caller), (record.Disposition, record.EndedBy));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restart_knows_every_leg_and_which_is_over(bool afterEnd)
    {
        var store = new MemoryDialogStore();
        using CallFixture fixture = Fork(out ScriptedCall call, store: static builder => builder.AddCallRecords());
        if (afterEnd)
            End(call, 0);
        fixture.Run(2);
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        var records = new List<CallRecord>();
        using Node next = Node.Restart(fixture, adapt: static builder => builder.AddCallRecords());
        next.Proxy.Services.GetRequiredService<CallRecords>().Ended += (_, e) => records.Add(e.Record);
        using DialogPersistence again = next.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        if (!afterEnd)
            End(call, 0);
        fixture.Run(2);
        Assert.Equal((DialogState.Confirmed, call.Dialogs[1].RemoteTag), (next.All[0].State, next.All[0].ToTag));
        next.All[0].Terminate();
        fixture.Run(2);
        Assert.True(Callee(fixture, call, 1).IsOver);
        Assert.Equal(1, fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.2"));
        Assert.Equal("udp:10.0.2.2:5060", Assert.Single(records).Target);
    }

    [Fact]
    public async Task The_second_answer_waits_for_its_row_too_and_is_in_it()
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture();
        using var kept = new DialogPersistence(
            fixture.Dialogs,
            store,
            fixture.Proxy.Transport.Listeners,
            new DialogStoreOptions(),
            fixture.Clock
        );
        fixture.Alice.KeepsEveryAnswer = true;
        fixture.Bob.OnInvite = static c => c.Answer();
        fixture.Carol.OnInvite = static c =>
        {
            c.IgnoresCancel = true;
            c.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Call("bob-carol");
        fixture.Run(0.3);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        fixture.Run(1);
        Assert.Single(fixture.Recorder.Find("200 INVITE", to: "10.0.1.1").DistinctBy(static m => m.Header("To")));
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        string details = Assert.Single(store.Rows).GetText(DialogColumn.Details)!;
        Assert.All(fixture.Dialog.Legs.Skip(1), leg => Assert.Contains(leg.Tag, details, StringComparison.Ordinal));
        fixture.Run(0.3);
        Assert.Equal(2, fixture.Recorder.Find("200 INVITE", to: "10.0.1.1").DistinctBy(static m => m.Header("To")).Count());
    }

    [Fact]
    public void Pings_follow_the_callee_and_a_leg_that_is_gone_ends_alone()
    {
        using CallFixture fixture = Fork(
            out ScriptedCall call,
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(10),
            flags: DialogFlags.OptionsPingCallee
        );
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Respond(481);
        };
        fixture.Run(15);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Equal(call.Dialogs[1].RemoteTag, fixture.Dialog.ToTag);
        Assert.Equal(1, fixture.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(0, fixture.Recorder.Count("BYE", to: "10.0.2.2"));
        fixture.Run(30);
        Assert.NotEmpty(fixture.Recorder.Find("OPTIONS", to: "10.0.2.2"));
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    /// <summary>Bob answers first, carol later; alice keeps both.</summary>
    private static CallFixture Fork(
        out ScriptedCall call,
        Action<DialogOptions>? configure = null,
        double secondAfter = 0.5,
        double until = 3,
        Func<SimulatedPacket, bool>? drop = null,
        DialogFlags flags = DialogFlags.None,
        Action<Hosting.ParleyApplicationBuilder>? store = null
    )
    {
        var fixture = new CallFixture(configure, flags, store: store);
        if (drop is not null)
            fixture.Network.Interceptor = packet => drop(packet) ? PacketFate.Drop : PacketFate.Pass;
        fixture.Alice.KeepsEveryAnswer = true;
        fixture.Bob.OnInvite = static c => c.Answer();
        fixture.Carol.OnInvite = c =>
        {
            c.IgnoresCancel = true;
            c.AnswerAfter(TimeSpan.FromSeconds(secondAfter));
        };
        call = fixture.Call("bob-carol");
        fixture.Run(until);
        return fixture;
    }

    private static void End(ScriptedCall call, int answer) => call.SendRequest("BYE", dialog: call.Dialogs[answer]);

    private static ScriptedCall Callee(CallFixture fixture, ScriptedCall call, int answer) =>
        (answer == 0 ? fixture.Bob : fixture.Carol).Calls[0];

    /// <summary>The 2xx of the callee at this address on its way to the caller.</summary>
    private static bool IsAnswerOf(SimulatedPacket packet, string address)
    {
        string text = System.Text.Encoding.ASCII.GetString(packet.Bytes);
        return packet.To?.Name == "10.0.1.1"
            && text.StartsWith("SIP/2.0 200", StringComparison.Ordinal)
            && text.Contains($"@{address}", StringComparison.Ordinal)
            && text.Contains(" INVITE\r\n", StringComparison.Ordinal);
    }
}
