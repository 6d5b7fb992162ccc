namespace Parley.Dialogs;

/// <summary>The 32 flags that modules set on a dialog, by name or by bit (column <c>script_flags</c>). Every operation is atomic.</summary>
public readonly struct DialogUserFlags : IEquatable<DialogUserFlags>
{
    private readonly Dialog _dialog;

    internal DialogUserFlags(Dialog dialog) => _dialog = dialog;

    /// <summary>All flags as bits.</summary>
    public uint Bits => Volatile.Read(ref _dialog.UserFlagBits);

    /// <summary>Whether the flag is set; false for a name never used.</summary>
    /// <param name="name">The name.</param>
    public bool IsSet(string name) => _dialog.Runtime.UserFlags.Find(name) is >= 0 and int bit && IsSet(bit);

    /// <summary>Whether the flag is set.</summary>
    /// <param name="bit">0 to 31.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public bool IsSet(int bit) => (Bits & Mask(bit)) != 0;

    /// <summary>Sets the flag; of several threads exactly one gets false.</summary>
    /// <param name="name">Not empty.</param>
    /// <returns>Whether it was set before.</returns>
    /// <exception cref="ArgumentException">The name is empty, or all 32 flags have other names.</exception>
    public bool TestAndSet(string name) => TestAndSet(_dialog.Runtime.UserFlags.Add(name));

    /// <summary>Sets the flag; of several threads exactly one gets false.</summary>
    /// <param name="bit">0 to 31.</param>
    /// <returns>Whether it was set before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public bool TestAndSet(int bit) => Changed((Interlocked.Or(ref _dialog.UserFlagBits, Mask(bit)) & Mask(bit)) != 0, true);

    /// <summary>Takes the flag away; of several threads exactly one gets true.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it was set before.</returns>
    public bool TestAndReset(string name) => _dialog.Runtime.UserFlags.Find(name) is >= 0 and int bit && TestAndReset(bit);

    /// <summary>Takes the flag away; of several threads exactly one gets true.</summary>
    /// <param name="bit">0 to 31.</param>
    /// <returns>Whether it was set before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public bool TestAndReset(int bit) => Changed((Interlocked.And(ref _dialog.UserFlagBits, ~Mask(bit)) & Mask(bit)) != 0, false);

    /// <summary>The flags that are set, by name; one that has no name by its bit.</summary>
    public IReadOnlyList<string> ToList()
    {
        uint bits = Bits;
        IReadOnlyList<string> names = _dialog.Runtime.UserFlags.Names;
        var list = new List<string>();
        for (int bit = 0; bit < DialogUserFlagTable.MaxFlags; bit++)
            if ((bits & (1u << bit)) != 0)
                list.Add(bit < names.Count ? names[bit] : bit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return list;
    }

    /// <inheritdoc/>
    public bool Equals(DialogUserFlags other) => ReferenceEquals(_dialog, other._dialog);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DialogUserFlags other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_dialog);

    /// <summary>Whether both are the flags of one dialog.</summary>
    public static bool operator ==(DialogUserFlags left, DialogUserFlags right) => left.Equals(right);

    /// <summary>Whether they are the flags of two dialogs.</summary>
    public static bool operator !=(DialogUserFlags left, DialogUserFlags right) => !left.Equals(right);

    private static uint Mask(int bit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bit);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bit, DialogUserFlagTable.MaxFlags);
        return 1u << bit;
    }

    private bool Changed(bool was, bool now)
    {
        if (was != now)
            _dialog.Updated();
        return was;
    }
}
