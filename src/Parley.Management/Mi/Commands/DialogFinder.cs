using Parley.Dialogs;

namespace Parley.Management;

/// <summary>From what an operator gives to a dialog.</summary>
internal sealed class DialogFinder(IDialogApi dialogs, DialogPersistence? store)
{
    /// <summary>By id (<c>e64.7f675e24</c>), or else the dialog with this Call-ID that is not over. While the store is being loaded it is looked for there too. Null: there is none.</summary>
    public async ValueTask<Dialog?> FindAsync(string idOrCallId, CancellationToken cancellation)
    {
        if (Here(idOrCallId) is { } here)
            return here;
        if (store is { Statistics.IsLoading: true } && await store.LoadDialogAsync(idOrCallId, cancellation).ConfigureAwait(false) > 0)
            return Here(idOrCallId);
        return null;
    }

    /// <summary>The call that it is about, for the log.</summary>
    public static string SubjectOf(Dialog dialog) => $"call-id={Printable(dialog.CallId)} did={dialog.Id}";

    private Dialog? Here(string idOrCallId)
    {
        if (dialogs.FindByDid(idOrCallId) is { } byId && byId.State != DialogState.Deleted)
            return byId;
        return dialogs.FindByCallId(idOrCallId) is { } byCallId && byCallId.State != DialogState.Deleted ? byCallId : null;
    }

    private static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)) : text;
}
