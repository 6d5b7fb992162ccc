using System.Net;
using System.Text;
using System.Text.Json;

namespace Parley.Management.Tests;

/// <summary>A target of webhooks in memory: what it is asked, and what it answers.</summary>
internal sealed class HookServer : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<HookRequest> _taken = [];
    private readonly List<HookRequest> _all = [];

    /// <summary>The status for a request; 0: no answer at all.</summary>
    public Func<HookRequest, int> Answer { get; set; } = static _ => 204;

    public TimeSpan? RetryAfter { get; set; }

    /// <summary>Those that got a 2xx.</summary>
    public List<HookRequest> Taken
    {
        get
        {
            lock (_lock)
                return [.. _taken];
        }
    }

    public List<HookRequest> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var one = new HookRequest(
            request.RequestUri!,
            request.Content.Headers.ContentType!.ToString(),
            Header("webhook-id"),
            Header("webhook-timestamp"),
            Header("webhook-signature"),
            body
        );
        int status = Answer(one);
        lock (_lock)
        {
            _all.Add(one);
            if (status is >= 200 and < 300)
                _taken.Add(one);
        }

        if (status == 0)
            throw new HttpRequestException("connection refused");
        var response = new HttpResponseMessage((HttpStatusCode)status);
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = new(wait);
        return response;

        string Header(string name) => request.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.Single() : "";
    }
}

internal sealed record HookRequest(Uri Url, string Type, string Id, string Time, string Signature, byte[] Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Kind => Json.GetProperty("type").GetString()!;

    public string Text => Encoding.UTF8.GetString(Body);
}
