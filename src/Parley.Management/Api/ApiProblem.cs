using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Parley.Management;

/// <summary>Why a request got no result (RFC 9457). It names nothing of the inside: no type, no path, no stack.</summary>
/// <param name="Status">The status of the response.</param>
/// <param name="Detail">What is wrong, in a sentence.</param>
internal sealed record ApiProblem(int Status, string Detail)
{
    private const string ContentType = "application/problem+json";

    public static ApiProblem Invalid(string detail) => new(StatusCodes.Status400BadRequest, detail);

    public static ApiProblem NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    public static ApiProblem Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);

    /// <summary>The reason phrase of a status (RFC 9457 4.2.1: the title of a problem of type about:blank).</summary>
    public static string TitleOf(int status) =>
        status switch
        {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            406 => "Not Acceptable",
            408 => "Request Timeout",
            409 => "Conflict",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            429 => "Too Many Requests",
            501 => "Not Implemented",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        };

    /// <summary>Sends it.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        var json = new Utf8JsonWriter(response.BodyWriter, MiJson.Options);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "about:blank"u8);
            json.WriteString("title"u8, TitleOf(Status));
            json.WriteNumber("status"u8, Status);
            json.WriteString("detail"u8, Detail);
            json.WriteEndObject();
            json.Flush();
            response.ContentLength = json.BytesCommitted;
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
