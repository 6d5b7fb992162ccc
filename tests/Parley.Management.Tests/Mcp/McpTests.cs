using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Parley.Dialogs;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>The endpoint for language models, by the client of its own library.</summary>
public class McpTests
{
    [Fact]
    public async Task It_is_not_there_unless_it_is_turned_on()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var http = new HttpClient();
        using var body = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", null, "application/json");
        using HttpResponseMessage response = await http.PostAsync(
            new Uri(proxy.BaseUrl, "/mcp"),
            body,
            TestContext.Current.CancellationToken
        );
        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task By_default_its_tools_only_read()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static o => o.Mcp.IsEnabled = true);
        await using McpClient client = await ConnectAsync(proxy);
        IList<McpClientTool> tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            ["call_ladder", "find_calls", "statistics", "top_limits", "why_ended"],
            tools.Select(static t => t.Name).Order(StringComparer.Ordinal)
        );
        Assert.All(tools, static t => Assert.True(t.ProtocolTool.Annotations!.ReadOnlyHint));
        CallToolResult result = await client.CallToolAsync(
            new CallToolRequestParams { Name = "find_calls" },
            TestContext.Current.CancellationToken
        );
        Assert.NotEqual(true, result.IsError);
    }

    [Fact]
    public async Task A_call_is_found_shown_and_explained()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static o => o.Mcp.IsEnabled = true);
        proxy.Bob.OnInvite = static call => call.Reject(486);
        string callId = proxy.Call().CallId;
        proxy.Run(2);
        await using McpClient client = await ConnectAsync(proxy);
        JsonElement found = await AskAsync(client, "find_calls", """{"number":"bob","limit":5}""");
        Assert.Equal(callId, Assert.Single(found.EnumerateArray()).GetProperty("callId").GetString());
        JsonElement why = await AskAsync(client, "why_ended", $$"""{"callId":"{{callId}}"}""");
        Assert.Contains("486", why.GetProperty("line").GetString(), StringComparison.Ordinal);
        JsonElement ladder = await AskAsync(client, "call_ladder", $$"""{"callId":"{{callId}}"}""");
        List<string?> messages =
        [
            .. ladder
                .GetProperty("entries")
                .EnumerateArray()
                .Where(static e => e.TryGetProperty("message", out _))
                .Select(static e => e.GetProperty("message").GetString()),
        ];
        Assert.Contains("SIP/2.0 486 Busy Here", messages);
        // No header and no body of a stranger reaches the model.
        Assert.All(messages, static m => Assert.DoesNotContain('\n', m!));
        Assert.Empty((await AskAsync(client, "find_calls", """{"text":"nothing has this"}""")).EnumerateArray());
    }

    [Fact]
    public async Task Limits_and_statistics_are_those_of_the_server()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static o => o.Mcp.IsEnabled = true);
        proxy.OnDialog = static dialog => dialog.Profiles.Set("caller", "alice");
        proxy.Answered();
        await using McpClient client = await ConnectAsync(proxy);
        JsonElement limits = await AskAsync(client, "top_limits", """{"profile":"caller","top":3}""");
        JsonElement profile = Assert.Single(limits.EnumerateArray());
        Assert.Equal(1, profile.GetProperty("size").GetInt32());
        Assert.Equal("alice", profile.GetProperty("top")[0].GetProperty("value").GetString());
        JsonElement statistics = await AskAsync(client, "statistics", """{"group":"dialog"}""");
        Assert.Equal(1, statistics.GetProperty("dialog").GetProperty("active_dialogs").GetInt64());
    }

    [Theory]
    [InlineData("why_ended", """{}""", "callId is missing.")]
    [InlineData("why_ended", """{"callId":"gone"}""", "Nothing of a call with the Call-ID gone is in the recorder.")]
    [InlineData("find_calls", """{"limit":0}""", "limit must be a whole number from 1 to 100.")]
    [InlineData("find_calls", """{"abnormal":"yes"}""", "abnormal must be true or false.")]
    [InlineData("find_calls", """{"text":7}""", "text must be a text of at most 1000 characters.")]
    [InlineData("top_limits", """{"profile":"none"}""", "There is no profile none.")]
    [InlineData("statistics", """{"group":"none"}""", "There is no group none.")]
    public async Task An_argument_that_cannot_be_is_a_result_that_says_so(string tool, string arguments, string expected)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static o => o.Mcp.IsEnabled = true);
        await using McpClient client = await ConnectAsync(proxy);
        CallToolResult result = await CallAsync(client, tool, arguments);
        Assert.Equal((true, expected), (result.IsError, TextOf(result)));
    }

    [Fact]
    public async Task A_call_is_ended_only_where_the_setting_and_the_role_allow_it()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static o => (o.Mcp.IsEnabled, o.Mcp.AllowEnd) = (true, true));
        Dialog dialog = proxy.Answered();
        await using McpClient client = await ConnectAsync(proxy);
        JsonElement found = await AskAsync(client, "find_calls", "{}");
        string id = found[0].GetProperty("dialog").GetString()!;
        Assert.True(
            (await AskAsync(client, "end_call", $$"""{"dialog":"{{id}}","reason":"test\r\nX-Evil: 1"}""")).GetProperty("ended").GetBoolean()
        );
        proxy.Run(2);
        Assert.Empty(proxy.Dialogs.Dialogs());
        Assert.Contains(
            proxy.Log.Lines,
            l => l.Contains("Management tool end_call by 127.0.0.1:", StringComparison.Ordinal) && l.Contains(id, StringComparison.Ordinal)
        );
        CallToolResult again = await CallAsync(client, "end_call", """{"dialog":"1.1"}""");
        Assert.True(again.IsError);
        _ = dialog;
    }

    [Fact]
    public async Task A_caller_that_may_only_read_ends_nothing()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(
            static o => (o.Mcp.IsEnabled, o.Mcp.AllowEnd) = (true, true),
            change: static builder => builder.Services.AddSingleton<IManagementAccess, ReadOnlyAccess>()
        );
        proxy.Answered();
        await using McpClient client = await ConnectAsync(proxy);
        string id = (await AskAsync(client, "find_calls", "{}"))[0].GetProperty("dialog").GetString()!;
        CallToolResult result = await CallAsync(client, "end_call", $$"""{"dialog":"{{id}}"}""");
        Assert.Equal((true, "This caller may only read."), (result.IsError, TextOf(result)));
        Assert.Single(proxy.Dialogs.Dialogs());
        Assert.Contains(proxy.Log.Lines, static l => l.Contains("Management tool end_call of reader refused", StringComparison.Ordinal));
    }

    private static Task<McpClient> ConnectAsync(ManagedProxy proxy) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new HttpClientTransportOptions
                {
                    Endpoint = new Uri(proxy.BaseUrl, "/mcp"),
                    TransportMode = HttpTransportMode.StreamableHttp,
                }
            ),
            cancellationToken: TestContext.Current.CancellationToken
        );

    private static async Task<JsonElement> AskAsync(McpClient client, string tool, string arguments)
    {
        CallToolResult result = await CallAsync(client, tool, arguments);
        Assert.True(result.IsError != true, TextOf(result));
        return JsonDocument.Parse(TextOf(result)).RootElement;
    }

    private static async Task<CallToolResult> CallAsync(McpClient client, string tool, string arguments) =>
        await client.CallToolAsync(
            new CallToolRequestParams
            {
                Name = tool,
                Arguments = JsonDocument
                    .Parse(arguments)
                    .RootElement.EnumerateObject()
                    .ToDictionary(static p => p.Name, static p => p.Value),
            },
            TestContext.Current.CancellationToken
        );

    private static string TextOf(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;

    private sealed class ReadOnlyAccess : IManagementAccess
    {
        public bool ProtectsOtherAddresses => false;

        public ValueTask<ManagementCaller?> AdmitAsync(HttpContext context) =>
            ValueTask.FromResult<ManagementCaller?>(new ManagementCaller("reader", "http", MayChange: false));
    }
}
