using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Recorded calls to take along: <c>/api/v1/calls/{callId}/ladder.txt</c>, <c>ladder.svg</c>, <c>call.pcapng</c>, <c>call.parleycall</c>.</summary>
internal sealed class CallFileEndpoints(Func<CallSaving> saving, ILoggerFactory loggers) : IManagementEndpoints
{
    private const string Path = ApiRoutes.Prefix + "/calls/{callId}/";
    private const int MaxWidth = 1_000;

    private static readonly ApiParameter Steps = new("steps", "Whether the steps stand between the messages; true by default.", "boolean");

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var routes = new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"));
        routes.Map(
            "GET",
            Path + "ladder.txt",
            new ApiOperation("getLadder", "A recorded call as a ladder of text.")
            {
                Parameters =
                [
                    new("width", $"Columns, from {CallLadder.MinWidth}; {CallLadder.DefaultWidth} by default.", "integer"),
                    Steps,
                ],
                ResultType = "text/plain",
            },
            call => TextAsync(call)
        );
        routes.Map(
            "GET",
            Path + "ladder.svg",
            new ApiOperation("getLadderImage", "A recorded call as a ladder in SVG.")
            {
                Parameters = [Steps],
                ResultType = "image/svg+xml",
            },
            call => ImageAsync(call)
        );
        routes.Map(
            "GET",
            Path + "call.pcapng",
            new ApiOperation("getPackets", "The messages of a recorded call as packets, for Wireshark and sngrep.")
            {
                ResultType = "application/x-pcapng",
            },
            call => FileAsync(call, "pcapng", CallPcapng.Write)
        );
        routes.Map(
            "GET",
            Path + "call.parleycall",
            new ApiOperation("getCallFile", "A recorded call as a file that can be run again.")
            {
                ResultType = "application/vnd.parley.call+json",
            },
            call => FileAsync(call, "parleycall", static file => file.ToBytes())
        );
    }

    private async ValueTask<ApiProblem?> TextAsync(ApiCall call)
    {
        int width = call.Number("width", CallLadder.MinWidth, MaxWidth) ?? CallLadder.DefaultWidth;
        bool withSteps = call.Flag("steps") ?? true;
        if (Find(call, out CallFile file) is { } problem)
            return problem;
        await call.WriteTextAsync(StatusCodes.Status200OK, CallLadder.Draw(file, width, withSteps)).ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ApiProblem?> ImageAsync(ApiCall call)
    {
        bool withSteps = call.Flag("steps") ?? true;
        if (Find(call, out CallFile file) is { } problem)
            return problem;
        // Opened by itself it is a document of this origin: nothing in it may run.
        call.Context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        byte[] svg = System.Text.Encoding.UTF8.GetBytes(CallLadderSvg.Draw(file, withSteps));
        await SendAsync(call, "image/svg+xml; charset=utf-8", svg).ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ApiProblem?> FileAsync(ApiCall call, string ending, Func<CallFile, byte[]> write)
    {
        if (Find(call, out CallFile file) is { } problem)
            return problem;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(NameOf(file.CallId) + "." + ending);
        call.Context.Response.Headers.ContentDisposition = disposition.ToString();
        await SendAsync(call, call.Operation.ResultType, write(file)).ConfigureAwait(false);
        return null;
    }

    private ApiProblem? Find(ApiCall call, out CallFile file)
    {
        file = null!;
        if (call.Fault is { } fault)
            return fault;
        if (!saving().TryGet(call.Path("callId"), out CallFile? found))
            return ApiProblem.NotFound("Nothing of a call with this Call-ID is recorded.");
        file = found;
        return null;
    }

    private static async ValueTask SendAsync(ApiCall call, string type, byte[] content)
    {
        HttpResponse response = call.Context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = type;
        response.ContentLength = content.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        await response.Body.WriteAsync(content, call.Cancellation).ConfigureAwait(false);
    }

    /// <summary>A Call-ID as the name of a file: what no file system minds.</summary>
    private static string NameOf(string callId)
    {
        string name = new([.. callId.Take(64).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')]);
        return name.Length == 0 ? "call" : name;
    }
}
