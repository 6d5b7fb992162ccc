using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Parley.Dialogs;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Events in datagrams, subscribed by the MI.</summary>
public class EventCommandTests
{
    private const string StateChanged = "E_DLG_STATE_CHANGED";

    [Fact]
    public async Task State_changes_come_as_JSON_RPC_notifications()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        string place = $"udp:{socket.Client.LocalEndPoint}";
        Assert.Equal("OK", (await proxy.Mi.CallAsync("event_subscribe", new[] { StateChanged, place })).GetString());
        Dialog dialog = proxy.Answered();
        JsonElement first = JsonDocument.Parse(await ReceiveAsync(socket)).RootElement;
        Assert.Equal(("2.0", StateChanged), (first.GetProperty("jsonrpc").GetString(), first.GetProperty("method").GetString()));
        Assert.False(first.TryGetProperty("id", out _));
        JsonElement parameters = first.GetProperty("params");
        Assert.Equal(
            ["hash_entry", "hash_id", "id", "db_id", "callid", "from_tag", "to_tag", "old_state", "new_state"],
            parameters.EnumerateObject().Select(static p => p.Name)
        );
        Assert.Equal(dialog.Id.ToString(), parameters.GetProperty("id").GetString());
        Assert.Equal($"{dialog.Id.Entry}", parameters.GetProperty("hash_entry").GetString());
        Assert.Equal($"{dialog.Id.Value}", parameters.GetProperty("db_id").GetString());
        Assert.Equal(
            (dialog.CallId, dialog.FromTag),
            (parameters.GetProperty("callid").GetString(), parameters.GetProperty("from_tag").GetString())
        );
        Assert.Equal((1, 2), (parameters.GetProperty("old_state").GetInt32(), parameters.GetProperty("new_state").GetInt32()));
        JsonElement second = JsonDocument.Parse(await ReceiveAsync(socket)).RootElement.GetProperty("params");
        Assert.Equal((2, 3), (second.GetProperty("old_state").GetInt32(), second.GetProperty("new_state").GetInt32()));
        Assert.Contains(
            proxy.Log.Lines,
            static line => line.StartsWith("Information 7010 Management command event_subscribe by ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_text_of_former_versions_is_a_setting()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options =>
            options.Events.DatagramFormat = EventDatagramFormat.Text
        );
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await proxy.Mi.CallAsync(
            "event_subscribe",
            new
            {
                @event = StateChanged,
                socket = $"udp:{socket.Client.LocalEndPoint}",
                expire = 60,
            }
        );
        Dialog dialog = proxy.Answered();
        string[] lines = (await ReceiveAsync(socket)).Split('\n');
        Assert.Equal(StateChanged, lines[0]);
        Assert.Equal($"hash_entry::{dialog.Id.Entry}", lines[1]);
        Assert.Equal($"callid::{dialog.CallId}", lines[5]);
        Assert.Equal(["old_state::1", "new_state::2", "", ""], lines[8..]);
    }

    [Fact]
    public async Task Subscriptions_are_listed_end_and_expire()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal(
            """{"Events":[{"name":"E_DLG_STATE_CHANGED","id":0},{"name":"E_UL_CONTACT_INSERT","id":1},{"name":"E_UL_CONTACT_UPDATE","id":2},{"name":"E_UL_CONTACT_DELETE","id":3}]}""",
            (await proxy.Mi.CallAsync("events_list")).GetRawText()
        );
        Assert.Equal("""{"Events":[]}""", (await proxy.Mi.CallAsync("subscribers_list")).GetRawText());
        Assert.Equal("""{"Event":{}}""", (await proxy.Mi.CallAsync("subscribers_list", new[] { StateChanged })).GetRawText());
        await proxy.Mi.CallAsync("event_subscribe", new[] { StateChanged, "udp:127.0.0.1:9001" });
        await proxy.Mi.CallAsync("event_subscribe", new[] { StateChanged, "udp:localhost:9002", "10" });
        Assert.True(proxy.Hub.IsWanted(EventKinds.Dialog));
        const string Both =
            """{"name":"E_DLG_STATE_CHANGED","id":0,"Subscribers":[{"socket":"udp:127.0.0.1:9001","expire":3600},{"socket":"udp:127.0.0.1:9002","expire":10}]}""";
        Assert.Equal($$"""{"Events":[{{Both}}]}""", (await proxy.Mi.CallAsync("subscribers_list")).GetRawText());
        Assert.Equal($$"""{"Event":{{Both}}}""", (await proxy.Mi.CallAsync("subscribers_list", new[] { StateChanged })).GetRawText());
        Assert.Equal(
            """{"Event":{"name":"E_DLG_STATE_CHANGED","id":0,"Subscriber":{"socket":"udp:127.0.0.1:9002","expire":10}}}""",
            (await proxy.Mi.CallAsync("subscribers_list", new[] { StateChanged, "udp:127.0.0.1:9002" })).GetRawText()
        );
        proxy.Run(11);
        Assert.Equal(
            "404 Subscriber does not exist",
            await proxy.Mi.ErrorAsync("subscribers_list", new[] { StateChanged, "udp:127.0.0.1:9002" })
        );
        Assert.Equal("OK", (await proxy.Mi.CallAsync("event_unsubscribe", new[] { StateChanged, "udp:127.0.0.1:9001" })).GetString());
        Assert.Equal(
            "404 Subscriber does not exist",
            await proxy.Mi.ErrorAsync("event_unsubscribe", new[] { StateChanged, "udp:127.0.0.1:9001" })
        );
        // The one whose time is over is seen as gone at the next event, or the next subscription.
        await proxy.Mi.CallAsync("event_subscribe", new[] { StateChanged, "udp:127.0.0.1:9003" });
        Assert.Equal("OK", (await proxy.Mi.CallAsync("event_subscribe", new[] { StateChanged, "udp:127.0.0.1:9003", "0" })).GetString());
        Assert.False(proxy.Hub.IsWanted(EventKinds.All));
    }

    [Theory]
    [InlineData("E_NOTHING", "udp:127.0.0.1:9001", "400 Bad parameter value")]
    [InlineData(StateChanged, "rabbitmq:127.0.0.1:9001", "400 Bad parameter value")]
    [InlineData(StateChanged, "udp:host.example.com:9001", "400 Bad parameter value")]
    [InlineData(StateChanged, "udp:127.0.0.1", "400 Bad parameter value")]
    [InlineData(StateChanged, "udp:192.0.2.1:9001", "403 Address not allowed")]
    [InlineData(StateChanged, "udp:[2001:db8::1]:9001", "403 Address not allowed")]
    public async Task What_cannot_be_is_refused(string name, string socket, string error)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal(error, await proxy.Mi.ErrorAsync("event_subscribe", new[] { name, socket }));
        Assert.Equal(
            "-32602 Invalid params: Negative expire value",
            await proxy.Mi.ErrorAsync("event_subscribe", new[] { StateChanged, "udp:127.0.0.1:9001", "-1" })
        );
        Assert.Equal("404 Event not published", await proxy.Mi.ErrorAsync("subscribers_list", new[] { "E_NOTHING" }));
        Assert.False(proxy.Hub.IsWanted(EventKinds.All));
    }

    [Fact]
    public async Task There_are_256_subscribers_at_most()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        for (int i = 0; i < 256; i++)
            await proxy.Mi.CallAsync("event_subscribe", new[] { StateChanged, $"udp:127.0.0.1:{10_000 + i}" });
        Assert.Equal(
            "503 Too many subscribers",
            await proxy.Mi.ErrorAsync("event_subscribe", new[] { StateChanged, "udp:127.0.0.1:9001" })
        );
    }

    private static async Task<string> ReceiveAsync(UdpClient socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return Encoding.UTF8.GetString((await socket.ReceiveAsync(limit.Token)).Buffer);
    }
}
