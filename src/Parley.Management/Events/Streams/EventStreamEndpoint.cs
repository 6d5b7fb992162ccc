using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;

namespace Parley.Management;

/// <summary><c>GET /api/v1/events</c>: events as they happen, by the rules of server-sent events (WHATWG HTML 9.2).</summary>
internal sealed class EventStreamEndpoint(EventStream stream, TimeProvider time) : IManagementEndpoints
{
    public const string Path = "/api/v1/events";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private const int ChunkSize = 64 * 1024;

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapMethods(Path, [HttpMethods.Get], (RequestDelegate)RunAsync);

    private async Task RunAsync(HttpContext context)
    {
        if (!EventNames.TryParseList(context.Request.Query["kinds"], out EventKinds kinds, out string? unknown))
        {
            await RefuseAsync(context, 400, "Bad Request", $"There is no kind \"{unknown}\": {string.Join(", ", EventNames.All)}")
                .ConfigureAwait(false);
            return;
        }

        if (!TryReadId(context.Request, out long? lastId))
        {
            await RefuseAsync(context, 400, "Bad Request", "Last-Event-ID is the id of an event").ConfigureAwait(false);
            return;
        }

        if (!stream.TryEnter())
        {
            await RefuseAsync(context, 503, "Service Unavailable", "The stream has as many readers as it may").ConfigureAwait(false);
            return;
        }

        try
        {
            await SendAsync(context, kinds, lastId).ConfigureAwait(false);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The reader is gone, or the server stops.
        }
        finally
        {
            stream.Leave();
        }
    }

    /// <summary>The header, which browsers send when they connect again; where a client cannot set it, the parameter <c>lastEventId</c>.</summary>
    private static bool TryReadId(HttpRequest request, out long? id)
    {
        StringValues text = request.Headers["Last-Event-ID"];
        if (StringValues.IsNullOrEmpty(text))
            text = request.Query["lastEventId"];
        id = null;
        if (StringValues.IsNullOrEmpty(text))
            return true;
        bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        id = number;
        return isNumber;
    }

    private async Task SendAsync(HttpContext context, EventKinds kinds, long? lastId)
    {
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        CancellationToken stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        CancellationToken end = either.Token;

        EventHistory history = stream.History;
        var frames = new List<byte[]> { "retry: 2000\n"u8.ToArray() };
        long after = history.Last;
        if (lastId is not { } known)
            frames.Add(Position(after)); // an id to come back with, before there is an event
        else if (history.Covers(known))
            after = known;
        else
            frames.Add(EventHistory.Format(after, "reset", "{}"u8));
        while (true)
        {
            if (!history.Read(ref after, kinds, ChunkSize, frames, out Task? added))
                frames.Add(EventHistory.Format(after, "reset", "{}"u8));
            if (frames.Count == 0)
            {
                if (await IsAddedAsync(added, end).ConfigureAwait(false))
                    continue;
                frames.Add(": heartbeat\n\n"u8.ToArray());
            }

            foreach (byte[] frame in frames)
                await response.BodyWriter.WriteAsync(frame, end).ConfigureAwait(false);
            await response.BodyWriter.FlushAsync(end).ConfigureAwait(false);
            frames.Clear();
        }
    }

    private async ValueTask<bool> IsAddedAsync(Task added, CancellationToken end)
    {
        try
        {
            await added.WaitAsync(Heartbeat, time, end).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>An id without an event: the reader notes it and sees nothing.</summary>
    private static byte[] Position(long id) => System.Text.Encoding.ASCII.GetBytes($"id: {id}\n\n");

    private static async Task RefuseAsync(HttpContext context, int status, string title, string detail)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("type"u8, "about:blank"u8);
        json.WriteString("title"u8, title);
        json.WriteNumber("status"u8, status);
        json.WriteString("detail"u8, detail);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
