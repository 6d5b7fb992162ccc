using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>A request of JSON-RPC 2.0, read as OpenSIPS reads it: no batches, what stands behind the object is ignored, the names of the members in any case.</summary>
internal sealed class MiRequest : IDisposable
{
    private const int MostDepth = 16;

    private readonly JsonDocument? _document;

    private MiRequest(JsonDocument? document) => _document = document;

    /// <summary>The id as it is written in the reply; null: there is none, so it is a notification.</summary>
    public string? Id { get; private init; }

    /// <summary>The method; empty when the request is an error.</summary>
    public string Method { get; private init; } = "";

    /// <summary>The parameters; undefined when there are none.</summary>
    public JsonElement Parameters { get; private init; }

    /// <summary>What is wrong with it; null: nothing.</summary>
    public MiResult? Error { get; private init; }

    /// <summary>No reply is sent, except for an error of the request itself.</summary>
    public bool IsNotification => Id is null && Error is null;

    /// <summary>Reads a whole request.</summary>
    public static MiRequest Read(ReadOnlySequence<byte> body) =>
        TryRead(body, isWhole: true, out MiRequest? request, out _) ? request! : Broken();

    /// <summary>Reads the request at the beginning; false when its end is not there yet.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="isWhole">No more bytes will come.</param>
    /// <param name="request">The request, which may be an error.</param>
    /// <param name="length">How many bytes it took; all of them when it cannot be read.</param>
    public static bool TryRead(ReadOnlySequence<byte> body, bool isWhole, out MiRequest? request, out long length)
    {
        var reader = new Utf8JsonReader(body, isWhole, new JsonReaderState(new JsonReaderOptions { MaxDepth = MostDepth }));
        JsonDocument? document = null;
        length = body.Length;
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out document))
            {
                request = isWhole ? Broken() : null;
                return isWhole;
            }

            length = reader.BytesConsumed;
            request = IsText(body.Slice(0, length)) ? Read(document) : Broken();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair.
            request = Broken();
        }

        if (request._document is null)
            document?.Dispose();
        return true;
    }

    public void Dispose() => _document?.Dispose();

    private static MiRequest Broken() => new(null) { Error = MiErrors.Parse };

    private static MiRequest Read(JsonDocument document)
    {
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return new MiRequest(null) { Error = MiErrors.InvalidRequest };
        string? id = null;
        if (Member(root, "id") is { } given && (id = IdOf(given)) is null)
            return new MiRequest(null) { Error = MiErrors.InvalidRequest };
        JsonElement? version = Member(root, "jsonrpc"),
            method = Member(root, "method"),
            parameters = Member(root, "params");
        bool isValid =
            version is { ValueKind: JsonValueKind.String }
            && version.Value.GetString() == "2.0"
            && method is { ValueKind: JsonValueKind.String }
            && parameters is null or { ValueKind: JsonValueKind.Object or JsonValueKind.Array };
        if (!isValid)
            return new MiRequest(null) { Id = id, Error = MiErrors.InvalidRequest };
        return new MiRequest(document)
        {
            Id = id,
            Method = method!.Value.GetString()!,
            Parameters = parameters ?? default,
        };
    }

    /// <summary>A number is written as a whole one of 32 bits, which is what the reference does.</summary>
    private static string? IdOf(JsonElement id) =>
        id.ValueKind switch
        {
            JsonValueKind.Null => "null",
            JsonValueKind.String => MiJson.Quoted(id.GetString()!),
            JsonValueKind.Number => MiBinding.WholeOf(id).ToString(CultureInfo.InvariantCulture),
            _ => null,
        };

    private static JsonElement? Member(JsonElement root, string name)
    {
        foreach (JsonProperty member in root.EnumerateObject())
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        return null;
    }

    private static bool IsText(ReadOnlySequence<byte> bytes) =>
        bytes.IsSingleSegment ? Utf8.IsValid(bytes.FirstSpan) : Utf8.IsValid(bytes.ToArray());
}
