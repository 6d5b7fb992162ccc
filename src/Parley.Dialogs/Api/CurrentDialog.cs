namespace Parley.Dialogs;

/// <summary>The dialog of the request, callback or hook that runs on this thread.</summary>
internal static class CurrentDialog
{
    [ThreadStatic]
    private static Dialog? t_current;

    public static Dialog? Get() => t_current;

    /// <summary>Makes a dialog the current one of this thread; the one before comes back.</summary>
    public static Dialog? Set(Dialog? dialog)
    {
        Dialog? before = t_current;
        t_current = dialog;
        return before;
    }
}
