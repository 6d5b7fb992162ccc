using System.Text.Json;

namespace Parley.Management;

/// <summary>The arguments of a tool, read with a check of each.</summary>
internal sealed class McpArguments(IDictionary<string, JsonElement>? arguments)
{
    private const int LongestText = 1_000;

    /// <summary>A text; null when it is not there or empty.</summary>
    /// <exception cref="McpArgumentException">It is no text, or too long.</exception>
    public string? Text(string name)
    {
        if (Of(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String || value.GetString()!.Length > LongestText)
            throw new McpArgumentException($"{name} must be a text of at most {LongestText} characters.");
        return value.GetString() is { Length: > 0 } text ? text : null;
    }

    /// <summary>A text that has to be there.</summary>
    /// <exception cref="McpArgumentException">It is not.</exception>
    public string Required(string name) => Text(name) ?? throw new McpArgumentException($"{name} is missing.");

    /// <summary>A whole number; the standard when it is not there.</summary>
    /// <exception cref="McpArgumentException">It is none, or out of its range.</exception>
    public int Number(string name, int standard, int min, int max)
    {
        if (Of(name) is not { } value)
            return standard;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= min && number <= max
            ? number
            : throw new McpArgumentException($"{name} must be a whole number from {min} to {max}.");
    }

    /// <summary>True or false; null when it is not there.</summary>
    /// <exception cref="McpArgumentException">It is neither.</exception>
    public bool? Flag(string name) =>
        Of(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => throw new McpArgumentException($"{name} must be true or false."),
        };

    private JsonElement? Of(string name) =>
        arguments is not null && arguments.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
