using System.Runtime.CompilerServices;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Dialogs.Tests.FailureCatalogue;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.CallRecordTests;

/// <summary>One record a call in the store and in the file, whatever fails on the way.</summary>
public sealed class OnceTests
{
    [Fact]
    public async Task The_record_goes_in_the_step_that_removes_the_dialog()
    {
        var store = new UnsureStore();
        using var fixture = new CallRecordFixture();
        using DialogPersistence persistence = Keep(fixture, store);
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(5);
        await Flush(persistence);
        Assert.Single(store.Inner.Rows);
        Assert.Empty(store.Inner.CallRecords);
        call.Bye();
        fixture.Calls.Run(1);
        await Flush(persistence);
        DialogStoreBatch last = store.Batches[^1];
        Assert.Equal([fixture.Calls.Dialog.Id], last.Deletes);
        Assert.Equal(fixture.Ended, last.CallRecords);
        Assert.Empty(store.Inner.Rows);
        fixture.Calls.Run(100);
        await Flush(persistence);
        Assert.Same(last, store.Batches[^1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_that_fails_comes_again_with_the_record_whether_it_was_done_or_not(bool wasDone)
    {
        var store = new UnsureStore();
        using var fixture = new CallRecordFixture();
        using DialogPersistence persistence = Keep(fixture, store);
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(5);
        await Flush(persistence);
        call.Bye();
        fixture.Calls.Run(1);
        store.Next.Enqueue(wasDone ? Fate.FailAfter : Fate.FailBefore);
        await Assert.ThrowsAsync<IOException>(() => Flush(persistence));
        Assert.Equal(wasDone ? 1 : 0, store.Inner.CallRecords.Count);
        Assert.Equal(wasDone ? 0 : 1, store.Inner.Rows.Count); // never one without the other
        await Flush(persistence);
        Assert.Equal(fixture.Ended, store.Inner.CallRecords);
        Assert.Empty(store.Inner.Rows);
    }

    [Fact]
    public async Task A_call_that_was_never_answered_has_a_record_and_no_row()
    {
        var store = new UnsureStore();
        using var fixture = new CallRecordFixture();
        using DialogPersistence persistence = Keep(fixture, store);
        fixture.Calls.Bob.OnInvite = static call => call.Reject();
        fixture.Calls.Call();
        fixture.Calls.Run(1);
        await Flush(persistence);
        Assert.Equal(fixture.Ended, store.Inner.CallRecords);
        Assert.All(store.Batches, static batch => Assert.Empty(batch.Saves.Concat(batch.Updates)));
    }

    [Fact]
    public async Task Calls_that_come_while_nothing_is_written_lose_none_of_their_records()
    {
        var store = new UnsureStore();
        using var fixture = new CallRecordFixture(static options => options.IntermediateInterval = TimeSpan.FromSeconds(10));
        using DialogPersistence persistence = Keep(fixture, store);
        for (int i = 0; i < 3; i++)
        {
            ScriptedCall call = fixture.Calls.Call();
            fixture.Calls.Run(25);
            call.Bye();
            fixture.Calls.Run(1);
        }

        await Flush(persistence);
        Assert.Equal(fixture.Ended, store.Inner.CallRecords);
        Assert.Equal(6, fixture.Continued.Count);
        Assert.Equal(fixture.Continued, store.Inner.IntermediateRecords);
    }

    [Fact]
    public async Task Where_dialogs_are_written_at_the_stop_alone_records_are_written_as_they_come()
    {
        var store = new UnsureStore();
        using var fixture = new CallRecordFixture();
        using DialogPersistence persistence = Keep(fixture, store, new DialogStoreOptions { Mode = DialogStoreMode.Shutdown });
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(5);
        call.Bye();
        fixture.Calls.Run(1);
        await Flush(persistence);
        Assert.Equal(fixture.Ended, store.Inner.CallRecords);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_a_BYE_ends_the_call_with_its_whole_record_and_the_same_BYE_again_with_none(bool endWasWritten)
    {
        var store = new UnsureStore();
        using var fixture = new CallRecordFixture();
        fixture.Calls.Bob.OnInvite = static call =>
        {
            call.RingAfter(TimeSpan.FromSeconds(1));
            call.AnswerAfter(TimeSpan.FromSeconds(4));
        };
        ScriptedCall call;
        using (DialogPersistence persistence = Keep(fixture, store))
        {
            call = fixture.Calls.Call();
            fixture.Calls.Run(10);
            await Flush(persistence);
        }

        for (int life = 0; life < 2; life++)
        {
            using Node node = Node.Restart(fixture.Calls, adapt: static builder => builder.AddCallRecords());
            using var persistence = new DialogPersistence(
                node.Dialogs,
                store,
                node.Proxy.Services.GetRequiredService<ISipTransport>().Listeners,
                time: fixture.Calls.Clock
            );
            await persistence.LoadAsync();
            // The first BYE ends the call here; the store may not have got that when the process ends. The second is the caller's next try.
            call.SendRequest("BYE");
            fixture.Calls.Run(1);
            if (life > 0 || endWasWritten)
                await Flush(persistence);
        }

        CallRecord record = Assert.Single(store.Inner.CallRecords);
        Assert.Equal(endWasWritten ? "1 1003 4003 10001" : "1 1003 4003 11001", fixture.Times(record));
        Assert.Equal(
            "Answered 200 \"Downstream BYE\" by Caller at udp:10.0.2.1:5060 sip:bob@10.0.2.1:5060",
            CallRecordFixture.Outcome(record)
        );
        Assert.Equal(("udp:10.0.1.1:5060", "sip:bob@10.0.0.1"), (record.Source, record.RequestUri));
        Assert.Empty(store.Inner.Rows);
    }

    /// <summary>Calls that end in every way, a store that fails before or after it has written, a file that fails, flushes and restarts of the exporter in between.</summary>
    [Fact]
    public async Task Whatever_calls_do_and_whatever_fails_each_record_is_in_the_store_and_in_the_file_once() =>
        await Gen.Select(Gen.Int[0, 8], Gen.Int[0, 5]).Array[5, 40].SampleAsync(async steps => await Play(steps), iter: 60, threads: 1);

    private static async Task Play((int Call, int Fault)[] steps)
    {
        using var once = new TestFolder("once");
        string folder = once.Path;
        var store = new UnsureStore();
        using var fixture = new CallRecordFixture(
            static options => options.IntermediateInterval = TimeSpan.FromSeconds(30),
            dialogs: static options => options.EarlyTimeout = TimeSpan.FromSeconds(20)
        );
        using DialogPersistence persistence = Keep(fixture, store);
        CallRecordFile file = Open(folder, store);
        foreach ((int call, int fault) in steps)
        {
            Act(fixture, call);
            fixture.Calls.Run(7);
            switch (fault)
            {
                case 0:
                    store.Next.Enqueue(Fate.FailBefore);
                    break;
                case 1:
                    store.Next.Enqueue(Fate.FailAfter);
                    break;
                case 2:
                    store.RemovesFail = 1;
                    file = Open(folder, store); // and the next process after it
                    break;
                case 3:
                    continue; // nothing is written for a while
            }

            await Quietly(() => Flush(persistence));
            await Quietly(async () => await file.ExportAsync(default));
            if (fault == 2)
                file = Open(folder, store);
        }

        fixture.Calls.Run(300);
        for (int left = store.Next.Count; left > 0; left--)
            await Quietly(() => Flush(persistence));
        store.Next.Clear(); // those that no write came to
        await Flush(persistence);
        while (await Exported(file)) { }

        Assert.Empty(store.Inner.Rows);
        Assert.Equal(Sorted(fixture.Ended), Sorted(store.Inner.CallRecords));
        Assert.Equal(Sorted(fixture.Continued), Sorted(store.Inner.IntermediateRecords));
        string[] lines = File.Exists(Path.Combine(folder, "calls.jsonl"))
            ? await File.ReadAllLinesAsync(Path.Combine(folder, "calls.jsonl"))
            : [];
        Assert.Equal(
            fixture.Ended.Concat(fixture.Continued).Select(CallRecordJson.IdOf).Order(StringComparer.Ordinal),
            lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).Order(StringComparer.Ordinal)
        );
    }

    private static async Task<bool> Exported(CallRecordFile file)
    {
        bool more = true;
        await Quietly(async () => more = await file.ExportAsync(default));
        return more;
    }

    private static void Act(CallRecordFixture fixture, int what)
    {
        CallFixture calls = fixture.Calls;
        calls.Bob.OnInvite = what switch
        {
            0 => static call => call.Reject(),
            1 => static call => call.Ring(),
            _ => static call => call.AnswerAfter(TimeSpan.FromSeconds(1)),
        };
        if (what == 8)
            return;
        ScriptedCall call = calls.Call();
        switch (what)
        {
            case 1:
                call.CancelAfter(TimeSpan.FromSeconds(2)); // once it rings; else the early timeout ends it
                break;
            case 2:
                call.CancelAfter(TimeSpan.FromSeconds(1.0015));
                call.ByeAfter(TimeSpan.FromSeconds(30));
                break;
            case 3:
                call.ByeAfter(TimeSpan.FromSeconds(3));
                break;
            case 4:
                call.ByeAfter(TimeSpan.FromSeconds(100));
                break;
            case 5:
                call.After(TimeSpan.FromSeconds(40), own => calls.Dialogs.TerminateByCallId(own.CallId, "no credit"));
                break;
            default:
                call.After(TimeSpan.FromSeconds(5), _ => calls.Bob.Calls[^1].Bye());
                call.ByeAfter(TimeSpan.FromSeconds(5));
                break;
        }
    }

    private static IEnumerable<CallRecord> Sorted(IEnumerable<CallRecord> records) =>
        records.OrderBy(static r => r.Key, StringComparer.Ordinal).ThenBy(static r => r.Number);

    private static async Task Quietly(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (IOException)
        {
            // As arranged.
        }
    }

    private static CallRecordFile Open(string folder, ICallRecordOutbox outbox) =>
        new(
            outbox,
            new CallRecordFileOptions
            {
                Path = Path.Combine(folder, "calls.jsonl"),
                MaxSize = 0,
                Daily = false,
            },
            TimeProvider.System,
            NullLoggerFactory.Instance
        );

    private static async Task Flush(DialogPersistence persistence)
    {
        while (await persistence.FlushAsync()) { }
    }

    private static DialogPersistence Keep(CallRecordFixture fixture, IDialogStore store, DialogStoreOptions? options = null) =>
        new(
            fixture.Calls.Dialogs,
            store,
            fixture.Calls.Proxy.Services.GetRequiredService<ISipTransport>().Listeners,
            options,
            fixture.Calls.Clock
        );

    private enum Fate
    {
        FailBefore,
        FailAfter,
    }

    /// <summary>A store whose steps fail before or after they are done, as a lost connection at a commit.</summary>
    private sealed class UnsureStore : IDialogStore, ICallRecordOutbox
    {
        public MemoryDialogStore Inner { get; } = new() { IsKept = true };

        public Queue<Fate> Next { get; } = new();

        public List<DialogStoreBatch> Batches { get; } = [];

        public int RemovesFail { get; set; }

        public bool IsKept => true;

        public async IAsyncEnumerable<DialogRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (DialogRecord row in Inner.LoadAsync(cancellation))
                yield return row;
        }

        public async ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
        {
            bool fails = Next.TryDequeue(out Fate fate);
            if (fails && fate == Fate.FailBefore)
                throw new IOException("the database is away");
            await Inner.WriteAsync(batch, cancellation);
            Batches.Add(batch);
            if (fails)
                throw new IOException("the answer to the commit was lost");
        }

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) =>
            Inner.ReplaceAsync(all, cancellation);

        public ValueTask<IReadOnlyList<CallRecordEntry>> ReadAsync(int count, CancellationToken cancellation) =>
            Inner.ReadAsync(count, cancellation);

        public ValueTask RemoveAsync(IReadOnlyList<CallRecordEntry> entries, CancellationToken cancellation) =>
            RemovesFail-- > 0 ? throw new IOException("the database is away") : Inner.RemoveAsync(entries, cancellation);
    }
}
