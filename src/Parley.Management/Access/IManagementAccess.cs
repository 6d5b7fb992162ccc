using Microsoft.AspNetCore.Http;

namespace Parley.Management;

/// <summary>
/// Decides which HTTP requests the management side takes, and in whose name. The one in the services counts; without one, that of <see cref="ManagementOptions.Access"/>.
/// </summary>
public interface IManagementAccess
{
    /// <summary>True: listeners beyond loopback may be opened, over TLS, since this access asks for credentials there.</summary>
    bool ProtectsOtherAddresses { get; }

    /// <summary>Judges a request whose Host and Origin have been found in order. A refusal has to be written to the response. An endpoint with <see cref="OpenToAll"/> needs no credential.</summary>
    /// <param name="context">The request; its endpoint is known.</param>
    /// <returns>The caller; null when the request was refused and answered.</returns>
    ValueTask<ManagementCaller?> AdmitAsync(HttpContext context);
}
