using System.Text;

namespace Parley.Testing;

/// <summary>
/// What this element made by chance or key in the recording (branches, tags, the dialog's id, proofs), and what it made in the replay instead. The parties'
/// recorded messages quote the former; in the replay they have to quote the latter.
/// </summary>
internal sealed class ReplayTokens
{
    private readonly Dictionary<string, string> _replayed = new(StringComparer.Ordinal);

    /// <summary>Whether a character belongs to a token (RFC 3261 25.1, without the marks that end one in URIs).</summary>
    public static bool IsPart(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '!' or '%' or '*' or '_' or '+' or '`' or '\'' or '~' or '/' or '=';

    /// <summary>Remembers a pair; the first one of a token counts.</summary>
    public void Learn(string recorded, string replayed)
    {
        if (recorded.Length > 0 && recorded != replayed)
            _replayed.TryAdd(recorded, replayed);
    }

    /// <summary>The message as it would have been with the replay's tokens. The body stays.</summary>
    public byte[] Apply(ReadOnlySpan<byte> message)
    {
        if (_replayed.Count == 0)
            return message.ToArray();
        int end = message.IndexOf("\r\n\r\n"u8);
        ReadOnlySpan<byte> head = end < 0 ? message : message[..end];
        // Latin-1 keeps each byte.
        string text = Encoding.Latin1.GetString(head);
        foreach ((string recorded, string replayed) in _replayed)
            text = Replace(text, recorded, replayed);
        return [.. Encoding.Latin1.GetBytes(text), .. message[head.Length..]];
    }

    private static string Replace(string text, string recorded, string replayed)
    {
        int at = text.IndexOf(recorded, StringComparison.Ordinal);
        if (at < 0)
            return text;
        var result = new StringBuilder(text.Length + 64);
        int done = 0;
        for (; at >= 0; at = text.IndexOf(recorded, at + 1, StringComparison.Ordinal))
        {
            int after = at + recorded.Length;
            bool isWhole = (at == 0 || !IsPart(text[at - 1]) || text[at - 1] == '=') && (after == text.Length || !IsPart(text[after]));
            if (!isWhole || at < done)
                continue;
            result.Append(text, done, at - done).Append(replayed);
            done = after;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }
}
