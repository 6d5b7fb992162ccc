using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Registrar;

namespace Parley.Management;

/// <summary>Whether the server does well: <c>/api/v1/health</c>, <c>/healthz</c>, <c>/readyz</c>; and <c>/api/v1/me</c>.</summary>
internal sealed class StatusEndpoints(
    ParleyApplication application,
    ManagementOptions options,
    ILoggerFactory loggers,
    DialogPersistence? dialogs = null,
    LocationPersistence? locations = null
) : IManagementEndpoints
{
    private readonly DateTimeOffset _started = application.Time.GetUtcNow();

    /// <summary>Of the program, or of Parley where the program has none.</summary>
    public static string Version { get; } =
        (Assembly.GetEntryAssembly() ?? typeof(StatusEndpoints).Assembly)
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "0.0.0";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var routes = new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"));
        routes.Map(
            "GET",
            ApiRoutes.Prefix + "/me",
            new ApiOperation("getMe", "The caller and its role.") { Result = ApiJson.Default.ApiCallerInfo },
            MeAsync
        );
        routes.Map(
            "GET",
            ApiRoutes.Prefix + "/health",
            new ApiOperation("getHealth", "Listeners, stores, and what is not as it should be.") { Result = ApiJson.Default.ApiHealth },
            HealthAsync
        );
        routes.Map(
            "GET",
            "/healthz",
            new ApiOperation("isAlive", "200 as long as the server answers.") { ResultType = "text/plain" },
            AliveAsync
        );
        routes.Map(
            "GET",
            "/readyz",
            new ApiOperation(
                "isReady",
                "200 while the server takes calls; 503 and why while it starts, stops, or cannot keep what it has to."
            )
            {
                ResultType = "text/plain",
            },
            ReadyAsync
        );
    }

    private static async ValueTask<ApiProblem?> MeAsync(ApiCall call)
    {
        ManagementCaller caller = call.Context.ManagementCaller;
        var me = new ApiCallerInfo(caller.Name, ManagementAccess.RoleOf(caller));
        await call.WriteAsync(me, ApiJson.Default.ApiCallerInfo).ConfigureAwait(false);
        return null;
    }

    private static async ValueTask<ApiProblem?> AliveAsync(ApiCall call)
    {
        await call.WriteTextAsync(StatusCodes.Status200OK, "ok\n").ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ApiProblem?> ReadyAsync(ApiCall call)
    {
        string? fault =
            application.IsDraining ? "draining"
            : dialogs?.Statistics.IsLoading == true ? "loading dialogs"
            : locations?.Statistics.IsLoaded == false ? "the registrations are not loaded"
            : null;
        await call.WriteTextAsync(
                fault is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
                (fault ?? "ready") + "\n"
            )
            .ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ApiProblem?> HealthAsync(ApiCall call)
    {
        List<ApiStore> stores = [];
        if (dialogs?.Statistics is { } ofDialogs)
            stores.Add(new ApiStore("dialogs", ofDialogs.QueueDepth, (long)ofDialogs.OldestAge.TotalMilliseconds, ofDialogs.IsAvailable));
        if (locations?.Statistics is { } ofLocations)
            stores.Add(
                new ApiStore("registrations", ofLocations.QueueDepth, (long)ofLocations.QueueAge.TotalMilliseconds, ofLocations.IsAvailable)
            );
        List<string> faults =
        [
            .. stores.Where(static store => !store.Available).Select(static store => $"the store of {store.Name} is away"),
        ];
        if (application.IsDraining)
            faults.Add("draining");
        if (dialogs?.Statistics.IsLoading == true)
            faults.Add("dialogs are being loaded");
        var health = new ApiHealth
        {
            Status = faults.Count == 0 ? "ok" : "degraded",
            Faults = faults,
            Version = Version,
            Node = options.Api.NodeName,
            Started = _started,
            Draining = application.IsDraining,
            Listeners = [.. application.Transport.Listeners.Select(static listener => listener.ToString())],
            Stores = stores,
        };
        await call.WriteAsync(health, ApiJson.Default.ApiHealth).ConfigureAwait(false);
        return null;
    }
}
