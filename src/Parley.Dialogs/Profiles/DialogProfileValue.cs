using System.Text;

namespace Parley.Dialogs;

/// <summary>One value of a profile and how many dialogs have it.</summary>
/// <param name="Utf8">The value's bytes; empty in a profile without values.</param>
/// <param name="Count">The dialogs that have it, at least 1.</param>
public readonly record struct DialogProfileValue(ReadOnlyMemory<byte> Utf8, int Count)
{
    /// <summary>The value as text; allocates.</summary>
    public string Text => Encoding.UTF8.GetString(Utf8.Span);
}
