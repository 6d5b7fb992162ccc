using System.Text.Json;

namespace Parley.Management;

/// <summary><c>gap</c>: events were lost here, because the receiver was too slow or its place full. Comes in their place to every receiver concerned, whatever its kinds.</summary>
public sealed class GapEvent : ParleyEvent
{
    internal GapEvent(long? dropped)
        : base(EventKinds.None) => Dropped = dropped;

    /// <summary>How many; null: it is not known.</summary>
    public long? Dropped { get; }

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Dropped is { } dropped)
            json.WriteNumber("dropped"u8, dropped);
        json.WriteEndObject();
    }
}
