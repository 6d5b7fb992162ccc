using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Parley.Management;

/// <summary>The OpenAPI 3.1 document: each mapped path with an operation, and the schemas of what it takes and sends, from the types that read and write it.</summary>
internal sealed class ApiDocument
{
    private const string Json = "application/json";
    private readonly JsonObject _paths = [];
    private readonly JsonObject _schemas = [];

    private ApiDocument() { }

    public static JsonObject Of(IEnumerable<EndpointDataSource> sources)
    {
        var document = new ApiDocument();
        foreach (
            RouteEndpoint endpoint in sources
                .SelectMany(static source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .OrderBy(static endpoint => endpoint.RoutePattern.RawText, StringComparer.Ordinal)
        )
            if ((endpoint.Metadata.GetMetadata<ApiOperation>() ?? Unnamed(endpoint)) is { } operation)
                document.Add(endpoint, operation);
        return document.Whole();
    }

    /// <summary>A path of the API that a module has mapped by itself: of what it takes and sends nothing is known.</summary>
    private static ApiOperation? Unnamed(RouteEndpoint endpoint)
    {
        string path = "/" + endpoint.RoutePattern.RawText?.TrimStart('/');
        string? method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [string first, ..] ? first : null;
        if (method is null || !path.StartsWith(ApiRoutes.Prefix, StringComparison.Ordinal))
            return null;
        string summary = endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? path;
        return new ApiOperation($"{method} {path}", summary) { ResultType = "*/*" };
    }

    private JsonObject Whole() =>
        new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Parley",
                ["description"] = "Calls, registrations and the state of a Parley server. Errors are application/problem+json (RFC 9457).",
                ["version"] = StatusEndpoints.Version,
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["security"] = new JsonArray(new JsonObject(), new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = _paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = WithProblem(),
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "Beyond loopback, unless a client certificate or the cookie of the login is there.",
                    },
                },
            },
        };

    private JsonObject WithProblem()
    {
        _schemas["Problem"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["type"] = Typed("string"),
                ["title"] = Typed("string"),
                ["status"] = Typed("integer"),
                ["detail"] = Typed("string"),
            },
            ["required"] = new JsonArray("type", "title", "status", "detail"),
        };
        return _schemas;
    }

    private void Add(RouteEndpoint endpoint, ApiOperation operation)
    {
        string path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        if (_paths[path] is not JsonObject item)
            _paths[path] = item = [];
        foreach (string method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            item[method.ToLowerInvariant()] = Operation(endpoint, operation);
    }

    private JsonObject Operation(RouteEndpoint endpoint, ApiOperation operation)
    {
        var result = new JsonObject
        {
            ["operationId"] = operation.Name,
            ["summary"] = operation.Summary,
            ["tags"] = new JsonArray(TagOf(endpoint)),
        };
        if (operation.Changes)
            result["description"] = "Needs the role operate, and is logged.";
        if (operation.IsOpen)
            result["security"] = new JsonArray();
        JsonArray parameters = Parameters(endpoint, operation);
        if (parameters.Count > 0)
            result["parameters"] = parameters;
        if (operation.Body is { } body)
            result["requestBody"] = new JsonObject { ["required"] = !operation.IsBodyOptional, ["content"] = Content(Json, Schema(body)) };
        var success = new JsonObject { ["description"] = ApiWords.Of(operation.Status) };
        if (operation.Status != 204)
            success["content"] = Content(operation.ResultType, operation.Result is { } type ? Schema(type) : []);
        result["responses"] = new JsonObject
        {
            [operation.Status.ToString(CultureInfo.InvariantCulture)] = success,
            ["default"] = new JsonObject
            {
                ["description"] = "Why not.",
                ["content"] = Content("application/problem+json", Reference("Problem")),
            },
        };
        return result;
    }

    /// <summary>The part of the path behind the prefix: dialogs, profiles ...</summary>
    private static string TagOf(RouteEndpoint endpoint)
    {
        string[] parts = endpoint.RoutePattern.RawText!.Trim('/').Split('/');
        return parts.Length > 2 ? parts[2].Split('.')[0] : parts[0];
    }

    private static JsonArray Parameters(RouteEndpoint endpoint, ApiOperation operation)
    {
        var list = new JsonArray();
        foreach (var part in endpoint.RoutePattern.Parameters)
            list.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = part.Name,
                        ["in"] = "path",
                        ["required"] = true,
                        ["schema"] = Typed("string"),
                    }
            );
        foreach (ApiParameter parameter in operation.Parameters)
            list.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = parameter.Name,
                        ["in"] = "query",
                        ["description"] = parameter.Description,
                        ["schema"] = Typed(parameter.Type),
                    }
            );
        return list;
    }

    /// <summary>A reference to the schema of a type of ours; of lists and the like the schema itself.</summary>
    private JsonObject Schema(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return SchemaOf(type);
        string name = NameOf(type.Type);
        if (!_schemas.ContainsKey(name))
            _schemas[name] = SchemaOf(type);
        return Reference(name);
    }

    private static JsonObject SchemaOf(JsonTypeInfo type) =>
        type.GetJsonSchemaAsNode(
                new JsonSchemaExporterOptions
                {
                    TreatNullObliviousAsNonNullable = true,
                    TransformSchemaNode = static (context, schema) =>
                        context.TypeInfo.Type == typeof(DateTimeOffset) || context.TypeInfo.Type == typeof(DateTimeOffset?)
                            ? new JsonObject { ["type"] = "string", ["format"] = "date-time" }
                            : schema,
                }
            )
            .AsObject();

    private static string NameOf(Type type) => type.Name.StartsWith("Api", StringComparison.Ordinal) ? type.Name[3..] : type.Name;

    private static JsonObject Content(string type, JsonObject schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    private static JsonObject Typed(string type) => new() { ["type"] = type };
}
