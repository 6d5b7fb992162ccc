using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>100,000 dialogs that stand while others come and go. Alone in the process: what others allocate would count.</summary>
[CollectionDefinition(nameof(ManyDialogsTests), DisableParallelization = true)]
[Collection(nameof(ManyDialogsTests))]
public class ManyDialogsTests
{
    private const int Standing = 100_000;

    [Fact]
    public async Task Row_59_a_hundred_thousand_dialogs_are_listed_whole_while_calls_pass()
    {
        await using ManagedProxy proxy = await StartAsync();
        Task<int> list = Task.Run(() => CountAsync(proxy));
        int calls = 0;
        while (!list.IsCompleted || calls < 20)
        {
            ScriptedCall call = proxy.Call();
            proxy.Run(0.2);
            Assert.True(call.IsUp);
            call.Bye();
            proxy.Run(0.2);
            Assert.Equal(CallEnd.LocalBye, call.End);
            calls++;
        }

        Assert.InRange(await list, Standing, Standing + calls);
    }

    [Fact]
    public async Task Row_59_a_reader_that_stops_holds_no_lock_and_no_memory()
    {
        await using ManagedProxy proxy = await StartAsync();
        using var client = new TcpClient { ReceiveBufferSize = 8192 };
        await client.ConnectAsync(proxy.BaseUrl.Host, proxy.BaseUrl.Port);
        NetworkStream stream = client.GetStream();
        string body = MiClient.Body("dlg_list");
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
            )
        );
        byte[] some = new byte[4096];
        Assert.NotEqual(0, await stream.ReadAsync(some));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        // The list waits for its reader: calls do not wait for the list.
        for (int i = 0; i < 50; i++)
        {
            ScriptedCall call = proxy.Call();
            proxy.Run(0.2);
            Assert.True(call.IsUp);
            call.Bye();
            proxy.Run(40);
            Assert.Equal(CallEnd.LocalBye, call.End);
        }

        Assert.Equal(Standing, (await proxy.Mi.CallAsync("dlg_list", new { index = "0", counter = "1" })).GetProperty("count").GetInt32());
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 8_000_000);
    }

    [Fact]
    public async Task Row_59_pages_are_cheap_wherever_they_begin()
    {
        await using ManagedProxy proxy = await StartAsync();
        var ids = new HashSet<string>();
        for (int index = 0; index < Standing; index += 9_900)
        {
            JsonElement page = await proxy.Mi.CallAsync("dlg_list", new { index, counter = 50 });
            Assert.Equal(Standing, page.GetProperty("count").GetInt32());
            foreach (JsonElement dialog in page.GetProperty("Dialogs").EnumerateArray())
                Assert.True(ids.Add(dialog.GetProperty("ID").GetString()!));
        }

        // A page at the end looks at the last part of the table alone.
        Assert.Equal(proxy.Dialogs.DialogsInOrder().ElementAt(99_990).Id, proxy.Dialogs.DialogsInOrder(99_990).First().Id);
        Assert.Empty(proxy.Dialogs.DialogsInOrder(Standing));
    }

    [Fact]
    public async Task The_API_lists_and_filters_a_hundred_thousand_in_a_few_megabytes()
    {
        await using ManagedProxy proxy = await StartAsync();
        Assert.Equal(Standing, (await proxy.Api.DialogsAsync("?limit=1")).Total);
        Assert.Single((await proxy.Api.DialogsAsync("?number=030099999")).Items);
        Assert.Single((await proxy.Api.DialogsAsync("?q=standing-77777@")).Items);

        // A page copies one part of the table, wherever it begins.
        string first = (await proxy.Api.DialogsAsync("?limit=1")).Next!;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 10; i++)
            Assert.Equal(100, (await proxy.Api.DialogsAsync($"?cursor={first}")).Items.Count);
        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / 10, 0, 2_000_000);

        // The whole: read by a client that keeps nothing, so that what is allocated is the listing's.
        before = GC.GetTotalAllocatedBytes(precise: true);
        (long bytes, int lines) = await ReadLinesAsync(proxy);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(Standing, lines);
        Assert.InRange(bytes, Standing * 300L, Standing * 800L);
        Assert.InRange(allocated, 0, Standing * 300L);
    }

    [Fact]
    public async Task An_export_whose_reader_stops_holds_no_lock_and_no_memory()
    {
        await using ManagedProxy proxy = await StartAsync();
        using TcpClient client = await OpenExportAsync(proxy);
        byte[] some = new byte[4096];
        Assert.NotEqual(0, await client.GetStream().ReadAsync(some));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 50; i++)
        {
            ScriptedCall call = proxy.Call();
            proxy.Run(0.2);
            Assert.True(call.IsUp);
            call.Bye();
            proxy.Run(40);
            Assert.Equal(CallEnd.LocalBye, call.End);
        }

        Assert.Equal(Standing, (await proxy.Api.DialogsAsync("?limit=1")).Total);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4_000_000);
    }

    private static async Task<TcpClient> OpenExportAsync(ManagedProxy proxy)
    {
        var client = new TcpClient { ReceiveBufferSize = 8192 };
        await client.ConnectAsync(proxy.BaseUrl.Host, proxy.BaseUrl.Port);
        await client
            .GetStream()
            .WriteAsync(
                "GET /api/v1/dialogs HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\nConnection: close\r\n\r\n"u8.ToArray()
            );
        return client;
    }

    /// <summary>Bytes and lines that begin a dialog.</summary>
    private static async Task<(long Bytes, int Lines)> ReadLinesAsync(ManagedProxy proxy)
    {
        using TcpClient client = await OpenExportAsync(proxy);
        NetworkStream stream = client.GetStream();
        byte[] buffer = new byte[64 * 1024];
        long bytes = 0;
        int lines = 0;
        byte last = 0;
        while (await stream.ReadAsync(buffer) is > 0 and int count)
        {
            bytes += count;
            for (int i = 0; i < count; i++)
            {
                if (buffer[i] == (byte)'\n' && last == (byte)'}')
                    lines++;
                last = buffer[i];
            }
        }

        return (bytes, lines);
    }

    private static async Task<ManagedProxy> StartAsync()
    {
        ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder =>
            builder.AddDialogStore(
                new ManyDialogs(Standing, new SimulatedClock()),
                static options =>
                {
                    options.Mode = DialogStoreMode.Shutdown;
                    options.LoadFirst = Standing;
                    options.LoadTime = TimeSpan.FromHours(1);
                }
            )
        );
        Assert.True(proxy.Dialogs.Statistics.ActiveDialogs == Standing, string.Join('\n', proxy.Log.Lines.Take(20)));
        return proxy;
    }

    private static async Task<int> CountAsync(ManagedProxy proxy)
    {
        string text = await proxy.Mi.SendAsync(MiClient.Body("dlg_list"));
        using JsonDocument reply = JsonDocument.Parse(text);
        return reply.RootElement.GetProperty("result").GetProperty("Dialogs").GetArrayLength();
    }
}
