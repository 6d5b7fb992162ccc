using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Parley.Management.Tests;

/// <summary>A plain client in the shape of opensips-cli: an id of its own as a string, parameters as strings, a new connection for each call.</summary>
internal sealed class MiClient(Uri url)
{
    private static int s_ids;

    public Uri Url { get; } = url;

    /// <summary>The body that opensips-cli would send.</summary>
    public static string Body(string method, object? parameters = null) =>
        JsonSerializer.Serialize(
            new Dictionary<string, object>
            {
                ["jsonrpc"] = "2.0",
                ["id"] = NextId(),
                ["method"] = method,
                ["params"] = parameters ?? new Dictionary<string, object>(),
            }
        );

    public static string NextId() =>
        (Interlocked.Increment(ref s_ids) * 7919 % 32767).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The reply's text, of status 200 and the right type.</summary>
    public async Task<string> SendAsync(string body)
    {
        using HttpResponseMessage response = await PostAsync(body);
        string text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "application/json")
            throw new InvalidOperationException($"{response.StatusCode} {response.Content.Headers.ContentType} {text}");
        return text;
    }

    public async Task<HttpResponseMessage> PostAsync(string body, string? contentType = "application/json")
    {
        using var client = new HttpClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return await client.PostAsync(Url, content);
    }

    /// <summary>The result; an error is an exception with its text.</summary>
    public async Task<JsonElement> CallAsync(string method, object? parameters = null)
    {
        JsonElement reply = await ReplyAsync(method, parameters);
        return reply.TryGetProperty("result", out JsonElement result) ? result : throw new InvalidOperationException(reply.GetRawText());
    }

    /// <summary>The error as "404 No such dialog" or "-32602 Invalid params: data".</summary>
    public async Task<string> ErrorAsync(string method, object? parameters = null) => ErrorOf(await ReplyAsync(method, parameters));

    public static string ErrorOf(JsonElement reply)
    {
        if (!reply.TryGetProperty("error", out JsonElement error))
            throw new InvalidOperationException(reply.GetRawText());
        string data = error.TryGetProperty("data", out JsonElement more) ? ": " + more.GetString() : "";
        return $"{error.GetProperty("code").GetInt32()} {error.GetProperty("message").GetString()}{data}";
    }

    private async Task<JsonElement> ReplyAsync(string method, object? parameters)
    {
        string body = Body(method, parameters);
        string text = await SendAsync(body);
        JsonElement reply = JsonDocument.Parse(text).RootElement.Clone();
        string sent = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
        if (reply.GetProperty("id").GetString() != sent || reply.GetProperty("jsonrpc").GetString() != "2.0")
            throw new InvalidOperationException(text);
        return reply;
    }
}
