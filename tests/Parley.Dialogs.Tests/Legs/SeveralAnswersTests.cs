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
        using CallBench bench = Fork(out ScriptedCall call, static options => options.ProfilesWithoutValue.Add("calls"));
        string first = bench.Dialog.ToTag;
        bench.Dialog.Profiles.Set("calls");
        End(call, keepsFirst ? 1 : 0);
        bench.Run(2);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.Equal(keepsFirst, bench.Dialog.ToTag == first);
        Assert.Equal(call.Dialogs[keepsFirst ? 0 : 1].RemoteTag, bench.Dialog.ToTag);
        Assert.Equal([false, true], bench.Dialog.Legs.Skip(1).Select(static leg => leg.IsOver));
        Assert.Equal(1, bench.Dialogs.FindProfile("calls")!.Size());
        Assert.DoesNotContain("Terminated", bench.Story, StringComparison.Ordinal);
        End(call, keepsFirst ? 0 : 1);
        bench.Run(2);
        Assert.Equal((DialogState.Deleted, "Downstream BYE"), (bench.Dialog.State, bench.Dialog.TerminationReason));
        Assert.Equal(1, bench.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
        Assert.Equal(0, bench.Dialogs.FindProfile("calls")!.Size());
        bench.Run(60);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
    }

    [Fact]
    public void A_BYE_that_is_repeated_or_crossed_ends_its_leg_once()
    {
        using CallBench bench = Fork(out ScriptedCall call);
        End(call, 0);
        Callee(bench, call, 0).Bye();
        bench.Run(2);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Callee(bench, call, 1).SendRequest("INFO");
        bench.Run(2);
        Assert.Equal(2, bench.Recorder.Count("INFO"));
        Callee(bench, call, 1).Bye();
        bench.Run(2);
        Assert.Equal("Upstream BYE", bench.Dialog.TerminationReason);
    }

    [Fact]
    public void Both_legs_may_end_at_one_time_and_the_call_ends_once()
    {
        using CallBench bench = Fork(out ScriptedCall call);
        Callee(bench, call, 0).Bye();
        Callee(bench, call, 1).Bye();
        bench.Run(2);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal(1, bench.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_end_by_the_proxy_sends_a_BYE_to_every_leg_and_to_the_caller_for_each()
    {
        using CallBench bench = Fork(out ScriptedCall call);
        Assert.True(bench.Dialog.Terminate("enough"));
        bench.Run(2);
        Assert.Equal(1, bench.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(1, bench.Recorder.Count("BYE", to: "10.0.2.2"));
        RecordedMessage[] toCaller = [.. bench.Recorder.Find("BYE", to: "10.0.1.1")];
        Assert.Equal(
            call.Dialogs.Select(static dialog => dialog.RemoteTag).Order(),
            toCaller.Select(static bye => bye.Header("From")!.Split("tag=")[1]).Order()
        );
        Assert.Equal(2, toCaller.DistinctBy(static bye => bye.CSeq).Count());
        Assert.Equal(4, bench.Recorder.Find("200 BYE", to: "10.0.0.1").Count());
        Assert.Equal((DialogState.Deleted, "enough"), (bench.Dialog.State, bench.Dialog.TerminationReason));
    }

    [Fact]
    public void A_leg_that_answers_while_the_proxy_ends_the_call_gets_its_BYE_too()
    {
        using CallBench bench = Fork(out ScriptedCall call, secondAfter: 1.5, until: 1.2);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Dialog.Terminate("enough");
        bench.Run(3);
        Assert.Equal(2, call.Answers);
        // Alice hangs up as well; the proxy's own has no Via but its own.
        Assert.Single(bench.Recorder.Find("BYE", to: "10.0.2.2"), static bye => bye.Text.Split("\r\nVia:").Length == 2);
        Assert.True(Callee(bench, call, 1).IsOver);
    }

    [Fact]
    public void A_leg_that_is_left_and_was_never_acknowledged_ends_the_call_in_its_time()
    {
        using CallBench bench = Fork(
            out ScriptedCall call,
            static options => options.NoAckTimeout = TimeSpan.FromSeconds(20),
            drop: static packet => IsAnswerOf(packet, "10.0.2.2")
        );
        Assert.Equal((1, call.Dialogs.Single(static dialog => dialog.IsConfirmed).RemoteTag), (call.Answers, bench.Dialog.ToTag));
        call.Bye();
        bench.Run(2);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.Equal("carol", bench.Dialog.Callee!.Contact.Split(':', '@')[1]);
        bench.Run(15);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(5);
        Assert.Equal((DialogState.Deleted, "No ACK"), (bench.Dialog.State, bench.Dialog.TerminationReason));
    }

    [Fact]
    public void The_first_leg_that_the_caller_acknowledges_counts_when_the_first_answer_is_lost()
    {
        using CallBench bench = Fork(
            out ScriptedCall call,
            static options => options.NoAckTimeout = TimeSpan.FromSeconds(40),
            drop: static packet => IsAnswerOf(packet, "10.0.2.1")
        );
        Assert.Equal(1, call.Answers);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.Equal(call.Dialogs.Single(static dialog => dialog.IsConfirmed).RemoteTag, bench.Dialog.ToTag);
        bench.Run(80); // the one that is never acknowledged gives up by itself, and the no-ACK timeout is the other's no more
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Callee(bench, call, 1).Bye();
        bench.Run(2);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
    }

    [Fact]
    public void The_call_record_names_the_leg_that_the_call_ended_with()
    {
        var records = new List<CallRecord>();
        using CallBench bench = Fork(out ScriptedCall call, store: static builder => builder.AddCallRecords());
        bench.Proxy.Services.GetRequiredService<CallRecords>().Ended += (_, e) => records.Add(e.Record);
        End(call, 0);
        bench.Run(2);
        Assert.Empty(records);
        End(call, 1);
        bench.Run(2);
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
        using CallBench bench = Fork(out ScriptedCall call, store: static builder => builder.AddCallRecords());
        if (afterEnd)
            End(call, 0);
        bench.Run(2);
        using (var kept = new DialogPersistence(bench.Dialogs, store, bench.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);
        var records = new List<CallRecord>();
        using Node next = Node.Restart(bench, adapt: static builder => builder.AddCallRecords());
        next.Proxy.Services.GetRequiredService<CallRecords>().Ended += (_, e) => records.Add(e.Record);
        using DialogPersistence again = next.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        if (!afterEnd)
            End(call, 0);
        bench.Run(2);
        Assert.Equal((DialogState.Confirmed, call.Dialogs[1].RemoteTag), (next.All[0].State, next.All[0].ToTag));
        next.All[0].Terminate();
        bench.Run(2);
        Assert.True(Callee(bench, call, 1).IsOver);
        Assert.Equal(1, bench.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.2"));
        Assert.Equal("udp:10.0.2.2:5060", Assert.Single(records).Target);
    }

    [Fact]
    public async Task The_second_answer_waits_for_its_row_too_and_is_in_it()
    {
        var store = new MemoryDialogStore();
        using var bench = new CallBench();
        using var kept = new DialogPersistence(
            bench.Dialogs,
            store,
            bench.Proxy.Transport.Listeners,
            new DialogStoreOptions(),
            bench.Clock
        );
        bench.Alice.KeepsEveryAnswer = true;
        bench.Bob.OnInvite = static c => c.Answer();
        bench.Carol.OnInvite = static c =>
        {
            c.IgnoresCancel = true;
            c.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        bench.Call("bob-carol");
        bench.Run(0.3);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        bench.Run(1);
        Assert.Single(bench.Recorder.Find("200 INVITE", to: "10.0.1.1").DistinctBy(static m => m.Header("To")));
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        string details = Assert.Single(store.Rows).GetText(DialogColumn.Details)!;
        Assert.All(bench.Dialog.Legs.Skip(1), leg => Assert.Contains(leg.Tag, details, StringComparison.Ordinal));
        bench.Run(0.3);
        Assert.Equal(2, bench.Recorder.Find("200 INVITE", to: "10.0.1.1").DistinctBy(static m => m.Header("To")).Count());
    }

    [Fact]
    public void Pings_follow_the_callee_and_a_leg_that_is_gone_ends_alone()
    {
        using CallBench bench = Fork(
            out ScriptedCall call,
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(10),
            flags: DialogFlags.OptionsPingCallee
        );
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Respond(481);
        };
        bench.Run(15);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.Equal(call.Dialogs[1].RemoteTag, bench.Dialog.ToTag);
        Assert.Equal(1, bench.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(0, bench.Recorder.Count("BYE", to: "10.0.2.2"));
        bench.Run(30);
        Assert.NotEmpty(bench.Recorder.Find("OPTIONS", to: "10.0.2.2"));
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    /// <summary>Bob answers first, carol later; alice keeps both.</summary>
    private static CallBench Fork(
        out ScriptedCall call,
        Action<DialogOptions>? configure = null,
        double secondAfter = 0.5,
        double until = 3,
        Func<SimulatedPacket, bool>? drop = null,
        DialogFlags flags = DialogFlags.None,
        Action<Hosting.ParleyApplicationBuilder>? store = null
    )
    {
        var bench = new CallBench(configure, flags, store: store);
        if (drop is not null)
            bench.Network.Interceptor = packet => drop(packet) ? PacketFate.Drop : PacketFate.Pass;
        bench.Alice.KeepsEveryAnswer = true;
        bench.Bob.OnInvite = static c => c.Answer();
        bench.Carol.OnInvite = c =>
        {
            c.IgnoresCancel = true;
            c.AnswerAfter(TimeSpan.FromSeconds(secondAfter));
        };
        call = bench.Call("bob-carol");
        bench.Run(until);
        return bench;
    }

    private static void End(ScriptedCall call, int answer) => call.SendRequest("BYE", dialog: call.Dialogs[answer]);

    private static ScriptedCall Callee(CallBench bench, ScriptedCall call, int answer) => (answer == 0 ? bench.Bob : bench.Carol).Calls[0];

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
