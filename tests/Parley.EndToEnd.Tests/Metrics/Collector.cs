using System.Net;
using System.Text;

namespace Parley.EndToEnd.Tests.Metrics;

/// <summary>Takes what OpenTelemetry's protocol sends over HTTP, and finds texts in it: protobuf has them as they are.</summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<(string Path, string Body)> _got = [];

    public Collector(int port)
    {
        Url = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = TakeAsync();
    }

    public string Url { get; }

    /// <summary>Whether a request to the path had the text.</summary>
    public async Task<bool> WaitForAsync(string path, string text, int seconds = 40)
    {
        for (var i = 0; i < seconds * 10; i++)
        {
            lock (_got)
            {
                if (_got.Exists(got => got.Path == path && got.Body.Contains(text, StringComparison.Ordinal)))
                    return true;
            }

            await Task.Delay(100);
        }

        return false;
    }

    public void Dispose() => _listener.Close();

    private async Task TakeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.Latin1);
                var body = await reader.ReadToEndAsync();
                lock (_got)
                    _got.Add((context.Request.Url!.AbsolutePath, body));
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
