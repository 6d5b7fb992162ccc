namespace Parley.Registrar;

/// <summary>What happens to a REGISTER that would give an address more bindings than <see cref="RegistrarOptions.MaxContacts"/>.</summary>
public enum ContactLimitPolicy : byte
{
    /// <summary>403, and nothing is changed.</summary>
    Refuse,

    /// <summary>The binding registered longest ago is removed.</summary>
    ReplaceOldest,
}
