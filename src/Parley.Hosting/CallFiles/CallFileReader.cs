using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Parley.Hosting;

/// <summary>Reads the format. Whatever the bytes are, nothing but a <see cref="CallFileException"/> comes out.</summary>
internal static class CallFileReader
{
    public const string Format = "parleycall";

    public static CallFile Read(ReadOnlyMemory<byte> content)
    {
        if (content.Length > CallFile.MaxSize)
            throw new CallFileException($"The call file is larger than {CallFile.MaxSize >> 20} MB.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(WithoutMark(content));
            return Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new CallFileException(
                $"This is no call file: it is not JSON in line {(error.LineNumber ?? 0) + 1}, byte {(error.BytePositionInLine ?? 0) + 1}.",
                error
            );
        }
        catch (InvalidOperationException error)
        {
            // A JSON string that holds half of a surrogate pair.
            throw new CallFileException("The call file has text that is no Unicode.", error);
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> content) =>
        content.Span.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;

    private static CallFile Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || Optional(root, "format") != Format)
            throw new CallFileException($"This is no call file: it does not say \"format\": \"{Format}\".");
        int version = Version(root);
        if (version > CallFile.CurrentVersion)
            throw new CallFileException(
                $"The call file has version {version}; this program reads versions up to {CallFile.CurrentVersion}: use a newer one."
            );
        return new CallFile
        {
            CallId = Required(root, "callId", ""),
            Saved = Time(root, "saved", ""),
            ServerVersion = Optional(root, "server") ?? "",
            From = Optional(root, "from") ?? "",
            To = Optional(root, "to") ?? "",
            Line = Optional(root, "line") ?? "",
            IsTruncated = Flag(root, "truncated"),
            Abnormal = Texts(root, "abnormal"),
            Listeners = Texts(root, "listeners"),
            OwnNames = Texts(root, "ownNames"),
            Configuration = Configuration(root),
            Timers = List(
                root,
                "timers",
                static (e, where) => new CallFileTimer(Required(e, "name", where), Time(e, "due", where)),
                isRequired: false
            ),
            Contacts = List(
                root,
                "contacts",
                static (e, where) => new CallFileContact(Required(e, "aor", where), Required(e, "uri", where), Optional(e, "received")),
                isRequired: false
            ),
            Entries = List(root, "entries", Entry, isRequired: true),
        };
    }

    private static int Version(JsonElement root) =>
        root.TryGetProperty("version", out JsonElement value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out int version)
        && version >= 1
            ? version
            : throw new CallFileException("\"version\" is missing or no whole number from 1.");

    private static CallFileEntry Entry(JsonElement entry, string where)
    {
        string kind = Required(entry, "kind", where);
        return kind switch
        {
            "message" => Message(entry, where),
            "step" => new CallFileStep(Time(entry, "at", where), Required(entry, "step", where), Required(entry, "text", where))
            {
                Rfc = Optional(entry, "rfc"),
                Abnormal = Optional(entry, "abnormal"),
            },
            _ => throw new CallFileException($"{where}: \"kind\" is neither \"message\" nor \"step\"."),
        };
    }

    private static CallFileMessage Message(JsonElement entry, string where)
    {
        string direction = Required(entry, "direction", where);
        if (direction is not ("in" or "out"))
            throw new CallFileException($"{where}: \"direction\" is neither \"in\" nor \"out\".");
        byte[] bytes;
        if (Optional(entry, "text") is { } text)
            bytes = Encoding.UTF8.GetBytes(text);
        else if (!entry.TryGetProperty("base64", out JsonElement encoded) || encoded.ValueKind != JsonValueKind.String)
            throw new CallFileException($"{where}: a message has \"text\" or \"base64\".");
        else if (!encoded.TryGetBytesFromBase64(out bytes!))
            throw new CallFileException($"{where}: \"base64\" cannot be read.");
        return new CallFileMessage(
            Time(entry, "at", where),
            Required(entry, "from", where),
            Required(entry, "to", where),
            Required(entry, "transport", where),
            direction == "in",
            bytes
        )
        {
            Listener = Optional(entry, "listener"),
            IsRetransmission = Flag(entry, "retransmission"),
            IsTruncated = Flag(entry, "truncated"),
        };
    }

    private static string? Configuration(JsonElement root)
    {
        if (!root.TryGetProperty("configuration", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.Object
            ? value.GetRawText()
            : throw new CallFileException("\"configuration\" is no object.");
    }

    private static List<T> List<T>(JsonElement root, string name, Func<JsonElement, string, T> read, bool isRequired)
    {
        var list = new List<T>();
        if (!root.TryGetProperty(name, out JsonElement array) && !isRequired)
            return list;
        if (array.ValueKind != JsonValueKind.Array)
            throw new CallFileException($"\"{name}\" is missing or no array.");
        foreach (JsonElement element in array.EnumerateArray())
        {
            string where = $"{name}[{list.Count}]";
            if (element.ValueKind != JsonValueKind.Object)
                throw new CallFileException($"{where} is no object.");
            list.Add(read(element, where));
        }

        return list;
    }

    private static List<string> Texts(JsonElement root, string name)
    {
        var list = new List<string>();
        if (!root.TryGetProperty(name, out JsonElement array))
            return list;
        if (array.ValueKind != JsonValueKind.Array)
            throw new CallFileException($"\"{name}\" is no array.");
        foreach (JsonElement element in array.EnumerateArray())
            list.Add(
                element.ValueKind == JsonValueKind.String
                    ? element.GetString()!
                    : throw new CallFileException($"{name}[{list.Count}] is no text.")
            );
        return list;
    }

    private static string Required(JsonElement element, string name, string where) =>
        Optional(element, name) ?? throw new CallFileException($"{Before(where)}\"{name}\" is missing or no text.");

    private static string? Optional(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static DateTimeOffset Time(JsonElement element, string name, string where) =>
        DateTimeOffset.TryParse(
            Required(element, name, where),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset time
        )
            ? time
            : throw new CallFileException($"{Before(where)}\"{name}\" is no time.");

    private static string Before(string where) => where.Length == 0 ? "" : where + ": ";
}
