namespace Parley.Dialogs;

/// <summary>One dialog in one value of a profile: a link in the value's chain and in the dialog's. Free of references.</summary>
internal struct ProfileMember : ISlabRecord
{
    /// <summary>The dialog's id as a number.</summary>
    public ulong Dialog;

    /// <summary>The next membership of the same dialog (a handle of <see cref="DialogProfileTable"/>), 0 at its end.</summary>
    public long NextOfDialog;

    public int Value;
    public int Previous;
    public int Next;
    public bool IsReplicated;

    int ISlabRecord.Link
    {
        readonly get => Next;
        set => Next = value;
    }
}

/// <summary>One value of a profile and its dialogs. It exists while it has members.</summary>
internal struct ProfileValue : ISlabRecord
{
    public byte[] Text;
    public uint Hash;
    public int NextInBucket;
    public int First;
    public int Count;

    /// <summary>Members that are no replicas.</summary>
    public int Own;

    int ISlabRecord.Link
    {
        readonly get => NextInBucket;
        set => NextInBucket = value;
    }
}
