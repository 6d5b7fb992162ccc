namespace Parley.Proxy;

/// <summary>All bindings of one address-of-record. Readers take the array as it is; writers exchange it under the gate.</summary>
internal sealed class LocationEntry(AddressOfRecord address)
{
    private volatile Binding[] _bindings = [];

    public AddressOfRecord Address { get; } = address;

    public Lock Gate { get; } = new();

    /// <summary>By falling q; among equals the older first. Never changed in place.</summary>
    public Binding[] Bindings { get => _bindings; set => _bindings = value; }

    /// <summary>Left the table: a writer that still holds it must fetch the new one.</summary>
    public bool IsGone { get; set; }

    /// <summary>When the expiry queue will look at it; guarded by the queue's lock.</summary>
    public long NextLook { get; set; } = long.MaxValue;
}
