using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>Maps operations of the API. What all have in common is done here: role, media type, unknown parameters, problems, the audit line.</summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder endpoints, ILogger log)
{
    public const string Prefix = "/api/v1";

    /// <summary>Maps one.</summary>
    /// <param name="method">GET, POST, PUT, PATCH, DELETE.</param>
    /// <param name="path">The whole path.</param>
    /// <param name="operation">What it is.</param>
    /// <param name="run">Runs it; null: it has written its response, else the problem to send.</param>
    public void Map(string method, string path, ApiOperation operation, Func<ApiCall, ValueTask<ApiProblem?>> run)
    {
        IEndpointConventionBuilder endpoint = endpoints
            .MapMethods(path, [method], context => RunAsync(context, operation, run))
            .WithMetadata(operation);
        if (operation.IsOpen)
            endpoint.WithMetadata(OpenToAll.Instance);
    }

    private async Task RunAsync(HttpContext context, ApiOperation operation, Func<ApiCall, ValueTask<ApiProblem?>> run)
    {
        var call = new ApiCall(context, operation);
        ApiProblem? problem = Check(context, operation);
        bool isTried = problem is null;
        if (operation.Changes)
            call.Succeeding = () => Say(call, null);
        try
        {
            problem ??= await run(call).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
            return;
        }
        catch (Exception failure)
        {
            ApiLog.Failed(log, failure, operation.Name);
            problem = new ApiProblem(StatusCodes.Status500InternalServerError, "The request failed; the log of the server says why.");
        }

        if (problem is null)
        {
            call.Succeed();
            return;
        }

        if (operation.Changes && isTried)
            Say(call, problem);
        // A result that breaks off must not be taken for a whole one.
        if (context.Response.HasStarted)
            context.Abort();
        else
            await problem.WriteAsync(context).ConfigureAwait(false);
    }

    private ApiProblem? Check(HttpContext context, ApiOperation operation)
    {
        if (operation.Changes && !context.ManagementCaller.MayChange)
        {
            ManagementLog.Refused(log, operation.Name, context.ManagementCaller.LogName, context.ManagementCaller.Transport);
            return new ApiProblem(StatusCodes.Status403Forbidden, "This needs the role operate.");
        }

        HttpRequest request = context.Request;
        bool hasBody = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;
        if (hasBody && operation.Body is not null && !request.HasJsonContentType())
            return new ApiProblem(StatusCodes.Status415UnsupportedMediaType, "The body is application/json.");
        if (!hasBody && operation is { Body: not null, IsBodyOptional: false })
            return ApiProblem.Invalid("A body is missing.");
        foreach (string name in request.Query.Keys)
            if (!operation.Parameters.Any(parameter => parameter.Name == name))
                return ApiProblem.Invalid(
                    operation.Parameters.Count == 0
                        ? $"There is no parameter \"{Short(name)}\"; this path takes none."
                        : $"There is no parameter \"{Short(name)}\"; there are {string.Join(", ", operation.Parameters.Select(static p => p.Name))}."
                );
        return null;
    }

    private void Say(ApiCall call, ApiProblem? problem) =>
        ManagementLog.Changed(
            log,
            call.Operation.Name,
            call.Context.ManagementCaller.LogName,
            call.Context.ManagementCaller.Transport,
            problem is null ? "OK" : $"{problem.Status} {problem.Detail}",
            call.Subject.Length == 0 ? "" : " " + LogText.OneLine(call.Subject)
        );

    private static string Short(string text) => text.Length <= 40 ? text : text[..40];
}
