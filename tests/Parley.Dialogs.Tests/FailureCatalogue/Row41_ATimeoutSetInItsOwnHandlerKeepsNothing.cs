using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row41_ATimeoutSetInItsOwnHandlerKeepsNothing
{
    [Theory]
    [InlineData(0, DialogFlags.None)]
    [InlineData(3, DialogFlags.None)]
    [InlineData(3, DialogFlags.ByeOnTimeout)]
    public void However_often_it_is_set_again_the_dialog_goes_once_and_no_timer_stays(int again, DialogFlags flags)
    {
        using var fixture = new CallFixture(static options => options.DefaultTimeout = TimeSpan.FromSeconds(20), flags);
        int asked = 0;
        fixture.Dialogs.OnTimeout(
            (dialog, _) =>
            {
                if (asked++ < again)
                    dialog.Timeout = TimeSpan.FromSeconds(20);
                dialog.DeleteDelay = TimeSpan.FromSeconds(50);
            }
        );
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type is DialogCallbackTypes.Expired or DialogCallbackTypes.Terminated)
                dialog.Timeout = TimeSpan.FromHours(2); // too late, and harmless
        };
        fixture.Call();
        fixture.Run(20 * (again + 1) - 1);
        Assert.Equal((DialogState.Confirmed, again), (fixture.Dialog.State, asked));
        fixture.Run(3);
        Assert.Equal((DialogState.Deleted, again + 1), (fixture.Dialog.State, asked));
        fixture.Run(45);
        Assert.NotNull(fixture.Dialogs.Find(fixture.Dialog.Id));
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Single(fixture.Events, static e => e == "Destroy");
        Assert.Equal(0, fixture.Proxy.Transactions.Timers.SharedCount);
    }
}
