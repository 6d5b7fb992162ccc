using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Parley.Management;

namespace Parley.Page.Tests.Fake;

/// <summary>The live page, with the API's answers prepared: what a test wants to see is there at once, and a hundred thousand times.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, FakeCall> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Channel<string>> _readers = [];
    private readonly ConcurrentQueue<string> _changes = [];
    private readonly string _started = FakeCall.Time(DateTimeOffset.UtcNow);
    private WebApplication? _web;
    private int _reader;
    private long _event;

    private FakeServer() { }

    public Uri Url { get; private set; } = null!;

    public string Role { get; set; } = "operate";

    public int? TrunkLimit { get; set; } = 100;

    /// <summary>What was changed by requests: method, path, body.</summary>
    public IReadOnlyCollection<string> Changes => _changes;

    /// <summary>Paths of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public static async Task<FakeServer> StartAsync(IEnumerable<FakeCall> calls, int port = 0)
    {
        var server = new FakeServer();
        foreach (FakeCall call in calls)
            server._calls[call.Id] = call;
        await server.ListenAsync(port);
        return server;
    }

    public void Say(FakeCall call, string change)
    {
        if (change != "ended")
            _calls[call.Id] = call;
        else
            call.State = "ended";
        Send("dialog", new JsonObject { ["change"] = change, ["dialog"] = call.Summary() });
        if (change == "ended")
            Send("call.ended", new JsonObject { ["callId"] = call.CallId });
    }

    public void Send(string kind, JsonObject? data)
    {
        string text = $"id: {Interlocked.Increment(ref _event)}\nevent: {kind}\ndata: {data?.ToJsonString() ?? "{}"}\n\n";
        foreach (Channel<string> reader in _readers.Values)
            reader.Writer.TryWrite(text);
    }

    public FakeCall Find(string id) => _calls[id];

    public async ValueTask DisposeAsync()
    {
        foreach (Channel<string> reader in _readers.Values)
            reader.Writer.TryComplete();
        await _web!.StopAsync(new CancellationToken(canceled: true));
        await _web.DisposeAsync();
    }

    private async Task ListenAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
                kestrel.ListenLocalhost(
                    port == 0 ? Parley.EndToEnd.Tests.Peers.Ports.Next() : port,
                    static l => l.Protocols = HttpProtocols.Http1
                )
            );
        _web = builder.Build();
        _web.UseRouting();
        _web.Use(next =>
            context =>
            {
                Requests.Enqueue(context.Request.Path);
                return next(context);
            }
        );
        new PageEndpoints().Map(_web);
        Map(_web);
        await _web.StartAsync();
        string address = _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Url = new Uri(address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal));
    }

    private void Map(WebApplication web)
    {
        web.MapGet("/api/v1/me", context => WriteAsync(context, new JsonObject { ["name"] = "operator", ["role"] = Role }));
        web.MapGet("/api/v1/health", context => WriteAsync(context, FakeAnswers.Health(_started)));
        web.MapGet("/api/v1/statistics", static context => WriteAsync(context, FakeAnswers.Statistics()));
        web.MapGet("/api/v1/charts", static context => WriteAsync(context, FakeAnswers.Charts()));
        web.MapGet("/api/v1/profiles", context => WriteAsync(context, FakeAnswers.Profiles(TrunkLimit)));
        web.MapGet(
            "/api/v1/profiles/{name}",
            context => WriteAsync(context, FakeAnswers.Profile((string)context.Request.RouteValues["name"]!, TrunkLimit))
        );
        web.MapPatch(
            "/api/v1/profiles/{name}",
            async context =>
            {
                JsonNode body = (await JsonNode.ParseAsync(context.Request.Body))!;
                TrunkLimit = (int?)body["limit"];
                _changes.Enqueue($"PATCH {context.Request.Path} {body.ToJsonString()}");
                await WriteAsync(context, new JsonObject());
            }
        );
        web.MapGet(
            "/api/v1/registrations",
            static context => WriteAsync(context, FakeAnswers.Registrations(context.Request.Query["aor"].ToString()))
        );
        web.MapDelete("/api/v1/registrations/{aor}", context => ChangedAsync(context, 204));
        web.MapGet("/api/v1/dialogs", ListAsync);
        web.MapGet("/api/v1/dialogs/{id}", context => OneAsync(context, static call => call.State == "ended" ? null : call.Detail()));
        web.MapDelete("/api/v1/dialogs/{id}", EndAsync);
        web.MapPost("/api/v1/dialogs/{id}/extend", context => ChangedAsync(context, 200));
        web.MapGet("/api/v1/calls", RecordedAsync);
        web.MapGet("/api/v1/calls/{callId}", OneRecordedAsync);
        web.MapGet("/api/v1/calls/{callId}/ladder.txt", static context => context.Response.WriteAsync("a ladder"));
        web.MapGet("/api/v1/events", EventsAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        string[] words = query["q"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string state = query["state"].ToString();
        IEnumerable<FakeCall> calls = query.TryGetValue("ids", out var ids)
            ? ids.ToString().Split(',').Select(id => _calls.GetValueOrDefault(id)).OfType<FakeCall>()
            : _calls.Values.OrderBy(static c => c.Id, StringComparer.Ordinal);
        calls = calls.Where(c => c.State != "ended" && (state.Length == 0 || state.Split(',').Contains(c.State)) && words.All(c.Matches));
        if (query["abnormal"] == "true")
            calls = calls.Where(static c => c.Abnormal.Length > 0);
        bool isBrief = query["brief"] == "true";
        if (context.Request.Headers.Accept.ToString().Contains("ndjson", StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/x-ndjson";
            int written = 0;
            foreach (FakeCall call in calls)
            {
                await context.Response.WriteAsync((isBrief ? call.Brief() : call.Summary()).ToJsonString() + "\n");
                if (++written % 2000 == 0)
                    await context.Response.Body.FlushAsync();
            }

            return;
        }

        await WriteAsync(
            context,
            new JsonObject { ["items"] = new JsonArray([.. calls.Take(1000).Select(static c => c.Summary())]), ["total"] = _calls.Count }
        );
    }

    private Task RecordedAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        string[] words = query["q"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<FakeCall> calls = _calls.Values.Where(c => words.All(c.Matches));
        if (query["ended"] == "true")
            calls = calls.Where(static c => c.State == "ended");
        if (query["abnormal"] == "true")
            calls = calls.Where(static c => c.Abnormal.Length > 0);
        JsonObject[] found =
        [
            .. calls.OrderByDescending(static c => c.Created).Take(100).Select(static c => c.Recorded(withEntries: false)),
        ];
        return WriteAsync(context, new JsonObject { ["items"] = new JsonArray([.. found]) });
    }

    private Task OneAsync(HttpContext context, Func<FakeCall, JsonObject?> shown) =>
        _calls.TryGetValue((string)context.Request.RouteValues["id"]!, out FakeCall? call) && shown(call) is { } json
            ? WriteAsync(context, json)
            : NotFoundAsync(context);

    private Task OneRecordedAsync(HttpContext context)
    {
        string callId = ((string)context.Request.RouteValues["callId"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        FakeCall? call = _calls.Values.FirstOrDefault(c => c.CallId == callId);
        return call is null ? NotFoundAsync(context) : WriteAsync(context, call.Recorded(withEntries: true));
    }

    private async Task EndAsync(HttpContext context)
    {
        await ChangedAsync(context, 202);
        FakeCall call = _calls[(string)context.Request.RouteValues["id"]!];
        call.Ended = DateTimeOffset.UtcNow;
        call.Line = "Ended by the proxy at the operator's request.";
        Say(call, "ended");
    }

    private async Task ChangedAsync(HttpContext context, int status)
    {
        using var reader = new StreamReader(context.Request.Body);
        _changes.Enqueue(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {await reader.ReadToEndAsync()}".Trim()
        );
        context.Response.StatusCode = status;
        if (status != 204)
            await context.Response.WriteAsync("{}");
    }

    private async Task EventsAsync(HttpContext context)
    {
        int mine = Interlocked.Increment(ref _reader);
        var channel = Channel.CreateUnbounded<string>();
        _readers[mine] = channel;
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync($"retry: 2000\nid: {_event}\n\n");
        await context.Response.Body.FlushAsync();
        try
        {
            await foreach (string text in channel.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(text);
                await context.Response.Body.FlushAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        finally
        {
            _readers.TryRemove(mine, out _);
        }
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return WriteAsync(
            context,
            new JsonObject
            {
                ["title"] = "Not Found",
                ["status"] = 404,
                ["detail"] = "There is no such call.",
            }
        );
    }

    private static Task WriteAsync(HttpContext context, JsonNode json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString(new JsonSerializerOptions()));
    }
}
