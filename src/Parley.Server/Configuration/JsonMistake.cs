using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Parley.Server.Configuration;

/// <summary>Says in plain words what is wrong with a file that is not JSON. It looks at what follows the last token that could be read.</summary>
/// <param name="text">The file.</param>
/// <param name="last">The last token that could be read.</param>
/// <param name="depth">How many brackets are open there.</param>
/// <param name="isInList">The innermost of them is a square one.</param>
internal sealed class JsonMistake(byte[] text, JsonTokenType last, int depth, bool isInList)
{
    private static readonly SearchValues<byte> WordEnds = SearchValues.Create(" \t\r\n,:{}[]\""u8);

    /// <param name="consumed">Where the last token ends.</param>
    /// <param name="at">The byte that the words are about.</param>
    public string Describe(int consumed, out int at)
    {
        at = Skip(consumed);
        if (last == JsonTokenType.None)
            return at == text.Length ? "the file is empty; give an object in braces" : "the file must be one object in braces";
        if (depth == 0)
            return "nothing may follow the last closing brace";
        if (at == text.Length)
            return Ends();
        var isBehindValue = last is not (JsonTokenType.PropertyName or JsonTokenType.StartArray or JsonTokenType.StartObject);
        if (isBehindValue)
        {
            if (text[at] is (byte)'}' or (byte)']')
                return WrongBracket(at);
            if (text[at] != ',')
                return $"a comma is missing before {WordAt(at)}";
            at = Skip(at + 1);
            if (at == text.Length)
                return Ends();
        }
        if (!isInList && last != JsonTokenType.PropertyName)
        {
            if (text[at] != '"')
                return $"a name in double quotes is wanted here, not {WordAt(at)}";
            if (EndOfText(at) is not { } end)
                return "the double quote has no counterpart on its line";
            var next = Skip(end + 1);
            if (next == text.Length || text[next] != ':')
                return $"a colon is missing after {WordAt(at)}";
        }
        if (text[at] == '"')
            return EndOfText(at) is null
                ? "the double quote has no counterpart on its line"
                : "a backslash in a text is written twice, as \\\\";
        return text[at] is (byte)'}' or (byte)']' or (byte)',' or (byte)':'
            ? $"a value is missing before {WordAt(at)}"
            : $"{WordAt(at)} is not a value: a text stands in double quotes; without them there are numbers, true, false and null";
    }

    private string Ends() =>
        depth == 1 ? "the file ends, and a closing brace is missing" : $"the file ends, and {depth} brackets are still open";

    private string WrongBracket(int at) =>
        isInList ? "a ] is wanted here, not " + (char)text[at] : "a } is wanted here, not " + (char)text[at];

    // Blanks and comments, which the settings may have.
    private int Skip(int at)
    {
        while (at < text.Length)
        {
            if (text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                at++;
                continue;
            }
            var rest = text.AsSpan(at);
            var length =
                rest.StartsWith("//"u8) ? rest.IndexOf((byte)'\n')
                : rest.StartsWith("/*"u8) ? rest.IndexOf("*/"u8) + 2
                : 0;
            if (length == 0)
                return at;
            at = length < 2 ? text.Length : at + length;
        }
        return at;
    }

    private int? EndOfText(int at)
    {
        for (var i = at + 1; i < text.Length && text[i] >= ' '; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                return i;
        }
        return null;
    }

    private string WordAt(int at)
    {
        const int Longest = 40;
        if (text[at] == '"' && EndOfText(at) is { } end)
            return Encoding.UTF8.GetString(text, at, Math.Min(end + 1 - at, Longest));
        var length = text.AsSpan(at).IndexOfAny(WordEnds);
        if (length < 0)
            length = text.Length - at;
        return $"\"{Encoding.UTF8.GetString(text, at, Math.Clamp(length, 1, Longest))}\"";
    }
}
