namespace Parley.Dialogs;

/// <summary>A hash of entries one after the other (FNV-1a, 64 bits): tells one journal from another, and is no proof against anyone.</summary>
internal static class JournalHash
{
    public const ulong Start = 14695981039346656037;

    public static ulong Add(ulong hash, ReadOnlySpan<byte> entry)
    {
        foreach (byte b in entry)
            hash = (hash ^ b) * 1099511628211;
        return (hash ^ (uint)entry.Length) * 1099511628211; // so that it matters where one ends
    }
}
