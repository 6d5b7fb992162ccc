namespace Parley.Proxy;

/// <summary>What the registrar grants and how it tells addresses-of-record apart. Read at each REGISTER.</summary>
public sealed class RegistrarOptions
{
    /// <summary>Lifetime of a binding that asks for none. RFC 3261 10.3 step 6.</summary>
    public TimeSpan DefaultExpires { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A shorter wish is answered 423 with Min-Expires (10.3 step 7). One hour or more is never "too brief".</summary>
    public TimeSpan MinExpires { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A longer wish is cut to this.</summary>
    public TimeSpan MaxExpires { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Bindings one address-of-record may have; more are answered 403.</summary>
    public int MaxContacts { get; set; } = 16;

    /// <summary>Bindings the table may hold in all; more are answered 503 with Retry-After.</summary>
    public int MaxBindings { get; set; } = 1_000_000;

    /// <summary>A REGISTER with Path whose client does not list "path" in Supported is refused with 420 (RFC 3327 5.3); false: it is accepted.</summary>
    public bool RequirePathSupport { get; set; } = true;

    /// <summary>The port of the To URI tells addresses-of-record apart. Off: alice@example.com:5070 is alice@example.com.</summary>
    public bool KeepPort { get; set; }

    /// <summary>"Alice" and "alice" are one user. Off, as RFC 3261 19.1.4 has it.</summary>
    public bool IgnoreUserCase { get; set; }

    /// <summary>Which addresses-of-record exist here; others are answered 404 (10.3 step 5). Null: all.</summary>
    public AddressPredicate? Serves { get; set; }
}
