using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Registrar;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>docs/reference/api.md has every operation as the code has it.</summary>
public class ApiReferenceTests
{
    private const string Page = "docs/reference/api.md";

    [Fact]
    public async Task The_page_is_that_of_the_paths()
    {
        var spy = new Spy();
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: builder =>
        {
            builder.Services.AddRegistrar();
            builder.Services.AddSingleton<IManagementEndpoints>(spy);
        });
        JsonElement document = await proxy.Api.GetAsync("/api/v1/openapi.json");
        string written = Write(spy.Operations(), document.GetProperty("components").GetProperty("schemas"));
        string file = Path.Combine(Root(), Page);
        string made = Path.Combine(Root(), "artifacts", "api.md");
        Directory.CreateDirectory(Path.GetDirectoryName(made)!);
        await File.WriteAllTextAsync(made, written);
        Assert.True(
            File.Exists(file) && await File.ReadAllTextAsync(file) == written,
            $"{Page} is not that of the code: copy {made} over it."
        );
    }

    private static string Write(IReadOnlyList<(string Method, string Path, ApiOperation Operation)> operations, JsonElement schemas)
    {
        var page = new StringBuilder(
            """
            # The HTTP API

            How it is called, and by whom: [management](../operations/management.md). A test compares this page with the code. A running server has the
            same as OpenAPI 3.1 at `/api/v1/openapi.json`.

            Times are UTC with milliseconds, members that end in `Ms` are milliseconds, and what is not known is left out. What goes wrong is answered
            by `application/problem+json` (RFC 9457). Operations with a plus change something: they need the role operate, and are logged.

            | Operation | | Body | Result |
            |---|---|---|---|

            """
        );
        foreach ((string method, string path, ApiOperation operation) in operations)
            page.Append("| `")
                .Append(method)
                .Append(' ')
                .Append(path)
                .Append('`')
                .Append(operation.Changes ? " +" : "")
                .Append(" | ")
                .Append(operation.Summary)
                .Append(" | ")
                .Append(operation.Body is null ? "" : NameOf(operation.Body.Type) + (operation.IsBodyOptional ? " or none" : ""))
                .Append(" | ")
                .Append(operation.Status)
                .Append(operation.Result is null ? "" : " " + NameOf(operation.Result.Type))
                .Append(" |\n");
        foreach ((string method, string path, ApiOperation operation) in operations.Where(static o => o.Operation.Parameters.Count > 0))
        {
            page.Append("\n## Parameters of `").Append(method).Append(' ').Append(path).Append("`\n\n| Parameter | |\n|---|---|\n");
            foreach (ApiParameter parameter in operation.Parameters)
                page.Append("| `").Append(parameter.Name).Append("` | ").Append(parameter.Description).Append(" |\n");
        }

        page.Append("\n## Types\n\n| Type | Members |\n|---|---|\n");
        foreach (JsonProperty schema in schemas.EnumerateObject().OrderBy(static s => s.Name, StringComparer.Ordinal))
            page.Append("| ")
                .Append(schema.Name)
                .Append(" | ")
                .AppendJoin(
                    ", ",
                    (
                        schema.Value.TryGetProperty("properties", out JsonElement members)
                            ? members.EnumerateObject().Select(static m => m.Name)
                            : []
                    ).Select(static name => $"`{name}`")
                )
                .Append(" |\n");
        return page.ToString();
    }

    private static string NameOf(Type type) =>
        type.IsGenericType
            ? type.GetGenericArguments() is [var one]
                ? $"list of {NameOf(one)}"
                : "an object of objects of numbers"
            : type.Name.StartsWith("Api", StringComparison.Ordinal)
                ? type.Name[3..]
                : type.Name;

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath("../..", Path.GetDirectoryName(here)!);

    private sealed class Spy : IManagementEndpoints
    {
        private IEndpointRouteBuilder? _endpoints;

        public void Map(IEndpointRouteBuilder endpoints) => _endpoints = endpoints;

        public IReadOnlyList<(string Method, string Path, ApiOperation Operation)> Operations() =>
            [
                .. _endpoints!
                    .DataSources.SelectMany(static source => source.Endpoints)
                    .OfType<RouteEndpoint>()
                    .Where(static endpoint => endpoint.Metadata.GetMetadata<ApiOperation>() is not null)
                    .Select(static endpoint =>
                        (
                            endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0],
                            endpoint.RoutePattern.RawText!,
                            endpoint.Metadata.GetMetadata<ApiOperation>()!
                        )
                    )
                    .OrderBy(static o => o.Item2, StringComparer.Ordinal)
                    .ThenBy(static o => o.Item1, StringComparer.Ordinal),
            ];
    }
}
