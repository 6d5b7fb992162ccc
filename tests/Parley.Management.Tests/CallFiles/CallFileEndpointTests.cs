using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests.CallFiles;

public sealed class CallFileEndpointTests : IDisposable
{
    private readonly HttpClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_recorded_call_can_be_taken_along_in_four_forms()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        call.Bye();
        proxy.Run(1);
        string path = $"api/v1/calls/{Uri.EscapeDataString(call.CallId)}/";

        using HttpResponseMessage text = await GetAsync(proxy, path + "ladder.txt?width=90");
        Assert.Equal("text/plain", text.Content.Headers.ContentType!.MediaType);
        string ladder = await text.Content.ReadAsStringAsync();
        Assert.Contains("INVITE", ladder, StringComparison.Ordinal);
        Assert.Contains("BYE", ladder, StringComparison.Ordinal);
        Assert.All(ladder.Split('\n'), static line => Assert.True(line.Length <= 90, line));

        using HttpResponseMessage image = await GetAsync(proxy, path + "ladder.svg?steps=false");
        Assert.Equal("image/svg+xml", image.Content.Headers.ContentType!.MediaType);
        Assert.Contains("sandbox", image.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        XDocument.Parse(await image.Content.ReadAsStringAsync());

        using HttpResponseMessage packets = await GetAsync(proxy, path + "call.pcapng");
        Assert.Equal([0x0A, 0x0D, 0x0D, 0x0A], (await packets.Content.ReadAsByteArrayAsync())[..4]);
        Assert.EndsWith(".pcapng", packets.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);

        using HttpResponseMessage whole = await GetAsync(proxy, path + "call.parleycall");
        CallFile file = CallFile.Parse(await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal(call.CallId, file.CallId);
        Assert.Contains("udp:10.0.0.1:5060", file.Listeners);
        Assert.NotEmpty(file.Steps);
        Assert.Contains(file.Messages, static m => !m.IsInbound && m.Label == "100 Trying (INVITE)");
        Assert.Equal(2, file.Messages.Count(static m => m.Label == "BYE"));
    }

    [Theory]
    [InlineData("api/v1/calls/nobody/ladder.txt", 404)]
    [InlineData("api/v1/calls/nobody/call.parleycall", 404)]
    [InlineData("api/v1/calls/nobody/ladder.txt?width=12", 400)]
    [InlineData("api/v1/calls/nobody/ladder.txt?colour=1", 400)]
    public async Task What_is_not_there_is_a_problem(string path, int status)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using HttpResponseMessage response = await _client.GetAsync(new Uri(proxy.BaseUrl, path));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Secrets_in_saved_settings_are_blanked()
    {
        const string Json =
            """{"Parley":{"Domains":["example.com"],"Store":{"Connection":"Host=db;Password=hunter2"},"Management":{"Hep":{"Key":"hunter2"},"Access":{"Tokens":[{"Token":"hunter2","Role":"read"}]}},"Users":{"Passwords":["hunter2"]}}}""";
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: builder =>
            builder.Services.AddSingleton<ISavedSettings>(new Saved(Json))
        );
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        using HttpResponseMessage whole = await GetAsync(proxy, $"api/v1/calls/{Uri.EscapeDataString(call.CallId)}/call.parleycall");
        string text = await whole.Content.ReadAsStringAsync();
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Contains("example.com", CallFile.Parse(Encoding.UTF8.GetBytes(text)).Configuration, StringComparison.Ordinal);
        // An ongoing call has a timer.
        Assert.Equal("lifetime", CallFile.Parse(Encoding.UTF8.GetBytes(text)).Timers.Single().Name);
    }

    [Fact]
    public async Task An_explanation_is_asked_for_by_POST()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: builder =>
            builder.Services.AddSingleton<IRequestExplainer>(new Explainer())
        );
        JsonElement answer = await ExplainAsync(
            proxy,
            new
            {
                request = "INVITE sip:x SIP/2.0",
                source = "192.0.2.7:5060",
                transport = "tcp",
            },
            200
        );
        Assert.Equal("INVITE sip:x SIP/2.0 192.0.2.7:5060 tcp", answer.GetProperty("line").GetString());
        Assert.Equal("sip:x", answer.GetProperty("targets")[0].GetProperty("uri").GetString());
        Assert.False(answer.TryGetProperty("answer", out _));
        answer = await ExplainAsync(proxy, new { request = "bad" }, 400);
        Assert.Equal("No request.", answer.GetProperty("detail").GetString());
        await ExplainAsync(proxy, new { request = " " }, 400);
        await ExplainAsync(proxy, new { source = "192.0.2.7:5060" }, 400);
    }

    [Fact]
    public async Task Without_an_explainer_it_is_not_implemented()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        await ExplainAsync(proxy, new { request = "INVITE sip:x SIP/2.0" }, 501);
    }

    private async Task<JsonElement> ExplainAsync(ManagedProxy proxy, object body, int status)
    {
        using HttpResponseMessage response = await _client.PostAsJsonAsync(new Uri(proxy.BaseUrl, "api/v1/explain"), body);
        Assert.Equal(status, (int)response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpResponseMessage> GetAsync(ManagedProxy proxy, string path)
    {
        HttpResponseMessage response = await _client.GetAsync(new Uri(proxy.BaseUrl, path));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private sealed class Saved(string json) : ISavedSettings
    {
        public string Json => json;

        public string Version => "1.2.3";

        public IReadOnlyList<string> OwnNames => ["example.com"];
    }

    private sealed class Explainer : IRequestExplainer
    {
        public Task<RequestExplanation> ExplainAsync(string request, string source, string transport, CancellationToken cancellation) =>
            request == "bad"
                ? throw new ArgumentException("No request.", nameof(request))
                : Task.FromResult(
                    new RequestExplanation(
                        $"{request} {source} {transport}",
                        [],
                        [new RequestExplanationTarget("sip:x", "192.0.2.9:5060", "udp", 0, "")],
                        null,
                        request
                    )
                );
    }
}
