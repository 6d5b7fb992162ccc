using Parley.Dialogs;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Commands for the rows of dialogs: <c>dlg_db_sync</c> and <c>dlg_restore_db</c>.</summary>
internal sealed class DialogStoreCommands(IDialogApi? dialogs = null, DialogPersistence? store = null) : IMiCommandSource
{
    public IEnumerable<MiCommand> Commands =>
        dialogs is null
            ? []
            :
            [
                new(DialogCommands.Module, "db_sync", SyncAsync)
                {
                    Aliases = ["dlg_db_sync"],
                    Changes = true,
                    Help = "Writes the rows of all dialogs anew, and removes every other row.",
                },
                new(DialogCommands.Module, "restore_db", RestoreAsync)
                {
                    Aliases = ["dlg_restore_db"],
                    Changes = true,
                    Help = "Loads the rows that are no dialogs here.",
                },
            ];

    private async ValueTask<MiResult> SyncAsync(MiArguments arguments, CancellationToken cancellation)
    {
        if (store is null)
            return MiResult.Error(400, "Cannot sync in no-db mode");
        try
        {
            int rows = await store.SyncAsync(cancellation).ConfigureAwait(false);
            arguments.Subject = $"rows={rows}";
            return MiResult.Ok;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return MiResult.Error(400, "Sync mem with DB failed", failure.Message.ReplaceLineEndings(" "));
        }
    }

    private async ValueTask<MiResult> RestoreAsync(MiArguments arguments, CancellationToken cancellation)
    {
        if (store is null)
            return MiResult.Error(400, "Cannot restore db in no-db mode!");
        try
        {
            int loaded = await store.RestoreAsync(cancellation).ConfigureAwait(false);
            arguments.Subject = $"loaded={loaded}";
            return MiResult.Ok;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return MiResult.Error(400, "Restore dlg DB failed!", failure.Message.ReplaceLineEndings(" "));
        }
    }
}
