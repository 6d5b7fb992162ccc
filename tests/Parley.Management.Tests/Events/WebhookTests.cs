using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Webhooks: what is posted, and what happens when the target does not take it.</summary>
public sealed class WebhookTests : IDisposable
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private readonly string _directory = TestFolder.ForTest("hooks");
    private readonly HookServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_call_is_three_events_signed_and_in_order()
    {
        await using ManagedProxy proxy = await StartAsync();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.Bye();
        proxy.Run(1);
        await UntilAsync(proxy, () => _server.Taken.Count == 3);
        Assert.Equal(["parley.call.started", "parley.call.answered", "parley.call.ended"], _server.Taken.Select(static r => r.Kind));
        HookRequest ended = _server.Taken[2];
        JsonElement json = ended.Json;
        Assert.Equal("application/cloudevents+json", ended.Type);
        Assert.Equal("1.0", json.GetProperty("specversion").GetString());
        Assert.Equal(ended.Id, json.GetProperty("id").GetString());
        Assert.StartsWith("/parley/", json.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal("application/json", json.GetProperty("datacontenttype").GetString());
        string callId = json.GetProperty("data").GetProperty("record").GetProperty("call_id").GetString()!;
        Assert.Equal((callId, callId), (json.GetProperty("subject").GetString(), json.GetProperty("partitionkey").GetString()));
        Assert.True(json.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        // As the target verifies it.
        byte[] key = Convert.FromBase64String(Secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{ended.Id}.{ended.Time}."), .. ended.Body];
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)), ended.Signature);
        Assert.DoesNotContain(proxy.Log.Lines, static line => line.Contains("MfKQ9r8G", StringComparison.Ordinal));
        Assert.Contains(proxy.Log.Lines, static line => line.StartsWith("Information 7220 ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_signature_is_that_of_the_specification()
    {
        // The example of Standard Webhooks 1.0.
        WebhookSignature signature = WebhookSignature.Of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            signature.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8)
        );
        Assert.Null(WebhookSignature.Of("short"));
        Assert.Null(WebhookSignature.Of("whsec_???"));
    }

    [Fact]
    public async Task A_target_that_is_down_gets_everything_later_in_order_with_growing_pauses()
    {
        await using ManagedProxy proxy = await StartAsync();
        _server.Answer = static _ => 0;
        for (int i = 0; i < 5; i++)
        {
            ScriptedCall call = proxy.Call();
            proxy.Run(1);
            call.Bye();
            proxy.Run(1);
        }

        await UntilAsync(proxy, () => _server.All.Count > 0);
        int before = _server.All.Count;
        await RunAsync(proxy, 120);
        // A try now and then, not one after the other.
        Assert.InRange(_server.All.Count - before, 3, 40);
        Assert.Contains(proxy.Log.Lines, static line => line.StartsWith("Warning 7222 ", StringComparison.Ordinal));
        _server.Answer = static _ => 200;
        await UntilAsync(proxy, () => _server.Taken.Count >= 15);
        AssertInOrder(_server.Taken, calls: 5);
        Assert.Contains(proxy.Log.Lines, static line => line.StartsWith("Information 7223 ", StringComparison.Ordinal));
        Assert.Single(proxy.Log.Lines, static line => line.StartsWith("Warning 7222 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(429)]
    public async Task What_may_pass_is_tried_again(int status)
    {
        await using ManagedProxy proxy = await StartAsync();
        int tries = 0;
        _server.Answer = _ => Interlocked.Increment(ref tries) < 3 ? status : 200;
        _server.RetryAfter = TimeSpan.FromSeconds(30);
        proxy.Call();
        proxy.Run(1);
        await UntilAsync(proxy, () => _server.Taken.Count == 2);
        Assert.Equal(["parley.call.started", "parley.call.answered"], _server.Taken.Select(static r => r.Kind));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(410)]
    [InlineData(422)]
    public async Task What_is_refused_for_good_is_put_aside_and_blocks_nothing(int status)
    {
        await using ManagedProxy proxy = await StartAsync();
        _server.Answer = request => request.Kind == "parley.call.started" ? status : 200;
        proxy.Call();
        proxy.Run(1);
        await UntilAsync(proxy, () => _server.Taken.Count == 1);
        Assert.Equal("parley.call.answered", _server.Taken[0].Kind);
        string file = Assert.Single(Directory.GetFiles(_directory, "refused.jsonl", SearchOption.AllDirectories));
        Assert.StartsWith($$"""{{status}} {"specversion":"1.0",""", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Dialog dialog = proxy.Dialogs.Dialogs().Single();
        string line = proxy.Log.Lines.Single(static l => l.StartsWith("Warning 7224 ", StringComparison.Ordinal));
        Assert.Contains($"call-id={dialog.CallId} did={dialog.Id} with {status}", line, StringComparison.Ordinal);
        JsonElement statistics = await proxy.Mi.CallAsync("get_statistics", new { statistics = new[] { "events:" } });
        Assert.Equal(1, statistics.GetProperty("events:webhooks_refused").GetInt64());
        Assert.Equal(0, statistics.GetProperty("events:webhooks_waiting").GetInt64());
    }

    [Fact]
    public async Task What_was_not_delivered_comes_after_a_restart()
    {
        _server.Answer = static _ => 503;
        await using (ManagedProxy proxy = await StartAsync())
        {
            for (int i = 0; i < 4; i++)
                proxy.Call();
            proxy.Run(1);
            await UntilAsync(proxy, () => Target(proxy).Queue.Waiting == 8);
        }

        Assert.Empty(_server.Taken);
        _server.Answer = static _ => 200;
        await using ManagedProxy again = await StartAsync();
        Assert.Contains(again.Log.Lines, static line => line.EndsWith("; 8 events wait from before", StringComparison.Ordinal));
        await UntilAsync(again, () => _server.Taken.Count == 8);
        AssertInOrder(_server.Taken, calls: 4);
    }

    [Fact]
    public async Task Only_kinds_that_are_asked_for_come_and_others_are_not_made()
    {
        await using ManagedProxy proxy = await StartAsync(static hook => hook.Kinds = EventKinds.Ban);
        Assert.False(proxy.Hub.IsWanted(EventKinds.Calls | EventKinds.Dialog));
        proxy.Call();
        proxy.Run(1);
        proxy.Hub.Publish(new BanEvent("192.0.2.1", "test", null));
        await UntilAsync(proxy, () => _server.Taken.Count == 1);
        Assert.Equal("parley.ban", _server.Taken[0].Kind);
        Assert.Equal("192.0.2.1", _server.Taken[0].Json.GetProperty("subject").GetString());
    }

    [Fact]
    public async Task A_queue_that_is_full_drops_counts_and_leaves_a_gap()
    {
        _server.Answer = static _ => 503;
        await using ManagedProxy proxy = await StartAsync(static hook => hook.Kinds = EventKinds.Ban, size: 256 << 10);
        string reason = new('x', 10_000);
        for (int i = 0; i < 60; i++)
        {
            proxy.Hub.Publish(new BanEvent($"192.0.2.{i}", reason, null));
            Target(proxy).Flush();
        }

        long dropped = Target(proxy).Dropped;
        Assert.InRange(dropped, 30, 40);
        Assert.True(Target(proxy).Queue.Bytes <= 256 << 10);
        Assert.Single(proxy.Log.Lines, static line => line.StartsWith("Error 7225 ", StringComparison.Ordinal));
        _server.Answer = static _ => 200;
        await UntilAsync(proxy, () => Target(proxy).Queue.Waiting == 0);
        proxy.Hub.Publish(new BanEvent("192.0.2.99", "after", null));
        await UntilAsync(proxy, () => _server.Taken.Count == 60 - dropped + 2);
        HookRequest gap = _server.Taken.Single(static r => r.Kind == "parley.gap");
        Assert.Equal(dropped, gap.Json.GetProperty("data").GetProperty("dropped").GetInt64());
    }

    [Fact]
    public async Task A_realtime_store_and_the_queue_are_both_waited_for()
    {
        await using ManagedProxy proxy = await StartAsync(change: static builder =>
            builder.AddDialogStore(new MemoryDialogStore(), static options => options.Mode = DialogStoreMode.Realtime)
        );
        ScriptedCall call = proxy.Call();
        for (int i = 0; i < 200 && !call.IsUp; i++)
        {
            proxy.Run(0.01);
            await Task.Delay(5);
        }

        Assert.True(call.IsUp);
        // The 2xx has left, so its event is on the disk or delivered already.
        Assert.True(Target(proxy).Queue.Waiting + _server.Taken.Count >= 2);
    }

    [Theory]
    [InlineData("ftp://example.com/", Secret)]
    [InlineData("https://user:hunter2@example.com/", Secret)]
    [InlineData("https://example.com/", "short")]
    public async Task What_cannot_be_stops_the_start(string url, string secret)
    {
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() =>
            StartAsync(hook =>
            {
                hook.Url = new Uri(url);
                hook.Secret = secret;
            })
        );
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_do_not_share_a_queue()
    {
        await using ManagedProxy proxy = await StartAsync();
        ManagementException error = await Assert.ThrowsAsync<ManagementException>(() => StartAsync());
        Assert.StartsWith("The queue of webhooks ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    internal static void AssertInOrder(IEnumerable<HookRequest> taken, int calls)
    {
        Dictionary<string, List<string>> byCall = taken
            .DistinctBy(static r => r.Id)
            .GroupBy(static r => r.Json.GetProperty("subject").GetString()!)
            .ToDictionary(static g => g.Key, static g => g.Select(static r => r.Kind).ToList());
        Assert.Equal(calls, byCall.Count);
        string[] order = ["parley.call.started", "parley.call.answered", "parley.call.ended"];
        Assert.All(byCall.Values, kinds => Assert.Equal(order.Take(kinds.Count), kinds));
    }

    private static WebhookTarget Target(ManagedProxy proxy) => proxy.Application.Services.GetRequiredService<Webhooks>().Targets[0];

    private Task<ManagedProxy> StartAsync(
        Action<WebhookOptions>? configure = null,
        long size = 1 << 20,
        Action<ParleyApplicationBuilder>? change = null
    ) =>
        ManagedProxy.StartAsync(
            options =>
            {
                var hook = new WebhookOptions { Url = new Uri("https://hooks.example.com/parley?key=1"), Secret = Secret };
                configure?.Invoke(hook);
                options.Events.Webhooks.Add(hook);
                options.Events.QueueDirectory = _directory;
                options.Events.QueueSize = size;
            },
            change: builder =>
            {
                builder.Services.AddSingleton(s => new Webhooks(
                    s.GetRequiredService<EventHub>(),
                    s.GetRequiredService<ManagementOptions>().Events,
                    s.GetRequiredService<TimeProvider>(),
                    s.GetRequiredService<SipRandom>(),
                    s.GetRequiredService<ILoggerFactory>()
                )
                {
                    NewHandler = () => new Lent(_server),
                });
                builder.AddCallRecords();
                change?.Invoke(builder);
            }
        );

    private static async Task RunAsync(ManagedProxy proxy, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            proxy.Run(1);
            await Task.Delay(5);
        }
    }

    private static async Task UntilAsync(ManagedProxy proxy, Func<bool> condition)
    {
        for (int i = 0; i < 1000 && !condition(); i++)
        {
            proxy.Run(0.2);
            await Task.Delay(5);
        }

        Assert.True(condition());
    }

    /// <summary>Of a client that disposes of its handler.</summary>
    private sealed class Lent(HttpMessageHandler handler) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _invoker = new(handler, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _invoker.SendAsync(request, cancellationToken);
    }
}
