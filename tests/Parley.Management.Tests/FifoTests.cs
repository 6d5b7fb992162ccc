using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>The MI over a FIFO, as opensips-cli uses it: a reply FIFO of its own, the command in one write, the reply read as one line.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class FifoTests : IDisposable
{
    private readonly TestFolder _temporary = new("mi");

    private string Fifo => Path.Combine(_temporary.Path, "mi.fifo");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_command_is_answered_in_the_callers_own_fifo()
    {
        await using ManagedProxy proxy = await StartAsync();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Dialog dialog = proxy.Dialogs.Dialogs().Single();
        JsonElement list = JsonDocument.Parse(await AskAsync("one", MiClient.Body("dlg_list"))).RootElement;
        Assert.Equal(dialog.CallId, list.GetProperty("result").GetProperty("Dialogs")[0].GetProperty("callid").GetString());
        Assert.Contains("-32601", await AskAsync("two", MiClient.Body("nothing")), StringComparison.Ordinal);
        Assert.Contains("-32700", await AskAsync("three", "{ no json"), StringComparison.Ordinal);
        Assert.Contains(
            "\"OK\"",
            await AskAsync("four", MiClient.Body("dlg_end_dlg", new { dialog_id = dialog.CallId })),
            StringComparison.Ordinal
        );
        proxy.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Contains(proxy.Log.Lines, static line => line.Contains("over fifo: OK", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_commands_in_one_write_and_one_in_two_writes_are_read()
    {
        await using ManagedProxy proxy = await StartAsync();
        Task<string> first = ReadAsync(Make("first")),
            second = ReadAsync(Make("second"));
        await WriteAsync($":first:{MiClient.Body("pwd")}\n:second:{MiClient.Body("uptime")}");
        Assert.Contains("WD", await first, StringComparison.Ordinal);
        Assert.Contains("Up time", await second, StringComparison.Ordinal);

        Task<string> third = ReadAsync(Make("third"));
        string body = $":third:{MiClient.Body("pwd")}";
        await WriteAsync(body[..12]);
        await Task.Delay(100);
        await WriteAsync(body[12..]);
        Assert.Contains("WD", await third, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_command_is_dropped_and_the_next_is_answered()
    {
        await using ManagedProxy proxy = await StartAsync();
        foreach (string rubbish in new[] { "rubbish", ":", "::", $":{new string('n', 200)}:", $":../escape:{MiClient.Body("pwd")}" })
        {
            await WriteAsync(rubbish);
            await Task.Delay(700); // the time after which a command's rest does not come any more
        }

        Assert.Contains("WD", await AskAsync("after", MiClient.Body("pwd")), StringComparison.Ordinal);
        Assert.Contains(proxy.Log.Lines, static line => line.StartsWith("Warning 7030", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(_temporary.Path, "..", "escape")));
    }

    [Fact]
    public async Task A_reply_goes_to_no_file_and_to_no_link()
    {
        await using ManagedProxy proxy = await StartAsync();
        string file = Path.Combine(_temporary.Path, "plain");
        await File.WriteAllTextAsync(file, "untouched");
        File.CreateSymbolicLink(Path.Combine(_temporary.Path, "link"), file);
        await WriteAsync($":plain:{MiClient.Body("pwd")}:link:{MiClient.Body("pwd")}:missing:{MiClient.Body("pwd")}");
        while (proxy.Log.Lines.Count(static line => line.StartsWith("Warning 7031", StringComparison.Ordinal)) < 3)
            await Task.Delay(20);
        Assert.Equal("untouched", await File.ReadAllTextAsync(file));
        Assert.Contains("WD", await AskAsync("after", MiClient.Body("pwd")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_and_a_command_without_reply_run()
    {
        await using ManagedProxy proxy = await StartAsync();
        Dialog dialog = proxy.Answered();
        object parameters = new
        {
            dlg_val_name = "a",
            dlg_val_value = "1",
            DID = new[] { dialog.CallId },
        };
        await WriteAsync("::" + MiClient.Body("dlg_push_var", parameters));
        await EventuallyAsync(() => dialog.Values["a"] == "1");
        string notification = JsonSerializer.Serialize(
            new
            {
                jsonrpc = "2.0",
                method = "dlg_push_var",
                @params = new
                {
                    dlg_val_name = "a",
                    dlg_val_value = "2",
                    DID = new[] { dialog.CallId },
                },
            }
        );
        // Its caller finds an empty reply, not a FIFO that nobody opens.
        Assert.Equal("", await AskAsync("silent", notification));
        Assert.Equal("2", dialog.Values["a"]);
    }

    [Fact]
    public async Task A_long_list_goes_through_a_fifo_of_64_KB_whole()
    {
        await using ManagedProxy proxy = await StartAsync();
        for (int i = 0; i < 300; i++)
            proxy.Answered();
        JsonElement reply = JsonDocument.Parse(await AskAsync("long", MiClient.Body("dlg_list"))).RootElement;
        Assert.Equal(300, reply.GetProperty("result").GetProperty("Dialogs").GetArrayLength());
    }

    [Fact]
    public async Task The_fifo_is_for_owner_and_group_and_goes_with_the_server()
    {
        await using (ManagedProxy proxy = await StartAsync())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
                File.GetUnixFileMode(Fifo)
            );
            await proxy.Application.StopAsync();
        }

        Assert.False(File.Exists(Fifo));
        await File.WriteAllTextAsync(Fifo, "a file");
        var error = await Assert.ThrowsAsync<ManagementException>(StartAsync);
        Assert.Contains("is no FIFO", error.Message, StringComparison.Ordinal);
        Assert.Equal("a file", await File.ReadAllTextAsync(Fifo));
    }

    private Task<ManagedProxy> StartAsync() =>
        ManagedProxy.StartAsync(options =>
        {
            options.Fifo = Fifo;
            options.FifoReplyDirectory = _temporary.Path;
        });

    private async Task<string> AskAsync(string name, string body)
    {
        Task<string> reply = ReadAsync(Make(name));
        await WriteAsync($":{name}:{body}");
        return await reply.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private string Make(string name)
    {
        string path = Path.Combine(_temporary.Path, name);
        Assert.Equal(0, MakeFifo(path, 0b110_110_110));
        return path;
    }

    private static async Task<string> ReadAsync(string path) =>
        await Task
            .Factory.StartNew(
                () =>
                {
                    using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
                    return reader.ReadToEnd();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            )
            .WaitAsync(TimeSpan.FromSeconds(30));

    private async Task WriteAsync(string text) =>
        await Task.Run(() =>
        {
            using var fifo = new FileStream(Fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            fifo.Write(Encoding.UTF8.GetBytes(text));
        });

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (int i = 0; i < 500 && !condition(); i++)
            await Task.Delay(20);
        Assert.True(condition());
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeFifo(string path, uint mode);
}
