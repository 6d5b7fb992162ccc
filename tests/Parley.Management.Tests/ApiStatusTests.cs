using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs;
using Parley.Registrar;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>The API beside the dialogs: health, the caller, statistics, registrations, and its own document.</summary>
public class ApiStatusTests
{
    [Fact]
    public async Task The_health_names_listeners_stores_and_faults()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(
            static options => options.Api.Node = "edge-1",
            change: static builder => builder.AddDialogStore(new ManyDialogs(3, new SimulatedClock()))
        );
        ApiHealth health = await proxy.Api.GetAsync("/api/v1/health", ApiJson.Default.ApiHealth);
        Assert.Equal("ok", health.Status);
        Assert.Equal("edge-1", health.Node);
        Assert.Equal(["udp:10.0.0.1:5060", "tcp:10.0.0.1:5060", "tls:10.0.0.1:5061"], health.Listeners);
        Assert.Equal("dialogs", Assert.Single(health.Stores).Name);
        Assert.Equal("ok\n", (await proxy.Api.SendAsync("GET", "/healthz")).Text);
        Assert.Equal("ready\n", (await proxy.Api.SendAsync("GET", "/readyz")).Text);
        proxy.Application.StartDraining();
        health = await proxy.Api.GetAsync("/api/v1/health", ApiJson.Default.ApiHealth);
        Assert.Equal(("degraded", true), (health.Status, health.Draining));
        Assert.Contains("draining", health.Faults);
        (HttpStatusCode status, string text, _) = await proxy.Api.SendAsync("GET", "/readyz");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), (status, text));
        Assert.Equal(HttpStatusCode.OK, (await proxy.Api.SendAsync("GET", "/healthz")).Status);
    }

    [Fact]
    public async Task A_store_that_is_away_degrades_the_health()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: builder =>
            builder.AddDialogStore(new AwayStore(), static options => options.Mode = DialogStoreMode.Delayed)
        );
        proxy.Answered();
        proxy.Run(5);
        ApiHealth health = await proxy.Api.GetAsync("/api/v1/health", ApiJson.Default.ApiHealth);
        for (int i = 0; i < 100 && health.Status == "ok"; i++)
        {
            proxy.Run(1);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            health = await proxy.Api.GetAsync("/api/v1/health", ApiJson.Default.ApiHealth);
        }

        Assert.Equal("degraded", health.Status);
        Assert.Contains("the store of dialogs is away", health.Faults);
        Assert.False(Assert.Single(health.Stores).Available);
    }

    [Fact]
    public async Task The_caller_on_loopback_may_operate()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        ApiCallerInfo me = await proxy.Api.GetAsync("/api/v1/me", ApiJson.Default.ApiCallerInfo);
        Assert.StartsWith("127.0.0.1:", me.Name, StringComparison.Ordinal);
        Assert.Equal("operate", me.Role);
    }

    [Fact]
    public async Task Statistics_are_those_of_MI_by_group()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Answered();
        JsonElement statistics = await proxy.Api.GetAsync("/api/v1/statistics");
        Assert.Equal(1, statistics.GetProperty("dialog").GetProperty("active_dialogs").GetInt64());
        JsonElement all = await proxy.Mi.CallAsync("get_statistics", new { statistics = new[] { "all" } });
        Assert.Equal(
            all.EnumerateObject().Select(static p => p.Name).Order(),
            statistics.EnumerateObject().SelectMany(static g => g.Value.EnumerateObject().Select(p => $"{g.Name}:{p.Name}")).Order()
        );
    }

    [Fact]
    public async Task Registrations_are_listed_page_by_page_and_removed()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddRegistrar());
        LocationTable table = proxy.Application.Services.GetRequiredService<LocationTable>();
        for (int i = 0; i < 25; i++)
            Assert.True(
                table.Bind(
                    AddressOfRecord.Parse($"user{i:00}@example.com"),
                    SipUri.Parse($"sip:user{i}@192.0.2.{i}"),
                    TimeSpan.FromMinutes(i + 1)
                )
            );
        Assert.True(table.Bind(AddressOfRecord.Parse("user07@example.com"), SipUri.Parse("sip:user7@198.51.100.7"), q: 500));
        var seen = new List<string>();
        string cursor = "";
        do
        {
            ApiRegistrationList page = await proxy.Api.GetAsync(
                $"/api/v1/registrations?limit=10{cursor}",
                ApiJson.Default.ApiRegistrationList
            );
            seen.AddRange(page.Items.Select(static item => item.Aor));
            cursor = page.Next is null ? "" : "&cursor=" + Uri.EscapeDataString(page.Next);
            // One that comes before the cursor is on no later page.
            table.Bind(AddressOfRecord.Parse("aaa@example.com"), SipUri.Parse("sip:a@192.0.2.200"));
        } while (cursor.Length > 0);

        Assert.Equal(Enumerable.Range(0, 25).Select(static i => $"user{i:00}@example.com"), seen);
        ApiRegistration seven = Assert.Single(
            (await proxy.Api.GetAsync("/api/v1/registrations?aor=USER07", ApiJson.Default.ApiRegistrationList)).Items
        );
        Assert.Equal(["sip:user7@192.0.2.7", "sip:user7@198.51.100.7"], seven.Contacts.Select(static contact => contact.Uri));
        Assert.Equal([1, 0.5], seven.Contacts.Select(static contact => contact.Q));
        Assert.Equal(proxy.Clock.GetUtcNow() + TimeSpan.FromMinutes(8), seven.Contacts[0].Expires!.Value, TimeSpan.FromSeconds(1));
        Assert.Null(seven.Contacts[1].Expires);
        string path = "/api/v1/registrations/user07@example.com";
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("DELETE", path + "?contact=sip:user7@198.51.100.7")).Status);
        Assert.Equal(
            "404 The address has no such contact.",
            await proxy.Api.ProblemAsync("DELETE", path + "?contact=sip:user7@198.51.100.7")
        );
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("DELETE", path)).Status);
        Assert.Empty(table.BindingsOf(AddressOfRecord.Parse("user07@example.com")));
        Assert.Equal("404 The address has no contacts.", await proxy.Api.ProblemAsync("DELETE", path));
        Assert.Equal("400 The parameter contact is no URI.", await proxy.Api.ProblemAsync("DELETE", path + "?contact=nothing"));
    }

    [Fact]
    public async Task The_document_names_every_path_with_its_parameters_and_schemas()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddRegistrar());
        JsonElement document = await proxy.Api.GetAsync("/api/v1/openapi.json");
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        JsonElement paths = document.GetProperty("paths");
        string[] operations =
        [
            .. paths
                .EnumerateObject()
                .SelectMany(static path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}")),
        ];
        foreach (
            string expected in new[]
            {
                "get /api/v1/dialogs",
                "get /api/v1/dialogs/{id}",
                "delete /api/v1/dialogs/{id}",
                "post /api/v1/dialogs/{id}/extend",
                "put /api/v1/dialogs/{id}/values/{name}",
                "delete /api/v1/dialogs/{id}/values/{name}",
                "put /api/v1/dialogs/{id}/profiles/{name}",
                "delete /api/v1/dialogs/{id}/profiles/{name}",
                "get /api/v1/profiles",
                "get /api/v1/profiles/{name}",
                "patch /api/v1/profiles/{name}",
                "get /api/v1/registrations",
                "delete /api/v1/registrations/{aor}",
                "get /api/v1/statistics",
                "get /api/v1/health",
                "get /api/v1/me",
                "post /api/v1/login",
                "delete /api/v1/login",
                "get /healthz",
                "get /readyz",
                "get /api/v1/openapi.json",
            }
        )
            Assert.Contains(expected, operations);
        string[] ids =
        [
            .. paths
                .EnumerateObject()
                .SelectMany(static path => path.Value.EnumerateObject())
                .Select(static method => method.Value.GetProperty("operationId").GetString()!),
        ];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(
            DialogListing.Parameters.Select(static parameter => parameter.Name),
            paths
                .GetProperty("/api/v1/dialogs")
                .GetProperty("get")
                .GetProperty("parameters")
                .EnumerateArray()
                .Select(static parameter => parameter.GetProperty("name").GetString()!)
        );
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (string reference in References(document))
            Assert.True(schemas.TryGetProperty(reference["#/components/schemas/".Length..], out _), reference);
        JsonElement dialog = schemas.GetProperty("DialogDetail").GetProperty("properties");
        Assert.Equal("date-time", dialog.GetProperty("created").GetProperty("format").GetString());
        Assert.True(dialog.TryGetProperty("legs", out _));
    }

    [Fact]
    public async Task What_is_not_there_gets_a_problem_and_the_methods_that_are()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal("404 There is nothing at this path.", await proxy.Api.ProblemAsync("GET", "/api/v1/nothing"));
        Assert.Equal("404 There is nothing at this path.", await proxy.Api.ProblemAsync("GET", "/api/v2/dialogs"));
        Assert.Equal("405 This path takes DELETE, GET.", await proxy.Api.ProblemAsync("POST", "/api/v1/dialogs/1.1", "{}"));
        (_, _, HttpResponseMessage response) = await proxy.Api.SendAsync("PUT", "/api/v1/dialogs", "{}");
        Assert.Equal(["GET"], response.Content.Headers.Allow);
        Assert.Equal(
            "415 The body is application/json.",
            await proxy.Api.ProblemAsync("PATCH", "/api/v1/profiles/caller", "limit=1", "application/x-www-form-urlencoded")
        );
        Assert.Equal("400 There is no parameter \"x\"; this path takes none.", await proxy.Api.ProblemAsync("GET", "/api/v1/health?x=1"));
        Assert.StartsWith(
            "400 There is no parameter \"status\"; there are state, uri,",
            await proxy.Api.ProblemAsync("GET", "/api/v1/dialogs?status=up"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_handler_that_fails_leaks_nothing()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder =>
            builder.Services.AddSingleton<IManagementEndpoints, Failing>()
        );
        Assert.Equal("500 The request failed; the log of the server says why.", await proxy.Api.ProblemAsync("GET", "/api/v1/failing"));
        Assert.Contains(proxy.Log.Lines, static line => line.StartsWith("Error 7100 The request fail", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element
                .EnumerateObject()
                .SelectMany(static p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
            _ => [],
        };

    private sealed class Failing(Microsoft.Extensions.Logging.ILoggerFactory loggers) : IManagementEndpoints
    {
        public void Map(IEndpointRouteBuilder endpoints) =>
            new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management")).Map(
                "GET",
                "/api/v1/failing",
                new ApiOperation("fail", "Fails."),
                static _ => throw new InvalidOperationException("/etc/parley/secret")
            );
    }

    private sealed class AwayStore : IDialogStore
    {
        public async IAsyncEnumerable<DialogRecord> LoadAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
        )
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation) => throw new IOException("away");

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) => throw new IOException("away");
    }
}
