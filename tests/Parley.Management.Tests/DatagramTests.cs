using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>The MI in datagrams, over UDP and a Unix socket.</summary>
public sealed class DatagramTests : IDisposable
{
    private readonly TestFolder _temporary = new("mi");

    private string UnixPath => Path.Combine(_temporary.Path, "mi.sock");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_datagram_is_answered_by_one(bool isUnix)
    {
        await using ManagedProxy proxy = await StartAsync(isUnix);
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Dialog dialog = proxy.Dialogs.Dialogs().Single();
        using Socket socket = Connect(proxy, isUnix);
        JsonElement list = JsonDocument.Parse(await AskAsync(socket, MiClient.Body("dlg_list"))).RootElement;
        Assert.Equal(dialog.CallId, list.GetProperty("result").GetProperty("Dialogs")[0].GetProperty("callid").GetString());
        Assert.Contains("-32700", await AskAsync(socket, "{"), StringComparison.Ordinal);
        Assert.Contains("-32601", await AskAsync(socket, MiClient.Body("nothing")), StringComparison.Ordinal);
        Assert.Contains("-32602", await AskAsync(socket, MiClient.Body("dlg_end_dlg")), StringComparison.Ordinal);
        // A notification is not answered: the next reply is that of the next request.
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","method":"pwd"}"""));
        Assert.Contains("Up time", await AskAsync(socket, MiClient.Body("uptime")), StringComparison.Ordinal);
        Assert.Contains(
            "\"OK\"",
            await AskAsync(socket, MiClient.Body("dlg_end_dlg", new[] { dialog.Id.ToString() })),
            StringComparison.Ordinal
        );
        proxy.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        string transport = isUnix ? "unix" : "udp";
        Assert.Contains(proxy.Log.Lines, line => line.Contains($"over {transport}: OK", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Row_59_a_reply_beyond_64_KB_is_an_error_whole_and_a_page_fits(bool isUnix)
    {
        await using ManagedProxy proxy = await StartAsync(isUnix);
        for (int i = 0; i < 300; i++)
            proxy.Answered();
        using Socket socket = Connect(proxy, isUnix);
        JsonElement reply = JsonDocument.Parse(await AskAsync(socket, MiClient.Body("dlg_list"))).RootElement;
        Assert.StartsWith("-32000 Server error: The reply does not fit a datagram", MiClient.ErrorOf(reply), StringComparison.Ordinal);
        reply = JsonDocument.Parse(await AskAsync(socket, MiClient.Body("dlg_list", new { index = "200", counter = "80" }))).RootElement;
        Assert.Equal(300, reply.GetProperty("result").GetProperty("count").GetInt32());
        Assert.Equal(80, reply.GetProperty("result").GetProperty("Dialogs").GetArrayLength());
    }

    [Fact]
    public async Task A_socket_left_behind_is_replaced_and_one_in_use_is_not()
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(UnixPath));
            var error = await Assert.ThrowsAsync<ManagementException>(() => StartAsync(isUnix: true));
            Assert.Contains(UnixPath, error.Message, StringComparison.Ordinal);
            // Closing a socket removes its file here; a process that is killed leaves it.
            File.Move(UnixPath, UnixPath + ".kept");
        }

        File.Move(UnixPath + ".kept", UnixPath);
        await using (ManagedProxy proxy = await StartAsync(isUnix: true))
        {
            using Socket socket = Connect(proxy, isUnix: true);
            Assert.Contains("WD", await AskAsync(socket, MiClient.Body("pwd")), StringComparison.Ordinal);
        }

        Assert.False(File.Exists(UnixPath));
    }

    [Theory]
    [InlineData("udp:0.0.0.0:8080")]
    [InlineData("udp:192.0.2.1:8080")]
    [InlineData("udp:127.0.0.1")]
    [InlineData("tcp:127.0.0.1:8080")]
    [InlineData("unix:relative")]
    public async Task A_place_that_cannot_be_stops_the_start(string place)
    {
        Assert.False(ManagementOptions.IsDatagramPlace(place));
        var error = await Assert.ThrowsAsync<ManagementException>(() => ManagedProxy.StartAsync(options => options.Datagrams.Add(place)));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    private Task<ManagedProxy> StartAsync(bool isUnix) =>
        ManagedProxy.StartAsync(options => options.Datagrams.Add(isUnix ? $"unix:{UnixPath}" : "udp:127.0.0.1:0"));

    private Socket Connect(ManagedProxy proxy, bool isUnix)
    {
        if (isUnix)
        {
            var unix = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            unix.Bind(new UnixDomainSocketEndPoint(Path.Combine(_temporary.Path, $"reply{MiClient.NextId()}")));
            unix.Connect(new UnixDomainSocketEndPoint(UnixPath));
            return unix;
        }

        string place = proxy
            .Application.Services.GetRequiredService<ManagementService>()
            .Places.Single(static p => p.StartsWith("udp:", StringComparison.Ordinal));
        var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Connect(IPEndPoint.Parse(place[4..]));
        return udp;
    }

    private static async Task<string> AskAsync(Socket socket, string body)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(body));
        byte[] buffer = new byte[70_000];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        int length = await socket.ReceiveAsync(buffer, limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
