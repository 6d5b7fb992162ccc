namespace Parley.Dialogs;

/// <summary>The dialogs of a module as the store's writer wants them.</summary>
/// <param name="module">The module.</param>
/// <param name="withEarly">Those that are not answered yet are stored too.</param>
internal sealed class StoredDialogs(DialogModule module, bool withEarly) : IStoredDialogs
{
    public IEnumerable<DialogId> All()
    {
        foreach (Dialog dialog in module.Table.Snapshot(includeDeleted: false))
        {
            if (IsStored(dialog.State))
                yield return dialog.Id;
        }
    }

    public DialogRecord? RecordOf(DialogId id)
    {
        if (module.Table.Find(id) is not { } dialog || !IsStored(dialog.State))
            return null;
        if (dialog.HasCallbacks(DialogCallbackTypes.WriteValues))
            Run(dialog, DialogCallbackTypes.WriteValues);
        DialogRecord record = DialogRecords.Of(dialog, module.Profiles);
        return IsStored(record.State) ? record : null; // its end is a change of its own
    }

    public bool IsGone(DialogId id) => module.Table.Find(id) is not { HasPublishedEnd: false };

    public ulong HashOf(ReadOnlySpan<byte> texts) => module.Table.LongHashOf(texts);

    public void Saved(DialogId id)
    {
        if (module.Table.Find(id) is { } dialog && dialog.HasCallbacks(DialogCallbackTypes.Saved))
            Run(dialog, DialogCallbackTypes.Saved);
    }

    private bool IsStored(DialogState state) =>
        state is DialogState.ConfirmedNoAck or DialogState.Confirmed
        || (withEarly && state is DialogState.Unconfirmed or DialogState.Early);

    private void Run(Dialog dialog, DialogCallbackTypes type)
    {
        Dialog? outer = CurrentDialog.Set(dialog);
        module.Callbacks.Run(dialog, type, new DialogCallbackArguments(DialogDirection.None));
        CurrentDialog.Set(outer);
    }
}
