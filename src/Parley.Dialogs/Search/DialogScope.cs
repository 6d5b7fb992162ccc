namespace Parley.Dialogs;

/// <summary>
/// Another dialog's context: until it is disposed that dialog is <see cref="IDialogApi.Current"/> of this thread; then the one before is
/// again. <c>using DialogScope scope = dialogs.Load(did);</c>
/// </summary>
public readonly ref struct DialogScope
{
    private readonly Dialog? _before;

    internal DialogScope(Dialog dialog)
    {
        Dialog = dialog;
        _before = CurrentDialog.Set(dialog);
    }

    /// <summary>The dialog; null when there is none, and the current one stayed.</summary>
    public Dialog? Dialog { get; }

    /// <summary>Gives the thread back the dialog it had.</summary>
    public void Dispose()
    {
        if (Dialog is not null)
            CurrentDialog.Set(_before);
    }
}
