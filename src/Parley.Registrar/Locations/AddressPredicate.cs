using Parley.Sip;

namespace Parley.Registrar;

/// <summary>Says of an address-of-record, as the To URI of a REGISTER has it, whether it is served here.</summary>
/// <param name="address">The URI, valid during the call.</param>
public delegate bool AddressPredicate(SipUriView address);
