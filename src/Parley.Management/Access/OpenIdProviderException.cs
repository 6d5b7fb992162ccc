namespace Parley.Management;

/// <summary>The OpenID provider does not answer: whether a token is good is not known.</summary>
internal sealed class OpenIdProviderException(string message) : Exception(message);
