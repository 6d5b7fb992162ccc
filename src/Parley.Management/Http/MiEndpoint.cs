using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>
/// <c>POST /mi</c>, with the statuses of OpenSIPS's mi_http. Where that closes the connection without a reply (no Content-Type, or one that it
/// does not take), there is 415 here; a body may come in pieces.
/// </summary>
internal sealed class MiEndpoint(MiDispatcher dispatcher, ILogger log)
{
    private const string Json = "application/json";
    private static readonly string[] KnownTypes = [Json, "text/xml", "application/xml", "text/html", "application/xhtml+xml"];

    public async Task RunAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = Json;
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await RefuseMethodAsync(context).ConfigureAwait(false);
            return;
        }

        if (!IsKnown(context.Request.ContentType))
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        PipeReader reader = context.Request.BodyReader;
        ReadOnlySequence<byte> body;
        try
        {
            body = await ReadAsync(reader, context.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException error)
        {
            // Too large (413), too slow (408), cut off (400).
            response.StatusCode = error.StatusCode;
            return;
        }

        if (body.IsEmpty)
        {
            reader.AdvanceTo(body.End);
            response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        ManagementCaller caller = context.ManagementCaller;
        using MiReply reply = await dispatcher.RunAsync(body, caller, context.RequestAborted).ConfigureAwait(false);
        reader.AdvanceTo(body.End);
        if (reply.IsSilent)
            response.StatusCode = StatusCodes.Status202Accepted;
        else
            await WriteAsync(context, reply, caller).ConfigureAwait(false);
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadAsync(PipeReader reader, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            if (read.IsCompleted)
                return read.Buffer;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task WriteAsync(HttpContext context, MiReply reply, ManagementCaller caller)
    {
        HttpResponse response = context.Response;
        var output = new HttpMiOutput(response.BodyWriter);
        await using (output.Json.ConfigureAwait(false))
        {
            try
            {
                await reply.WriteAsync(output, context.RequestAborted).ConfigureAwait(false);
                output.Json.Flush();
                if (!response.HasStarted)
                    response.ContentLength = output.Json.BytesCommitted;
                await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                // A reply that breaks off must not be taken for a whole one.
                ManagementLog.ReplyLost(log, caller.LogName, caller.Transport, failure.Message);
                context.Abort();
            }
        }
    }

    /// <summary>GET gets 405, other methods 406 and a page, as from httpd.</summary>
    private static Task RefuseMethodAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.Headers.Allow = "POST";
        if (HttpMethods.IsGet(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        response.StatusCode = StatusCodes.Status406NotAcceptable;
        response.ContentType = "text/html";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.WriteAsync("<html><body>Only POST is taken here.</body></html>");
    }

    private static bool IsKnown(string? contentType)
    {
        ReadOnlySpan<char> type = contentType;
        int end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        foreach (string known in KnownTypes)
            if (type.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
