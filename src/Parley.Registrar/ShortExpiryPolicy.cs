namespace Parley.Registrar;

/// <summary>What happens to a REGISTER that asks for a shorter lifetime than <see cref="RegistrarOptions.MinExpires"/>.</summary>
public enum ShortExpiryPolicy : byte
{
    /// <summary>423 with Min-Expires (RFC 3261 10.3 step 7).</summary>
    Refuse,

    /// <summary>The contact is bound for the shortest lifetime allowed.</summary>
    Raise,
}
