namespace Parley.Registrar;

/// <summary>What became of the rows of a store.</summary>
/// <param name="Loaded">Contacts that are bound now.</param>
/// <param name="WithoutFlow">Those of them whose only way was a connection, or a listener, that is gone: they are called again once they have registered again.</param>
/// <param name="Expired">Rows whose time had run out while the server was away; they are removed from the store.</param>
/// <param name="PassedOver">Rows that are no contact here: no domain, an address or URI that cannot be read, a contact that is bound already, no room in the table.</param>
public readonly record struct LocationLoadResult(int Loaded, int WithoutFlow, int Expired, int PassedOver);
