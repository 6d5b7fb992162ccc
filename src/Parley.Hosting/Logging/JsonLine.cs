using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Parley.Hosting;

/// <summary>An entry of the log as one object of JSON. Whatever the network put into a value, the object is one line: JSON escapes control characters.</summary>
internal static class JsonLine
{
    private const int KeptCapacity = 16 * 1024;
    private const string Template = "{OriginalFormat}";

    // Nothing shows the line as HTML; what needs no escape for JSON itself stays readable.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    /// <param name="time">When.</param>
    /// <param name="level">How grave.</param>
    /// <param name="category">Whose.</param>
    /// <param name="eventId">Which event; 0: none.</param>
    /// <param name="message">The text; empty: none.</param>
    /// <param name="state">The values of the message, where it is a list of names and values; else null.</param>
    /// <param name="exception">What was thrown; null: nothing.</param>
    /// <param name="leftOut">How many more events like it were not written; 0: none.</param>
    public static string Write(
        DateTimeOffset time,
        LogLevel level,
        string category,
        int eventId,
        string message,
        object? state,
        Exception? exception,
        long leftOut
    )
    {
        ArrayBufferWriter<byte> buffer = t_buffer ?? new ArrayBufferWriter<byte>(1024);
        t_buffer = null;
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", level.ToString());
            json.WriteString("category", category);
            if (eventId != 0)
                json.WriteNumber("event", eventId);
            if (message.Length > 0)
                json.WriteString("message", message);
            if (leftOut > 0)
                json.WriteNumber("leftOut", leftOut);
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
                WriteValues(json, values);
            if (exception is not null)
                json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }

        string line = Escaped(Encoding.UTF8.GetString(buffer.WrittenSpan));
        if (buffer.Capacity <= KeptCapacity)
            t_buffer = buffer;
        return line;
    }

    private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        bool isOpen = false;
        for (int i = 0; i < values.Count; i++)
        {
            (string name, object? value) = values[i];
            if (name == Template || value is null)
                continue;
            if (!isOpen)
                json.WriteStartObject("values");
            isOpen = true;
            WriteValue(json, name, value);
        }

        if (isOpen)
            json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int or long or short or byte or uint or ushort or sbyte:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case IFormattable formattable:
                json.WriteString(name, formattable.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteString(name, value.ToString() ?? "");
                break;
        }
    }

    /// <summary>What JSON lets stand, and a terminal obeys or takes for the end of a line: C1, line and paragraph separators, marks of direction.</summary>
    private static string Escaped(string line)
    {
        if (!line.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return line;
        var safe = new StringBuilder(line.Length + 16);
        foreach (char c in line)
        {
            if (c is >= ' ' and < '\u007f' || !LogText.MustEscape(c) || char.IsSurrogate(c))
                safe.Append(c);
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return safe.ToString();
    }
}
