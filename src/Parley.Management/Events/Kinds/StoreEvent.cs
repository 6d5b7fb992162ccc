using System.Text.Json;

namespace Parley.Management;

/// <summary><c>store</c>: a store is away or back, refuses rows, or its journal fails.</summary>
public sealed class StoreEvent : ParleyEvent
{
    internal StoreEvent(string store, StoreChange change, long count, int queueDepth)
        : base(EventKinds.Store)
    {
        Store = store;
        Change = change;
        Count = count;
        QueueDepth = queueDepth;
    }

    /// <summary>Which: <c>dialogs</c>, <c>registrations</c>, <c>callRecordFile</c>, or <c>webhooks:</c> and the target's URL.</summary>
    public string Store { get; }

    /// <summary>What happened.</summary>
    public StoreChange Change { get; }

    /// <summary>How many rows or events that is about; 0 where nothing is counted.</summary>
    public long Count { get; }

    /// <summary>What waits to be written.</summary>
    public int QueueDepth { get; }

    internal override string? Subject => Store;

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("store"u8, Store);
        json.WriteString("change"u8, NameOf(Change));
        if (Count > 0)
            json.WriteNumber("count"u8, Count);
        json.WriteNumber("queueDepth"u8, QueueDepth);
        json.WriteEndObject();
    }

    private static string NameOf(StoreChange change) =>
        change switch
        {
            StoreChange.Unavailable => "unavailable",
            StoreChange.Available => "available",
            StoreChange.RowsRefused => "rowsRefused",
            StoreChange.JournalFailed => "journalFailed",
            _ => "dropped",
        };
}
