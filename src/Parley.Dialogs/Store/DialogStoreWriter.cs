namespace Parley.Dialogs;

/// <summary>
/// Keeps a store in line with the feed. Each <see cref="FlushAsync"/> reads what waits, writes it in one step of the store, runs Saved, and
/// acknowledges. Early dialogs are not stored. What the store refused stays and is written with the next flush; meanwhile the feed merges
/// what comes by dialog, so memory is bounded by the dialogs.
/// </summary>
internal sealed class DialogStoreWriter(DialogFeedReader reader, IDialogStore store, IStoredDialogs dialogs) : IDisposable
{
    private const int MaxBatch = 1024;

    /// <summary>What is still to be written: a row, or null to remove it.</summary>
    private readonly Dictionary<DialogId, DialogRecord?> _pending = [];
    private bool _resync;

    /// <summary>Writes what waits; false when nothing did. What the store throws comes out; call again to try again.</summary>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellation = default)
    {
        while (_pending.Count < MaxBatch && reader.TryRead(out DialogChange? change))
            Take(change);
        if (_resync)
            return await ResyncAsync(cancellation).ConfigureAwait(false);
        if (_pending.Count == 0)
        {
            reader.Acknowledge(); // of changes that need no row
            return false;
        }

        var saves = new List<DialogRecord>();
        var deletes = new List<DialogId>();
        foreach ((DialogId id, DialogRecord? record) in _pending)
        {
            if (record is null)
                deletes.Add(id);
            else
                saves.Add(dialogs.BeforeWrite(record));
        }

        await store.WriteAsync(new DialogStoreBatch { Saves = saves, Deletes = deletes }, cancellation).ConfigureAwait(false);
        DialogId[] written = [.. _pending.Keys];
        _pending.Clear();
        reader.Acknowledge();
        foreach (DialogId id in written)
            dialogs.Saved(id);
        return true;
    }

    /// <summary>Writes every change as it comes (OpenSIPS: realtime mode), until cancelled. A store that fails is tried again after <paramref name="pause"/>.</summary>
    public async Task RunAsync(TimeSpan pause, TimeProvider time, Action<Exception> failed, CancellationToken cancellation)
    {
        bool failing = false;
        while (failing || await reader.WaitAsync(cancellation).ConfigureAwait(false))
        {
            try
            {
                while (await FlushAsync(cancellation).ConfigureAwait(false)) { }

                failing = false;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                failing = true; // what was read is not on the feed any more: do not wait there
                failed(failure);
                await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes all dialogs anew (OpenSIPS: shutdown mode).</summary>
    public async ValueTask SaveAllAsync(CancellationToken cancellation = default)
    {
        while (reader.TryRead(out _)) // what was read before is in the rows that are taken now
        { }

        _resync = true;
        await ResyncAsync(cancellation).ConfigureAwait(false);
    }

    public void Dispose() => reader.Dispose();

    private void Take(DialogChange change)
    {
        switch (change.Kind)
        {
            case DialogChangeKind.Resync:
                _resync = true;
                _pending.Clear();
                break;
            case DialogChangeKind.Deleted:
                _pending[change.Id] = null;
                break;
            default:
                if (change.Record is { State: DialogState.ConfirmedNoAck or DialogState.Confirmed } record)
                    _pending[change.Id] = record;
                break;
        }
    }

    private async ValueTask<bool> ResyncAsync(CancellationToken cancellation)
    {
        List<DialogRecord> all = [.. dialogs.AllRecords().Select(dialogs.BeforeWrite)];
        await store.ReplaceAsync(all, cancellation).ConfigureAwait(false);
        _pending.Clear(); // read before the rows were taken
        _resync = false;
        reader.Acknowledge();
        foreach (DialogRecord record in all)
            dialogs.Saved(record.Id);
        return true;
    }
}
