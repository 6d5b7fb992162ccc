using Parley.Sip;

namespace Parley.Registrar;

/// <summary>What the registrar grants and what makes addresses-of-record different. Read at each REGISTER.</summary>
public sealed class RegistrarOptions
{
    /// <summary>Lifetime of a binding that asks for none. RFC 3261 10.3 step 6.</summary>
    public TimeSpan DefaultExpires { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The shortest lifetime. What happens to a shorter wish <see cref="ShortExpiry"/> says.</summary>
    public TimeSpan MinExpires { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A wish under <see cref="MinExpires"/>: refused with 423 and Min-Expires (10.3 step 7; one hour or more is never "too brief"), or raised to it. The 200 has the lifetime
    /// that was granted.
    /// </summary>
    public ShortExpiryPolicy ShortExpiry { get; set; }

    /// <summary>A longer wish is cut to this.</summary>
    public TimeSpan MaxExpires { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Bindings one address-of-record may have. What happens beyond it <see cref="ContactLimit"/> says.</summary>
    public int MaxContacts { get; set; } = 10;

    /// <summary>
    /// One binding more than <see cref="MaxContacts"/>: refused with 403, or the one registered longest ago gives way. What code has bound without a Call-ID stays, and one
    /// REGISTER with more contacts than the limit is refused in any case.
    /// </summary>
    public ContactLimitPolicy ContactLimit { get; set; }

    /// <summary>Bindings the table may hold in all; more are answered 503 with Retry-After.</summary>
    public int MaxBindings { get; set; } = 1_000_000;

    /// <summary>Bytes the table may hold in all, as it reckons them (objects and texts of addresses and bindings); more is answered 503 with Retry-After.</summary>
    public long MaxMemory { get; set; } = 1L << 30;

    /// <summary>Bytes of an address-of-record in canonical form; a longer one is answered 404.</summary>
    public int MaxAddressLength { get; set; } = 255;

    /// <summary>Bytes of a Contact URI, and of its +sip.instance; longer ones are answered 400. A stored URI goes into every request to its user.</summary>
    public int MaxContactLength { get; set; } = 255;

    /// <summary>Bytes of one Path value (RFC 3327); longer ones are answered 400.</summary>
    public int MaxPathLength { get; set; } = 255;

    /// <summary>Path values a binding may have; more are answered 400.</summary>
    public int MaxPaths { get; set; } = 4;

    /// <summary>Bytes of one binding's texts together (Contact URI, Paths, Call-ID, instance); more is answered 400.</summary>
    public int MaxBindingSize { get; set; } = 2_048;

    /// <summary>
    /// Contacts that name this element are taken. Off: they are answered 403, since a call to them comes straight back; bind forwarding by code
    /// (<see cref="LocationTable.Bind(AddressOfRecord, SipUri, TimeSpan?, int)"/>) instead. A contact that is reached over its flow or by another hop's Path may look like this element's address.
    /// </summary>
    public bool AllowOwnContacts { get; set; }

    /// <summary>A REGISTER with Path whose client does not list "path" in Supported is refused with 420 (RFC 3327 5.3); false: it is accepted.</summary>
    public bool RequirePathSupport { get; set; } = true;

    /// <summary>The port of the To URI makes addresses-of-record different. Off: alice@example.com:5070 is alice@example.com.</summary>
    public bool KeepPort { get; set; }

    /// <summary>"Alice" and "alice" are one user. Off, as RFC 3261 19.1.4 has it.</summary>
    public bool IgnoreUserCase { get; set; }

    /// <summary>Which addresses-of-record exist here; others are answered 404 (10.3 step 5). Null: all.</summary>
    public AddressPredicate? Serves { get; set; }
}
