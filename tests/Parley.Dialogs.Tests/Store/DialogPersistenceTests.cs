using Microsoft.Extensions.DependencyInjection;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests;

public class DialogPersistenceTests
{
    private static readonly DialogColumn[] Columns = Enum.GetValues<DialogColumn>();

    [Fact]
    public async Task Rows_40_and_57_a_call_comes_back_whole_after_a_restart_twice_in_a_row()
    {
        var store = new MemoryDialogStore();
        DialogId id;
        using (CallFixture first = Fixture())
        {
            using var persistence = Keep(first, store);
            int saved = 0;
            first.OnCallback = (dialog, type, _) =>
            {
                if (type != DialogCallbackTypes.Confirmed)
                    return;
                dialog.Values.Set("cre#ated", "to|day");
                dialog.Profiles.Set("caller", "alice");
                dialog.UserFlags.TestAndSet(31);
                dialog.Timeout = TimeSpan.FromHours(1);
                dialog.On(DialogCallbackTypes.Saved, (_, _, _) => saved++);
                dialog.On(DialogCallbackTypes.WriteValues, (live, _, _) => live.Values.Set("written", 1));
            };
            first.Call();
            first.Run(10);
            Assert.True(await persistence.FlushAsync());
            Assert.Equal(1, saved);
            id = first.Dialog.Id;
            while (await persistence.FlushAsync()) // the handler's own value is a change again
            { }
        }

        DialogRecord row = Assert.Single(store.Rows);
        for (int restart = 0; restart < 2; restart++)
        {
            using CallFixture next = Fixture();
            using var persistence = Keep(next, store);
            var loaded = new List<Dialog>();
            next.Dialogs.Register(
                null,
                DialogCallbackTypes.Loaded,
                (dialog, _, parameters) =>
                {
                    Assert.Null(parameters.Message);
                    loaded.Add(dialog);
                }
            );
            Assert.Equal((1, 0), await persistence.LoadAsync());
            Assert.Equal((0, 1), await persistence.LoadAsync());
            Dialog dialog = Assert.Single(loaded);
            Assert.Same(dialog, next.Dialogs.Find(id));
            Assert.Equal(DialogState.Confirmed, dialog.State);
            Assert.Equal("to|day", dialog.Values["cre#ated"]);
            Assert.Equal(1, next.Dialogs.FindProfile("caller")!.Size("alice"));
            Assert.True(dialog.UserFlags.IsSet(31));
            Assert.InRange(dialog.RemainingLifetime, TimeSpan.FromMinutes(58), TimeSpan.FromMinutes(61));
            Same(row, DialogRecords.Of(dialog, dialog.Module.Profiles));
            await persistence.SaveAllAsync();
            Same(row, Assert.Single(store.Rows));
        }
    }

    [Fact]
    public async Task A_row_leaves_the_store_with_its_call()
    {
        var store = new MemoryDialogStore();
        using CallFixture fixture = Fixture();
        using var persistence = Keep(fixture, store);
        ScriptedCall call = fixture.Call();
        fixture.Run(10);
        while (await persistence.FlushAsync()) { }

        Assert.Single(store.Rows);
        call.Bye();
        fixture.Run(10);
        while (await persistence.FlushAsync()) { }

        Assert.Empty(store.Rows);
        Assert.True(fixture.Dialogs.Feed.IsDurable(fixture.Dialogs.Feed.LastSequence));
    }

    [Fact]
    public async Task Rows_that_cannot_be_dialogs_here_are_passed_over()
    {
        var store = new MemoryDialogStore();
        DialogId right = new(CoreHash.Compute("a@b"u8) & 4095, 1);
        await store.WriteAsync(
            new DialogStoreBatch
            {
                Saves =
                [
                    new DialogRecord(right, new DialogRecordTexts { CallId = "a@b"u8 }) { State = DialogState.Deleted },
                    new DialogRecord(new DialogId(right.Entry, 2), new DialogRecordTexts { CallId = "a@b"u8 })
                    {
                        State = DialogState.Early,
                    },
                    new DialogRecord(new DialogId(right.Entry ^ 1, 3), new DialogRecordTexts { CallId = "a@b"u8 })
                    {
                        State = DialogState.Confirmed,
                    },
                    new DialogRecord(new DialogId(right.Entry, 4), default) { State = DialogState.Confirmed },
                    new DialogRecord(
                        new DialogId(right.Entry, 5),
                        new DialogRecordTexts { CallId = "a@b"u8, CallerSocket = "udp:10.9.9.9:5060"u8 }
                    )
                    {
                        State = DialogState.Confirmed,
                    },
                ],
            },
            default
        );
        using CallFixture fixture = Fixture();
        using var persistence = Keep(fixture, store);
        Assert.Equal((0, 5), await persistence.LoadAsync());
        Assert.Empty(fixture.Dialogs.Dialogs());
    }

    [Fact]
    public async Task Row_3_two_dialogs_of_one_Call_ID_both_come_back()
    {
        var store = new MemoryDialogStore();
        uint entry = CoreHash.Compute("spiral@x"u8) & 4095;
        await store.WriteAsync(new DialogStoreBatch { Saves = [Spiral(entry, 0), Spiral(entry, uint.MaxValue)] }, default);
        using CallFixture fixture = Fixture();
        using var persistence = Keep(fixture, store);
        Assert.Equal((2, 0), await persistence.LoadAsync());
        Assert.Equal(2, fixture.Dialogs.Dialogs().Count());
        Assert.NotNull(fixture.Dialogs.Find(new DialogId(entry, 0)));

        static DialogRecord Spiral(uint entry, uint number) =>
            new(
                new DialogId(entry, number),
                new DialogRecordTexts
                {
                    CallId = "spiral@x"u8,
                    FromTag = "f"u8,
                    ToTag = "t"u8,
                }
            )
            {
                State = DialogState.Confirmed,
            };
    }

    [Fact]
    public async Task A_call_whose_lifetime_ended_while_nobody_watched_expires_after_the_load()
    {
        var store = new MemoryDialogStore();
        using CallFixture fixture = Fixture();
        long now = fixture.Clock.GetUtcNow().ToUnixTimeSeconds();
        var id = new DialogId(CoreHash.Compute("old@x"u8) & 4095, 1);
        await store.WriteAsync(
            new DialogStoreBatch
            {
                Saves =
                [
                    new DialogRecord(id, new DialogRecordTexts { CallId = "old@x"u8 })
                    {
                        State = DialogState.Confirmed,
                        StartTime = now - 7200,
                        Timeout = now - 60,
                    },
                ],
            },
            default
        );
        using var persistence = Keep(fixture, store);
        var ran = new List<DialogCallbackTypes>();
        fixture.Dialogs.Register(
            null,
            DialogCallbackTypes.Loaded,
            (dialog, _, _) => dialog.On(DialogCallbackTypes.Expired, (_, type, _) => ran.Add(type))
        );
        await persistence.LoadAsync();
        fixture.Run(5);
        Assert.Equal([DialogCallbackTypes.Expired], ran);
    }

    private static DialogPersistence Keep(CallFixture fixture, IDialogStore store) =>
        new(fixture.Dialogs, store, fixture.Proxy.Services.GetRequiredService<ISipTransport>().Listeners);

    private static CallFixture Fixture() => new(options => options.ProfilesWithValue.Add("caller"), DialogFlags.ByeOnTimeout);

    private static void Same(DialogRecord expected, DialogRecord actual)
    {
        foreach (DialogColumn column in Columns)
        {
            Assert.Equal((column, expected.GetText(column)), (column, actual.GetText(column)));
        }

        Assert.Equal(
            (expected.Id, expected.State, expected.CallerCSeq, expected.CalleeCSeq, expected.CallerPingCSeq, expected.CalleePingCSeq),
            (actual.Id, actual.State, actual.CallerCSeq, actual.CalleeCSeq, actual.CallerPingCSeq, actual.CalleePingCSeq)
        );
        Assert.Equal((expected.StartTime, expected.UserFlags, expected.Flags), (actual.StartTime, actual.UserFlags, actual.Flags));
    }
}
