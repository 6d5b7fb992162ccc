using System.Text;

namespace Parley.Dialogs;

/// <summary>
/// What modules store in a dialog under names: strings (any bytes) and integers, overwritten when stored again, written to the store and
/// to other nodes with the dialog. Safe from any thread; reading allocates nothing but the strings asked for. Names compare by their bytes.
/// </summary>
public readonly struct DialogValues : IEquatable<DialogValues>
{
    private readonly Dialog _dialog;

    internal DialogValues(Dialog dialog) => _dialog = dialog;

    /// <summary>How many values there are.</summary>
    public int Count => _dialog.ValueStore.Count;

    /// <summary>The value of this name as text; null when there is none. Store with <see cref="Set(string, string)"/>.</summary>
    /// <param name="name">Not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string? this[string name] => TryGet(name, out string? value) ? value : null;

    /// <summary>Stores or overwrites a value (<c>store_dlg_value</c>).</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">Any bytes, none too.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Changed(_dialog.ValueStore.Set(name, value));

    /// <summary>Stores or overwrites an integer.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">The integer.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(ReadOnlySpan<byte> name, long value) => Changed(_dialog.ValueStore.Set(name, value));

    /// <summary>Stores or overwrites a value as UTF-8.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        Set(
            new Utf8Text(name, stackalloc byte[Utf8Text.ScratchSize]).Bytes,
            new Utf8Text(value, stackalloc byte[Utf8Text.ScratchSize]).Bytes
        );
    }

    /// <summary>Stores or overwrites an integer.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">The integer.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, long value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Set(new Utf8Text(name, stackalloc byte[Utf8Text.ScratchSize]).Bytes, value);
    }

    /// <summary>Adds to an integer in one step; missing or no integer, it counts as 0. Wraps around at 64 bits.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="amount">What to add, negative too.</param>
    /// <returns>The sum.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public long Add(string name, long amount)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        long sum = _dialog.ValueStore.Add(new Utf8Text(name, stackalloc byte[Utf8Text.ScratchSize]).Bytes, amount);
        Changed(true);
        return sum;
    }

    /// <summary>Finds a value (<c>fetch_dlg_value</c>). The bytes stay as they are whatever is stored later.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; empty when there is none.</param>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => _dialog.ValueStore.TryGet(name, out value);

    /// <summary>Finds a value that is an integer, or the decimal text of one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The integer; 0 when there is none.</param>
    public bool TryGetInteger(ReadOnlySpan<byte> name, out long value) => _dialog.ValueStore.TryGet(name, out value);

    /// <summary>Finds a value as text.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The text; null when there is none.</param>
    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        bool found = TryGet(new Utf8Text(name, stackalloc byte[Utf8Text.ScratchSize]).Bytes, out ReadOnlySpan<byte> bytes);
        value = found ? Encoding.UTF8.GetString(bytes) : null;
        return found;
    }

    /// <summary>Finds a value that is an integer, or the decimal text of one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The integer; 0 when there is none.</param>
    public bool TryGetInteger(string name, out long value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return TryGetInteger(new Utf8Text(name, stackalloc byte[Utf8Text.ScratchSize]).Bytes, out value);
    }

    /// <summary>Removes a value; false when there was none.</summary>
    /// <param name="name">The name.</param>
    public bool Remove(ReadOnlySpan<byte> name) => Changed(_dialog.ValueStore.Remove(name));

    /// <summary>Removes a value; false when there was none.</summary>
    /// <param name="name">The name.</param>
    public bool Remove(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Remove(new Utf8Text(name, stackalloc byte[Utf8Text.ScratchSize]).Bytes);
    }

    /// <summary>Walks over the values as they are now, in the order in which their names were first stored.</summary>
    public Enumerator GetEnumerator() => new(_dialog.ValueStore.Packed);

    /// <inheritdoc/>
    public bool Equals(DialogValues other) => ReferenceEquals(_dialog, other._dialog);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DialogValues other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_dialog);

    /// <summary>Whether both are the values of one dialog.</summary>
    public static bool operator ==(DialogValues left, DialogValues right) => left.Equals(right);

    /// <summary>Whether they are the values of two dialogs.</summary>
    public static bool operator !=(DialogValues left, DialogValues right) => !left.Equals(right);

    private bool Changed(bool changed)
    {
        if (changed)
            _dialog.Updated();
        return changed;
    }

    /// <summary>Walks over a snapshot of the values.</summary>
    public ref struct Enumerator
    {
        private PackedValueReader _reader;

        internal Enumerator(ReadOnlySpan<byte> packed) => _reader = new PackedValueReader(packed);

        /// <summary>The value it stands on.</summary>
        public readonly DialogValue Current => new(_reader.Current);

        /// <summary>Goes to the next; false when there is none.</summary>
        public bool MoveNext() => _reader.MoveNext();
    }
}
