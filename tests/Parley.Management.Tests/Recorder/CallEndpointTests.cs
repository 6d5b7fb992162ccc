using System.Net;
using System.Text.Json;
using Parley.Dialogs;
using Xunit;

namespace Parley.Management.Tests.Recorder;

/// <summary>Recorded calls over HTTP, with the shapes of the contract.</summary>
public class CallEndpointTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task A_call_has_its_line_and_its_entries()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        JsonElement call = await GetAsync(proxy, $"/api/v1/calls/{Uri.EscapeDataString(dialog.CallId)}");
        Assert.Equal(dialog.CallId, call.GetProperty("callId").GetString());
        Assert.Equal(dialog.Id.ToString(), call.GetProperty("id").GetString());
        Assert.StartsWith("Answered by 10.0.2.1:5060", call.GetProperty("line").GetString(), StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", call.GetProperty("started").GetString());
        Assert.False(call.TryGetProperty("ended", out _));
        Assert.Equal(0, call.GetProperty("abnormal").GetArrayLength());
        JsonElement first = call.GetProperty("entries")[0];
        Assert.Equal(
            ["at", "kind", "from", "to", "transport", "direction", "text", "method", "cseq", "branch"],
            first.EnumerateObject().Select(static p => p.Name)
        );
        Assert.Equal(
            ("message", "in", "INVITE", "parley"),
            (Text(first, "kind"), Text(first, "direction"), Text(first, "method"), Text(first, "to"))
        );
        JsonElement step = call.GetProperty("entries").EnumerateArray().First(static e => Text(e, "kind") == "step");
        Assert.Equal(["at", "kind", "step", "text", "rfc"], step.EnumerateObject().Select(static p => p.Name));
        JsonElement ofDialog = await GetAsync(proxy, $"/api/v1/dialogs/{dialog.Id}/call");
        Assert.Equal(call.GetRawText(), ofDialog.GetRawText());
    }

    [Fact]
    public async Task Calls_are_listed_by_page_the_latest_first()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        for (int i = 0; i < 7; i++)
            proxy.Answered();
        var seen = new List<string>();
        string cursor = "";
        do
        {
            JsonElement page = await GetAsync(proxy, $"/api/v1/calls?limit=3{cursor}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(static item => Text(item, "callId")));
            cursor = page.TryGetProperty("next", out JsonElement next) ? $"&cursor={next.GetString()}" : "";
        } while (cursor.Length > 0);
        Assert.Equal(proxy.Alice.Calls.Select(static call => call.CallId).Reverse(), seen);
    }

    [Theory]
    [InlineData("abnormal=true", 1)]
    [InlineData("abnormal=false", 2)]
    [InlineData("mark=notAcceptable", 1)]
    [InlineData("ended=true", 2)]
    [InlineData("ended=false", 1)]
    [InlineData("number=carol", 1)]
    [InlineData("number=alice", 3)]
    [InlineData("ip=10.0.2.2", 1)]
    [InlineData("ip=10.0.2", 0)]
    [InlineData("q=BUSY", 1)]
    [InlineData("q=nothing", 0)]
    [InlineData("since=2001-01-01T00:00:00Z", 3)]
    [InlineData("since=2999-01-01T00:00:00Z", 0)]
    public async Task Calls_are_found(string query, int count)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Answered();
        proxy.Bob.OnInvite = static call => call.Reject(488);
        proxy.Call();
        proxy.Run(1);
        proxy.Carol.OnInvite = static call => call.Reject(486);
        proxy.Call("carol");
        proxy.Run(1);
        Assert.Equal(count, (await GetAsync(proxy, $"/api/v1/calls?{query}")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("/api/v1/calls/nothing", 404)]
    [InlineData("/api/v1/dialogs/0.0/call", 404)]
    [InlineData("/api/v1/dialogs/nothing/call", 400)]
    [InlineData("/api/v1/calls?limit=0", 400)]
    [InlineData("/api/v1/calls?limit=1&limit=2", 400)]
    [InlineData("/api/v1/calls?abnormal=maybe", 400)]
    [InlineData("/api/v1/calls?cursor=zz", 400)]
    [InlineData("/api/v1/calls?cursor=00", 400)]
    [InlineData("/api/v1/calls?since=soon", 400)]
    [InlineData("/api/v1/calls?colour=red", 400)]
    public async Task What_cannot_be_is_a_problem(string path, int status)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using HttpResponseMessage response = await Client.GetAsync(new Uri(proxy.BaseUrl, path), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument
            .Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(["type", "title", "status", "detail"], problem.EnumerateObject().Select(static p => p.Name));
    }

    [Fact]
    public async Task Off_there_is_nothing_and_nothing_is_in_the_way()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static o => o.Recorder.Mode = RecorderMode.Off);
        Dialog dialog = proxy.Answered();
        Assert.Null(proxy.Application.Transport.Tap);
        Assert.Null(proxy.Application.CallSteps.Sink);
        Assert.Equal(0, (await GetAsync(proxy, "/api/v1/calls")).GetProperty("items").GetArrayLength());
        using HttpResponseMessage response = await Client.GetAsync(
            new Uri(proxy.BaseUrl, $"/api/v1/calls/{dialog.CallId}"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<JsonElement> GetAsync(ManagedProxy proxy, string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(new Uri(proxy.BaseUrl, path), TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode} {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(body).RootElement;
    }
}
