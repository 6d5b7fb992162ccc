using System.Text.Json;

namespace Parley.Management;

/// <summary><c>ban</c>: a source is refused for some time, or is let in again. Published by what refuses it.</summary>
/// <param name="source">An address, or an address and port.</param>
/// <param name="reason">Why, in a few words.</param>
/// <param name="until">When it is let in again; null: it is let in from now on.</param>
public sealed class BanEvent(string source, string reason, DateTimeOffset? until) : ParleyEvent(EventKinds.Ban)
{
    /// <summary>An address, or an address and port.</summary>
    public string Source { get; } = source;

    /// <summary>Why, in a few words.</summary>
    public string Reason { get; } = reason;

    /// <summary>When it is let in again; null: from now on.</summary>
    public DateTimeOffset? Until { get; } = until;

    internal override string? Subject => Source;

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("change"u8, Until is null ? "lifted"u8 : "banned"u8);
        json.WriteString("source"u8, Source);
        json.WriteString("reason"u8, Reason);
        Write(json, "until"u8, Until);
        json.WriteEndObject();
    }
}
