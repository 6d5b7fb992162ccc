namespace Parley.Dialogs;

/// <summary>The dialogs of a module as the store's writer wants them.</summary>
internal sealed class StoredDialogs(DialogModule module) : IStoredDialogs
{
    public IReadOnlyList<DialogRecord> AllRecords()
    {
        var records = new List<DialogRecord>();
        foreach (Dialog dialog in module.Table.Snapshot(includeDeleted: false))
        {
            DialogRecord record = DialogRecords.Of(dialog, module.Profiles);
            if (record.State is DialogState.ConfirmedNoAck or DialogState.Confirmed)
                records.Add(record);
        }

        return records;
    }

    public DialogRecord BeforeWrite(DialogRecord record)
    {
        if (module.Table.Find(record.Id) is not { } dialog || !dialog.HasCallbacks(DialogCallbackTypes.WriteValues))
            return record;
        Run(dialog, DialogCallbackTypes.WriteValues);
        DialogRecord now = DialogRecords.Of(dialog, module.Profiles);
        return now.State is DialogState.ConfirmedNoAck or DialogState.Confirmed ? now : record; // its end is a change of its own
    }

    public void Saved(DialogId id)
    {
        if (module.Table.Find(id) is { } dialog && dialog.HasCallbacks(DialogCallbackTypes.Saved))
            Run(dialog, DialogCallbackTypes.Saved);
    }

    private void Run(Dialog dialog, DialogCallbackTypes type)
    {
        Dialog? outer = CurrentDialog.Set(dialog);
        module.Callbacks.Run(dialog, type, new DialogCallbackArguments(DialogDirection.None));
        CurrentDialog.Set(outer);
    }
}
