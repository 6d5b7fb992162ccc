using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Hosting;
using Xunit;

namespace Parley.Dialogs.Tests;

public class HostedStoreTests
{
    [Theory]
    [InlineData(DialogStoreMode.Realtime, true)]
    [InlineData(DialogStoreMode.Delayed, true)]
    [InlineData(DialogStoreMode.Shutdown, false)]
    [InlineData(DialogStoreMode.None, false)]
    public async Task Calls_are_saved_and_loaded_by_the_application_itself(DialogStoreMode mode, bool savesMeanwhile)
    {
        var store = new MemoryDialogStore();
        DialogId id;
        int saved = 0;
        using (CallFixture first = Fixture(store, mode))
        {
            first.OnCallback = (dialog, type, _) =>
            {
                if (type == DialogCallbackTypes.Confirmed)
                    dialog.On(DialogCallbackTypes.Saved, (_, _, _) => saved++);
            };
            first.Call();
            first.Run(5);
            long last = first.Dialogs.Feed.LastSequence;
            first.Run(61); // Delayed: a period
            if (mode is not (DialogStoreMode.Shutdown or DialogStoreMode.None))
                await first.Dialogs.Feed.WhenDurableAsync(last);
            Assert.Equal(savesMeanwhile, store.Rows.Count == 1);
            id = first.Dialog.Id;
            foreach (IHostedService service in first.Proxy.Services.GetServices<IHostedService>())
                await service.StopAsync(default);
            Assert.Equal(mode != DialogStoreMode.None, saved > 0);
        }

        Assert.Equal(mode == DialogStoreMode.None ? 0 : 1, store.Rows.Count);
        using CallFixture next = Fixture(store, mode);
        var loaded = new List<DialogId>();
        next.Dialogs.Register(null, DialogCallbackTypes.Loaded, (dialog, _, _) => loaded.Add(dialog.Id));
        Assert.Equal(mode == DialogStoreMode.None ? [] : [id], loaded);
        if (mode == DialogStoreMode.None)
            return;
        Dialog dialog = next.Dialogs.Find(id)!;
        Assert.True(dialog.Terminate("after a restart")); // by listener and contact: no far end is known
        next.Run(1);
        Assert.Equal(1, next.Recorder.Count("BYE", to: "10.0.1.1"));
        Assert.Equal(1, next.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(DialogState.Deleted, dialog.State);
    }

    [Fact]
    public void A_new_dialog_takes_no_id_that_a_loaded_one_has()
    {
        using var fixture = new DialogFixture();
        DialogId next = fixture.Module.Table.NextId("x"u8);
        var taken = fixture.Module.Table.NewDialog(
            fixture.Module,
            new DialogId(next.Entry, next.Id + 1),
            "x"u8,
            "sip:a@a"u8,
            "sip:b@b"u8,
            DialogFlags.None
        );
        fixture.Module.Table.Begin(taken, null);
        Dialog made = fixture.New("x");
        Assert.Equal(next.Id + 2, made.Id.Id);
        Assert.Same(taken, fixture.Module.Find(taken.Id));
        Assert.Same(made, fixture.Module.Find(made.Id));
    }

    [Fact]
    public void Options_that_cannot_be_and_a_second_store_are_refused()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
        Assert.Throws<ArgumentException>(() => builder.AddDialogStore(new MemoryDialogStore(), static o => o.Period = TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => builder.AddDialogStore(new MemoryDialogStore(), static o => o.Retry = TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => builder.AddDialogStore(new MemoryDialogStore(), static o => o.Mode = (DialogStoreMode)9));
        builder.AddDialogStore(new MemoryDialogStore());
        Assert.Throws<ArgumentException>(() => builder.AddDialogStore(new MemoryDialogStore()));
    }

    private static CallFixture Fixture(IDialogStore store, DialogStoreMode mode) =>
        new(store: builder => builder.AddDialogStore(store, options => options.Mode = mode));
}
