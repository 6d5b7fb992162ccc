using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary><c>/api/v1/login</c>: a browser gives its token once and keeps it in a cookie that no script reads.</summary>
internal sealed class LoginEndpoints(IManagementAccess access, ILoggerFactory loggers) : IManagementEndpoints
{
    private const string Path = ApiRoutes.Prefix + "/login";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (access is not ManagementAccess own)
            return;
        var routes = new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"));
        routes.Map(
            "POST",
            Path,
            new ApiOperation("logIn", "Keeps a token in a cookie of the browser.")
            {
                Body = ApiJson.Default.ApiLogin,
                Result = ApiJson.Default.ApiCallerInfo,
                IsOpen = true,
            },
            call => LogInAsync(call, own)
        );
        routes.Map(
            "DELETE",
            Path,
            new ApiOperation("logOut", "Removes the cookie.") { Status = StatusCodes.Status204NoContent, IsOpen = true },
            LogOutAsync
        );
    }

    private static async ValueTask<ApiProblem?> LogInAsync(ApiCall call, ManagementAccess access)
    {
        if (await call.ReadAsync(ApiJson.Default.ApiLogin).ConfigureAwait(false) is not { } body)
            return call.Fault;
        if (await access.LogInAsync(call.Context, body.Token).ConfigureAwait(false) is not { } caller)
            return null;
        if (!TokenCookie.TryWrite(call.Context, body.Token))
            return ApiProblem.Invalid("The token is too long for a cookie.");
        await call.WriteAsync(new ApiCallerInfo(caller.Name, ManagementAccess.RoleOf(caller)), ApiJson.Default.ApiCallerInfo)
            .ConfigureAwait(false);
        return null;
    }

    private static ValueTask<ApiProblem?> LogOutAsync(ApiCall call)
    {
        TokenCookie.Remove(call.Context);
        call.Context.Response.StatusCode = call.Operation.Status;
        return ValueTask.FromResult<ApiProblem?>(null);
    }
}
