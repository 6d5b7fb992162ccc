using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>
/// Events of dialogs and calls, from the change feed. While somebody wants them one reader follows the feed on a thread of the pool; it makes the events,
/// brings them to where they are safe, and only then acknowledges the changes. So a response that waits for durability (a store in realtime mode) leaves
/// when its event is in the queue of the webhooks too.
/// </summary>
internal sealed class DialogEvents(EventHub hub, IDialogApi dialogs, TimeProvider time, ILogger log, bool isDurable)
    : IEventProducer,
        IDisposable
{
    public const EventKinds Made = EventKinds.Dialog | EventKinds.Calls;
    private const int Batch = 512;

    private DialogFeedReader? _reader;
    private Task _reading = Task.CompletedTask;

    public void Want(EventKinds kinds)
    {
        bool isWanted = (kinds & Made) != 0;
        if (isWanted && _reader is null)
        {
            DialogFeedReader reader = _reader = dialogs.Feed.Subscribe(
                new DialogFeedOptions
                {
                    Coalesce = false,
                    WithRecords = false,
                    WithMissedCalls = true,
                    IsDurable = isDurable,
                }
            );
            _reading = Task.Run(() => ReadAsync(reader));
        }
        else if (!isWanted && _reader is { } reader)
        {
            _reader = null;
            reader.Dispose();
        }
    }

    /// <summary>What is on the feed is read to its end, then the reader leaves.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        // The reader is a task of the pool, which a clock that stands still must not hold up at the stop.
        while (_reader is { Pending: > 0 } && !_reading.IsCompleted && !cancellation.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
        await _reading.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _reader = null;
    }

    private async Task ReadAsync(DialogFeedReader reader)
    {
        while (await reader.WaitAsync().ConfigureAwait(false))
        {
            for (int i = 0; i < Batch && reader.TryRead(out DialogChange? change); i++)
                TryPublish(change);
            hub.Flush();
            reader.Acknowledge();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "One event that cannot be made must not end the others.")]
    private void TryPublish(DialogChange change)
    {
        try
        {
            Publish(change);
        }
        catch (Exception failure)
        {
            WebhookLog.EventFailed(log, failure, change.Id);
        }
    }

    private void Publish(DialogChange change)
    {
        if (change.Kind == DialogChangeKind.Resync)
        {
            hub.Publish(new GapEvent(dropped: null));
            foreach (CallRecord record in change.FurtherCallRecords.Where(static record => record.Number == 0))
                hub.Publish(new CallLifeEvent(EventKinds.CallEnded, record.DialogId, dialogs.Find(record.DialogId), record));
            return;
        }

        Dialog? dialog = dialogs.Find(change.Id);
        if (hub.IsWanted(EventKinds.Dialog))
            hub.Publish(new DialogChangedEvent(change.Kind, change.Id, change.OldState, change.NewState, dialog));
        if (KindOf(change) is not EventKinds.None and EventKinds kind && hub.IsWanted(kind))
            hub.Publish(new CallLifeEvent(kind, change.Id, dialog, kind == EventKinds.CallEnded ? RecordOf(change, dialog) : null));
    }

    /// <summary>What the change is in the life of a call. One that failed and is answered by a 2xx that crossed is answered, and ends again.</summary>
    private static EventKinds KindOf(DialogChange change) =>
        change.Kind switch
        {
            DialogChangeKind.Created => EventKinds.CallStarted,
            DialogChangeKind.Deleted => EventKinds.CallEnded,
            DialogChangeKind.StateChanged when IsUp(change.NewState) && !IsUp(change.OldState) => EventKinds.CallAnswered,
            _ => EventKinds.None,
        };

    private static bool IsUp(DialogState state) => state is DialogState.ConfirmedNoAck or DialogState.Confirmed;

    private CallRecord? RecordOf(DialogChange change, Dialog? dialog) =>
        change.CallRecord ?? change.MissedCall ?? (dialog is null ? null : FromDialog(dialog));

    /// <summary>Where the application makes no call records: what the dialog itself knows.</summary>
    private CallRecord FromDialog(Dialog dialog) =>
        new()
        {
            DialogId = dialog.Id,
            Start = dialog.CreatedAt,
            Answer = dialog.StartTime,
            End = time.GetUtcNow(),
            CallId = dialog.CallId,
            FromUri = dialog.FromUri,
            FromTag = dialog.FromTag,
            ToUri = dialog.ToUri,
            ToTag = dialog.ToTag,
            Disposition =
                dialog.StartTime is not null ? CallDisposition.Answered
                : dialog.WasCancelled ? CallDisposition.Cancelled
                : CallDisposition.Failed,
            Reason = dialog.TerminationReason ?? "",
        };
}
