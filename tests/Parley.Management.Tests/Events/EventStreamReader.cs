using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace Parley.Management.Tests;

/// <summary>Reads <c>text/event-stream</c> as a browser does.</summary>
internal sealed class EventStreamReader : IDisposable
{
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<StreamedEvent> _events = Channel.CreateUnbounded<StreamedEvent>();

    private EventStreamReader(ManagedProxy proxy) => Proxy = proxy;

    public ManagedProxy Proxy { get; }

    public HttpResponseMessage Response { get; private set; } = null!;

    /// <summary>The id that a browser would come back with.</summary>
    public string LastId { get; private set; } = "";

    public int Heartbeats { get; private set; }

    public bool IsOver { get; private set; }

    public static async Task<EventStreamReader> OpenAsync(ManagedProxy proxy, string query = "", string? lastId = null)
    {
        var reader = new EventStreamReader(proxy);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy.BaseUrl, "/api/v1/events" + query));
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        reader.Response = await reader._client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (reader.Response.IsSuccessStatusCode)
            _ = Task.Run(reader.ReadAsync);
        return reader;
    }

    /// <summary>The next event; the clock goes on meanwhile.</summary>
    public async Task<StreamedEvent> NextAsync(Func<StreamedEvent, bool>? which = null)
    {
        for (int i = 0; i < 1000; i++)
        {
            while (_events.Reader.TryRead(out StreamedEvent? next))
            {
                if (which is null || which(next))
                    return next;
            }

            Proxy.Run(0.05);
            await Task.Delay(5);
        }

        throw new TimeoutException("No event came.");
    }

    /// <summary>What has come so far, after some time on the clock.</summary>
    public async Task<List<StreamedEvent>> DrainAsync(double seconds = 1)
    {
        for (int i = 0; i < 20; i++)
        {
            Proxy.Run(seconds / 20);
            await Task.Delay(10);
        }

        var events = new List<StreamedEvent>();
        while (_events.Reader.TryRead(out StreamedEvent? next))
            events.Add(next);
        return events;
    }

    public void Dispose()
    {
        _end.Cancel();
        Response.Dispose();
        _client.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var lines = new StreamReader(await Response.Content.ReadAsStreamAsync(_end.Token));
            string kind = "message",
                data = "";
            while (await lines.ReadLineAsync(_end.Token) is { } line)
            {
                if (line.StartsWith(':'))
                    Heartbeats++;
                else if (line.StartsWith("id: ", StringComparison.Ordinal))
                    LastId = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                    kind = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    data = line[6..];
                else if (line.Length == 0)
                {
                    if (data.Length > 0)
                        _events.Writer.TryWrite(
                            new StreamedEvent(long.Parse(LastId, CultureInfo.InvariantCulture), kind, JsonDocument.Parse(data).RootElement)
                        );
                    (kind, data) = ("message", "");
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException)
        {
            // Over.
        }

        IsOver = true;
        _events.Writer.TryComplete();
    }
}

/// <summary>One event of the stream.</summary>
internal sealed record StreamedEvent(long Id, string Kind, JsonElement Data)
{
    public string Text(string name) => Data.GetProperty(name).GetString()!;
}
