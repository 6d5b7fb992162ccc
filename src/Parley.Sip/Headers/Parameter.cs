namespace Parley.Sip;

/// <summary>One parameter, as written.</summary>
public readonly ref struct Parameter
{
    internal Parameter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The name.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value, quotes included; empty for a flag.</summary>
    public ReadOnlySpan<byte> Value { get; }

    internal static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> value) =>
        value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
}
