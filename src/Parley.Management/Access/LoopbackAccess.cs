using System.Net;
using Microsoft.AspNetCore.Http;

namespace Parley.Management;

/// <summary>Lets in what comes from this machine, to read and to change.</summary>
internal sealed class LoopbackAccess : IManagementAccess
{
    public bool ProtectsOtherAddresses => false;

    public ValueTask<ManagementCaller?> AdmitAsync(HttpContext context)
    {
        ConnectionInfo connection = context.Connection;
        if (connection.RemoteIpAddress is { } address && IsLoopback(address))
            return ValueTask.FromResult<ManagementCaller?>(
                new ManagementCaller(new IPEndPoint(address, connection.RemotePort).ToString(), "http", MayChange: true)
            );
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return ValueTask.FromResult<ManagementCaller?>(null);
    }

    internal static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
