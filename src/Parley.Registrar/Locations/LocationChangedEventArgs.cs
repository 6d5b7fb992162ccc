namespace Parley.Registrar;

/// <summary>One change of a <see cref="LocationTable"/>.</summary>
public sealed class LocationChangedEventArgs : EventArgs
{
    internal LocationChangedEventArgs(AddressOfRecord address, Binding binding, LocationChangeKind kind)
    {
        Address = address;
        Binding = binding;
        Kind = kind;
    }

    /// <summary>Whose binding.</summary>
    public AddressOfRecord Address { get; }

    /// <summary>The binding: as it is now, or as it was when it went.</summary>
    public Binding Binding { get; }

    /// <summary>What happened.</summary>
    public LocationChangeKind Kind { get; }
}
