using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary><c>/api/v1/openapi.json</c>: the document of the API, made of the paths that are mapped.</summary>
internal sealed class DocumentEndpoints(ILoggerFactory loggers) : IManagementEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) =>
        new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management")).Map(
            "GET",
            ApiRoutes.Prefix + "/openapi.json",
            new ApiOperation("getDocument", "This document (OpenAPI 3.1)."),
            async call =>
            {
                // Made anew each time: it is seldom asked for, and so it needs no care for what is mapped later.
                await call.WriteAsync(json => ApiDocument.Of(endpoints.DataSources).WriteTo(json)).ConfigureAwait(false);
                return null;
            }
        );
}
