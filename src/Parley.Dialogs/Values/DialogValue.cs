using System.Text;

namespace Parley.Dialogs;

/// <summary>One value of a dialog, as it was when it was read.</summary>
public readonly ref struct DialogValue
{
    internal DialogValue(PackedValue value)
    {
        NameUtf8 = value.Name;
        ValueUtf8 = value.Value;
        IsInteger = value.IsInteger;
    }

    /// <summary>The name's bytes.</summary>
    public ReadOnlySpan<byte> NameUtf8 { get; }

    /// <summary>The value's bytes; of an integer its decimal text.</summary>
    public ReadOnlySpan<byte> ValueUtf8 { get; }

    /// <summary>Stored as an integer. After a dialog came back from a store every value is text, readable as an integer where it is one.</summary>
    public bool IsInteger { get; }

    /// <summary>The name as text; allocates.</summary>
    public string Name => Encoding.UTF8.GetString(NameUtf8);

    /// <summary>The value as text; allocates.</summary>
    public string Value => Encoding.UTF8.GetString(ValueUtf8);
}
