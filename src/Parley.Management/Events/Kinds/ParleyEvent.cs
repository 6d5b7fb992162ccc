using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>Something that happened; see the types derived from it. Immutable once it is published, and shared by all receivers.</summary>
public abstract class ParleyEvent
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private protected ParleyEvent(EventKinds kind) => Kind = kind;

    /// <summary>Its kind: one. <see cref="EventKinds.None"/> of a <see cref="GapEvent"/>.</summary>
    public EventKinds Kind { get; }

    /// <summary>The name of its kind on the wire, such as <c>call.ended</c>.</summary>
    public string Name => EventNames.Of(Kind);

    /// <summary>Its place in this server's order of events: increasing, also over a restart.</summary>
    public long Number { get; internal set; }

    /// <summary>When it was published.</summary>
    public DateTimeOffset Time { get; internal set; }

    /// <summary>The Call-ID of the call that it is about; null: about none.</summary>
    public virtual string? CallId => null;

    /// <summary>The dialog that it is about; null: about none.</summary>
    public virtual DialogId? DialogId => null;

    /// <summary>What it is about, in a few characters, as the <c>subject</c> of CloudEvents; null: nothing to name.</summary>
    internal virtual string? Subject => CallId;

    /// <summary>What it carries, as one object of JSON.</summary>
    internal abstract void WriteData(Utf8JsonWriter json);

    /// <summary>The same as UTF-8, on one line.</summary>
    internal byte[] FormatData() => Format(WriteData);

    private protected static byte[] Format(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(text, s_json))
            write(json);
        return text.WrittenSpan.ToArray();
    }

    /// <summary>ISO 8601 in UTC with milliseconds; nothing for null.</summary>
    private protected static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, TextOf(known));
    }

    /// <summary>A text; nothing for null and empty.</summary>
    private protected static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            json.WriteString(name, text);
    }

    internal static string TextOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
