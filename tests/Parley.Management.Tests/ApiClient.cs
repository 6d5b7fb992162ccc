using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Parley.Management.Tests;

/// <summary>A client of the API: requests as a script would send them.</summary>
internal sealed class ApiClient(Uri baseUrl)
{
    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Response)> SendAsync(
        string method,
        string path,
        string? body = null,
        string? accept = null,
        string? contentType = "application/json"
    )
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(baseUrl, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        HttpResponseMessage response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        (HttpStatusCode status, string text, HttpResponseMessage response) = await SendAsync("GET", path);
        if (status != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "application/json")
            throw new InvalidOperationException($"{path}: {status} {response.Content.Headers.ContentType} {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>By the type of the document: a member that the type does not have, or has and is not there, is an exception.</summary>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(await GetAsync(path), type)!;

    public Task<ApiDialogList> DialogsAsync(string query = "") => GetAsync("/api/v1/dialogs" + query, ApiJson.Default.ApiDialogList);

    /// <summary>The problem, as "404 There is no such dialog."</summary>
    public async Task<string> ProblemAsync(string method, string path, string? body = null, string? contentType = "application/json")
    {
        (HttpStatusCode status, string text, HttpResponseMessage response) = await SendAsync(method, path, body, contentType: contentType);
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            throw new InvalidOperationException($"{path}: {status} {response.Content.Headers.ContentType} {text}");
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        if (problem.GetProperty("status").GetInt32() != (int)status || problem.GetProperty("type").GetString() != "about:blank")
            throw new InvalidOperationException(text);
        if (problem.GetProperty("title").GetString() != ApiProblem.TitleOf((int)status))
            throw new InvalidOperationException(text);
        return $"{(int)status} {problem.GetProperty("detail").GetString()}";
    }
}
