using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Parley.EndToEnd.Tests.Peers;

/// <summary>A target of webhooks, as somebody would write it: verifies, notes, answers 204. It can be away.</summary>
internal sealed class HookReceiver(int port, string secret) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(string Id, string Type, string CallId, string Dialog)> _events = [];
    private HttpListener? _listener;

    public string Url => $"http://127.0.0.1:{port}/hooks/";

    /// <summary>Requests whose signature was wrong.</summary>
    public int Forged { get; private set; }

    /// <summary>In the order they came, each id once.</summary>
    public List<(string Id, string Type, string CallId, string Dialog)> Events
    {
        get
        {
            lock (_lock)
                return [.. _events.DistinctBy(static e => e.Id)];
        }
    }

    public int Received
    {
        get
        {
            lock (_lock)
                return _events.Count;
        }
    }

    public void Start()
    {
        var listener = new HttpListener();
        listener.Prefixes.Add(Url);
        listener.Start();
        _listener = listener;
        _ = Task.Run(() => RunAsync(listener));
    }

    /// <summary>From now on connections are refused.</summary>
    public void Stop()
    {
        _listener?.Close();
        _listener = null;
    }

    public void Dispose() => Stop();

    private async Task RunAsync(HttpListener listener)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            _ = Task.Run(() => TakeAsync(context));
        }
    }

    private async Task TakeAsync(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Note(context.Request, body.ToArray());
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException)
        {
            // Cut off: the sender repeats it.
        }
    }

    private void Note(HttpListenerRequest request, byte[] body)
    {
        var id = request.Headers["webhook-id"]!;
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{request.Headers["webhook-timestamp"]}."), .. body];
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
        var json = JsonDocument.Parse(body).RootElement;
        lock (_lock)
        {
            if (request.Headers["webhook-signature"] != expected)
                Forged++;
            _events.Add(
                (
                    id,
                    json.GetProperty("type").GetString()!,
                    json.GetProperty("subject").GetString()!,
                    json.GetProperty("data").GetProperty("dialog").GetProperty("id").GetString()!
                )
            );
        }
    }
}
