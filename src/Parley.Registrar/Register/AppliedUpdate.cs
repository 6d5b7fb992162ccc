namespace Parley.Registrar;

/// <summary>What a REGISTER has changed, so that it can be taken back.</summary>
/// <param name="Address">Whose bindings.</param>
/// <param name="Before">As they were.</param>
/// <param name="After">As they are.</param>
internal sealed record AppliedUpdate(AddressOfRecord Address, Binding[] Before, Binding[] After);
