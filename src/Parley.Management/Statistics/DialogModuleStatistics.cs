using Parley.Dialogs;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>The group <c>dialog</c>.</summary>
internal sealed class DialogModuleStatistics(IDialogApi? dialogs = null) : IStatisticSource
{
    private const string Group = "dialog";

    public IEnumerable<Statistic> Statistics
    {
        get
        {
            if (dialogs?.Statistics is not { } read)
                return [];
            return
            [
                new(Group, "active_dialogs", () => read.ActiveDialogs),
                new(Group, "early_dialogs", () => read.EarlyDialogs),
                new(Group, "processed_dialogs", () => read.ProcessedDialogs) { IsCounter = true },
                new(Group, "expired_dialogs", () => read.ExpiredDialogs) { IsCounter = true },
                new(Group, "failed_dialogs", () => read.FailedDialogs) { IsCounter = true },
                new(Group, "refused_requests", () => read.RefusedRequests) { IsCounter = true },
                new(Group, "dropped_notifications", () => read.DroppedNotifications) { IsCounter = true },
            ];
        }
    }
}
