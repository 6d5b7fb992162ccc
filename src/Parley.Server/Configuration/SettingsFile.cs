using System.Text.Json;

namespace Parley.Server.Configuration;

/// <summary>The bytes of <c>parley.json</c>, known to be JSON without a key that is there twice, and the line of each key.</summary>
internal sealed class SettingsFile
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Dictionary<string, int> _lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _sections = [];

    private SettingsFile(byte[] content) => Content = content;

    /// <summary>The file, without a byte order mark.</summary>
    public byte[] Content { get; }

    /// <summary>The keys of the outermost object.</summary>
    public IReadOnlyList<string> Sections => _sections;

    /// <summary>The line, from 1, of a key such as <c>Parley:Domains:0</c>; null when the file does not have it.</summary>
    public int? LineOf(string key) => _lines.TryGetValue(key, out var line) ? line : null;

    /// <summary>Reads the file; null and one line for the operator when it cannot be read or is not JSON.</summary>
    public static SettingsFile? Read(string path, out string error)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error = $"{path}: cannot be read: {failure.Message.ReplaceLineEndings(" ")}";
            return null;
        }
        var file = new SettingsFile(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        if (file.Walk() is not { } mistake)
        {
            error = "";
            return file;
        }
        error = $"{path}: {mistake}";
        return null;
    }

    private string? Walk()
    {
        var reader = new Utf8JsonReader(Content, Options);
        var keys = new Stack<(string Path, bool IsList, int Next)>();
        var (name, last, consumed) = ("", JsonTokenType.None, 0);
        var counter = new LineCounter(Content);
        try
        {
            while (reader.Read())
            {
                (last, consumed) = (reader.TokenType, (int)reader.BytesConsumed);
                if (last is JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    keys.Pop();
                    continue;
                }
                var line = counter.LineAt((int)reader.TokenStartIndex);
                if (last == JsonTokenType.PropertyName)
                {
                    name = keys.Peek().Path.Length == 0 ? reader.GetString()! : $"{keys.Peek().Path}:{reader.GetString()}";
                    if (keys.Count == 1)
                        _sections.Add(name);
                    if (!_lines.TryAdd(name, line))
                        return $"line {line}: {name} is there twice, first on line {_lines[name]}";
                    continue;
                }
                if (keys.Count == 0 && last != JsonTokenType.StartObject)
                    return $"line {line}: the file must be one object in braces";
                if (keys.Count > 0 && keys.Peek().IsList)
                {
                    var list = keys.Pop();
                    name = $"{list.Path}:{list.Next}";
                    keys.Push(list with { Next = list.Next + 1 });
                    _lines[name] = line;
                }
                if (last is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    keys.Push((keys.Count == 0 ? "" : name, last == JsonTokenType.StartArray, 0));
            }
            return null;
        }
        catch (JsonException)
        {
            var mistake = new JsonMistake(Content, last, keys.Count, keys.Count > 0 && keys.Peek().IsList);
            var text = mistake.Describe(consumed, out var at);
            return $"line {counter.LineAt(at)}, column {LineCounter.ColumnAt(Content, at)}: {text}";
        }
    }
}
