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
        using var bench = new CallBench(static options => options.DefaultTimeout = TimeSpan.FromSeconds(20), flags);
        int asked = 0;
        bench.Dialogs.OnTimeout(
            (dialog, _) =>
            {
                if (asked++ < again)
                    dialog.Timeout = TimeSpan.FromSeconds(20);
                dialog.DeleteDelay = TimeSpan.FromSeconds(50);
            }
        );
        bench.OnCallback = static (dialog, type, _) =>
        {
            if (type is DialogCallbackTypes.Expired or DialogCallbackTypes.Terminated)
                dialog.Timeout = TimeSpan.FromHours(2); // too late, and harmless
        };
        bench.Call();
        bench.Run(20 * (again + 1) - 1);
        Assert.Equal((DialogState.Confirmed, again), (bench.Dialog.State, asked));
        bench.Run(3);
        Assert.Equal((DialogState.Deleted, again + 1), (bench.Dialog.State, asked));
        bench.Run(45);
        Assert.NotNull(bench.Dialogs.Find(bench.Dialog.Id));
        bench.Run(60);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.Single(bench.Events, static e => e == "Destroy");
        Assert.Equal(0, bench.Proxy.Transactions.Timers.SharedCount);
    }
}
