namespace Parley.Dialogs;

/// <summary>A profile that a failed call was in.</summary>
internal struct FormerMembership : ISlabRecord
{
    /// <summary>The profile's index.</summary>
    public int Profile;

    /// <summary>Of the same dialog, the next one; 0: none.</summary>
    public int Next;

    int ISlabRecord.Link
    {
        readonly get => Next;
        set => Next = value;
    }

    public bool IsReplicated;

    /// <summary>Never changed.</summary>
    public byte[] Value;
}
