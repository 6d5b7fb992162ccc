using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary><c>POST /api/v1/explain</c>: what would become of a request. It changes nothing, so that every caller may ask.</summary>
internal sealed class ExplainEndpoints(Func<IRequestExplainer?> explainer, ILoggerFactory loggers) : IManagementEndpoints
{
    private const string DefaultSource = "127.0.0.1:5060";

    public void Map(IEndpointRouteBuilder endpoints) =>
        new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management")).Map(
            "POST",
            ApiRoutes.Prefix + "/explain",
            new ApiOperation(
                "explainRequest",
                "What would become of a request: route, limits, targets, answer. Nothing is sent, nothing changes."
            )
            {
                Body = ExplainJson.Default.ExplainBody,
                Result = ExplainJson.Default.RequestExplanation,
            },
            ExplainAsync
        );

    private async ValueTask<ApiProblem?> ExplainAsync(ApiCall call)
    {
        ExplainBody? body = await call.ReadAsync(ExplainJson.Default.ExplainBody).ConfigureAwait(false);
        if (call.Fault is { } fault)
            return fault;
        if (string.IsNullOrWhiteSpace(body?.Request))
            return ApiProblem.Invalid("The body has no request.");
        if (explainer() is not { } found)
            return new ApiProblem(
                StatusCodes.Status501NotImplemented,
                "This application has no IRequestExplainer: it cannot be built a second time."
            );
        try
        {
            RequestExplanation explanation = await found
                .ExplainAsync(body.Request, body.Source ?? DefaultSource, body.Transport ?? "udp", call.Cancellation)
                .ConfigureAwait(false);
            await call.WriteAsync(explanation, ExplainJson.Default.RequestExplanation).ConfigureAwait(false);
            return null;
        }
        catch (ArgumentException error)
        {
            // Without the name of the parameter that the runtime adds.
            string text = error.ParamName is { } name
                ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
                : error.Message;
            return ApiProblem.Invalid(text.ReplaceLineEndings(" "));
        }
    }
}
