namespace Parley.Registrar;

/// <summary>All bindings of one address-of-record. Readers take the array as it is; writers exchange it under the gate.</summary>
internal sealed class LocationEntry(AddressOfRecord address)
{
    private volatile Binding[] _bindings = [];
    private int _queued;

    public AddressOfRecord Address { get; } = address;

    public Lock Lock { get; } = new();

    /// <summary>Bytes it takes without bindings, as the table reckons.</summary>
    public int Size => 384 + Address.Bytes.Length;

    /// <summary>By falling q; among equals the older first. Never changed in place.</summary>
    public Binding[] Bindings
    {
        get => _bindings;
        set => _bindings = value;
    }

    /// <summary>Bytes of it that the table has counted; guarded by the gate.</summary>
    public long Counted { get; set; }

    /// <summary>Places it has in the expiry queue. While it has any it stays in the table, so that what comes and goes quickly is counted as long as it takes memory.</summary>
    public int Queued
    {
        get => Volatile.Read(ref _queued);
        set => Volatile.Write(ref _queued, value);
    }

    /// <summary>Left the table: a writer that still holds it must fetch the new one.</summary>
    public bool IsGone { get; set; }

    /// <summary>When the expiry queue will look at it; guarded by the queue's lock.</summary>
    public long NextLook { get; set; } = long.MaxValue;
}
