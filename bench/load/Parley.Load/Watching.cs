namespace Parley.Load;

/// <summary>
/// Reads the management side of a proxy while it is measured, as its users do: a Prometheus that scrapes (metrics), a page that is open (page: the stream of events, the
/// list and the charts, each as often as the page asks), both (watched). What a proxy does not have is asked for once and then left alone.
/// </summary>
internal sealed class Watching : IDisposable
{
    private static readonly TimeSpan Scrape = TimeSpan.FromSeconds(5),
        List = TimeSpan.FromSeconds(2),
        Again = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly HttpClient _http;

    private Watching(int port) =>
        _http = new HttpClient
        {
            BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}")),
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <exception cref="InvalidOperationException">The proxy does not answer.</exception>
    public static async Task<Watching> StartAsync(string what, int port)
    {
        var watching = new Watching(port);
        if (what is "metrics" or "watched")
            await watching.ReadAsync("/metrics", Scrape, isNeeded: true);
        if (what is "page" or "watched")
        {
            await watching.ReadAsync("/api/v1/charts", Scrape, isNeeded: true);
            await watching.ReadAsync("/api/v1/dialogs?limit=200", List, isNeeded: false);
            _ = watching.StreamAsync("/api/v1/events?kinds=dialog");
        }

        return watching;
    }

    public void Dispose()
    {
        _end.Cancel();
        _http.Dispose();
        _end.Dispose();
    }

    /// <summary>Once now, and then in turn. A proxy that stands still (SIGSTOP) answers when it goes on.</summary>
    private async Task ReadAsync(string path, TimeSpan interval, bool isNeeded)
    {
        using HttpResponseMessage first = await _http.GetAsync(new Uri(path, UriKind.Relative));
        if (first.IsSuccessStatusCode)
            _ = RepeatAsync(path, interval);
        else if (isNeeded)
            throw new InvalidOperationException($"GET {path}: {(int)first.StatusCode}");
        else
            Console.Error.WriteLine($"GET {path}: {(int)first.StatusCode}; measured without it");
    }

    private async Task RepeatAsync(string path, TimeSpan interval)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(interval, _end.Token);
                await _http.GetByteArrayAsync(new Uri(path, UriKind.Relative), _end.Token);
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                // The proxy ends, or this does.
            }
        }
    }

    private async Task StreamAsync(string path)
    {
        byte[] buffer = new byte[64 * 1024];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using Stream events = await _http.GetStreamAsync(new Uri(path, UriKind.Relative), _end.Token);
                while (await events.ReadAsync(buffer, _end.Token) > 0)
                {
                    // Read as fast as it comes: the page does.
                }

                await Task.Delay(Again, _end.Token);
            }
            catch (HttpRequestException error) when (error.StatusCode is not null)
            {
                Console.Error.WriteLine($"GET {path}: {(int)error.StatusCode}; measured without it");
                return;
            }
            catch (Exception error)
                when (error is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                if (_end.IsCancellationRequested)
                    return;
            }
        }
    }
}
