using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Parley.Server.Commands;

namespace Parley.Server.Client;

/// <summary>Reads the events of a server without end: when the connection breaks, it connects again where it was.</summary>
/// <param name="api">The server.</param>
/// <param name="pause">The first pause before it connects again; it doubles up to thirty times as much.</param>
/// <param name="time">The clock of the pauses.</param>
internal sealed class EventReader(ApiClient api, TimeSpan pause, TimeProvider time)
{
    /// <summary>Called with a line for the operator when the connection is lost and when it is back.</summary>
    public Action<string>? OnTrouble { get; set; }

    /// <param name="kinds">The kinds wanted, with commas between.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="CommandException">The server refuses, or was never there.</exception>
    public async IAsyncEnumerable<ServerEvent> ReadAsync(string kinds, [EnumeratorCancellation] CancellationToken stop)
    {
        string? last = null;
        var (wait, was) = (pause, false);
        while (true)
        {
            HttpResponseMessage? response = null;
            try
            {
                response = await api.OpenAsync("events?kinds=" + Uri.EscapeDataString(kinds), "text/event-stream", stop, last);
            }
            catch (CommandException error) when (was && error.ExitCode is ExitCodes.Unavailable or ExitCodes.Failed or ExitCodes.TryLater)
            {
                OnTrouble?.Invoke($"{error.Message}; trying again");
            }
            if (response is not null)
            {
                using (response)
                {
                    if (was)
                        OnTrouble?.Invoke("connected again");
                    (was, wait) = (true, pause);
                    await foreach (var item in ItemsAsync(response, stop))
                    {
                        last = item.EventId is { Length: > 0 } id ? id : last;
                        if (Parse(item) is { } parsed)
                            yield return parsed;
                    }
                }
                OnTrouble?.Invoke("the connection is lost; trying again");
            }
            await Task.Delay(wait, time, stop);
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, pause.Ticks * 30));
        }
    }

    private static async IAsyncEnumerable<SseItem<string>> ItemsAsync(
        HttpResponseMessage response,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        await using var items = SseParser
            .Create(stream, static (_, data) => Encoding.UTF8.GetString(data))
            .EnumerateAsync(stop)
            .GetAsyncEnumerator(stop);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                yield break;
            }
            yield return items.Current;
        }
    }

    private static ServerEvent? Parse(SseItem<string> item)
    {
        try
        {
            using var document = JsonDocument.Parse(item.Data.Length == 0 ? "{}" : item.Data);
            return new ServerEvent(item.EventType, document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
