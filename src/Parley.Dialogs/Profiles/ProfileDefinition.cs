using System.Buffers;

namespace Parley.Dialogs;

/// <summary>One definition in a text such as <c>"caller; gateway/s; codec/b"</c>.</summary>
internal readonly record struct ProfileDefinition(string Name, ProfileSharing Sharing)
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
    );

    public static List<ProfileDefinition> ParseAll(string definitions, string argument)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(definitions, argument);
        var list = new List<ProfileDefinition>();
        foreach (Range range in definitions.AsSpan().Split(';'))
        {
            ReadOnlySpan<char> text = definitions.AsSpan()[range].Trim();
            if (text.IsEmpty && range.End.GetOffset(definitions.Length) == definitions.Length && list.Count > 0)
                continue; // a semicolon at the end ends the last definition
            if (!TryParse(text, out ProfileDefinition definition))
                throw new ArgumentException(
                    $"'{text}' is no profile definition: a name of letters, digits, '_', '-', '.', and perhaps /s or /b.",
                    argument
                );
            list.Add(definition);
        }

        return list;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out ProfileDefinition definition)
    {
        ProfileSharing sharing = ProfileSharing.None;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> name = slash < 0 ? text : text[..slash].TrimEnd();
        bool valid = !name.IsEmpty && !name.ContainsAnyExcept(NameCharacters);
        if (slash >= 0)
        {
            sharing = text[(slash + 1)..].Trim() switch
            {
                "s" => ProfileSharing.Shared,
                "b" => ProfileSharing.Replicated,
                _ => ProfileSharing.None,
            };
            valid &= sharing != ProfileSharing.None;
        }

        definition = valid ? new ProfileDefinition(name.ToString(), sharing) : default;
        return valid;
    }
}
