using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Parley.Management;

/// <summary>What is asked of the API and not there: 404, or 405 with the methods that there are.</summary>
internal sealed class UnknownPathEndpoints : IManagementEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapFallback(
            "/api/{**path}",
            context =>
            {
                string[] methods = MethodsOf(endpoints, context.Request.Path);
                if (methods.Length == 0)
                    return ApiProblem.NotFound("There is nothing at this path.").WriteAsync(context);
                context.Response.Headers.Allow = string.Join(", ", methods);
                return new ApiProblem(StatusCodes.Status405MethodNotAllowed, $"This path takes {string.Join(", ", methods)}.").WriteAsync(
                    context
                );
            }
        );

    private static string[] MethodsOf(IEndpointRouteBuilder endpoints, PathString path) =>
        [
            .. endpoints
                .DataSources.SelectMany(static source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .Where(endpoint => Leads(endpoint, path))
                .SelectMany(static endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private static bool Leads(RouteEndpoint endpoint, PathString path) =>
        endpoint.RoutePattern.RawText is { } pattern && new TemplateMatcher(TemplateParser.Parse(pattern), []).TryMatch(path, []);
}
