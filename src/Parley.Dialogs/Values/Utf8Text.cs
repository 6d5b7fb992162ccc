using System.Text;

namespace Parley.Dialogs;

/// <summary>A string as UTF-8, in the caller's stack when it fits.</summary>
internal readonly ref struct Utf8Text
{
    /// <summary>Stack that callers offer.</summary>
    public const int ScratchSize = 128;

    public readonly ReadOnlySpan<byte> Bytes;

    public Utf8Text(string text, Span<byte> scratch) =>
        Bytes = Encoding.UTF8.TryGetBytes(text, scratch, out int length) ? scratch[..length] : Encoding.UTF8.GetBytes(text);
}
