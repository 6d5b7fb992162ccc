using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Commands that end dialogs, reach into them, and write and read their rows.</summary>
public class DialogCommandTests
{
    [Theory]
    [InlineData("dlg_end_dlg")]
    [InlineData("dialog:end_dlg")]
    [InlineData("end_dlg")]
    public async Task A_dialog_is_ended_by_id_or_Call_ID_with_BYE_both_ways(string method)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        foreach (bool byId in new[] { true, false })
        {
            ScriptedCall call = proxy.Call();
            proxy.Run(1);
            Dialog dialog = proxy.Dialogs.Dialogs().Single();
            var byes = new List<string>();
            proxy.Bob.OnReceived = message => Note(byes, "bob", message);
            proxy.Alice.OnReceived = message => Note(byes, "alice", message);
            JsonElement result = await proxy.Mi.CallAsync(
                method,
                new { dialog_id = byId ? dialog.Id.ToString() : dialog.CallId, extra_hdrs = "X-Why: operator" }
            );
            Assert.Equal("OK", result.GetString());
            proxy.Run(1);
            Assert.Equal(CallEnd.RemoteBye, call.End);
            Assert.Equal(["alice operator", "bob operator"], byes.Order());
            Assert.Equal("MI Termination", dialog.TerminationReason);
            Assert.Equal("404 Requested Dialog not found", await proxy.Mi.ErrorAsync(method, new { dialog_id = dialog.Id.ToString() }));
            proxy.Run(60);
        }

        Assert.Contains(
            proxy.Log.Lines,
            line =>
                line.StartsWith($"Information 7010 Management command {method} by 127.0.0.1:", StringComparison.Ordinal)
                && line.Contains("over http: OK", StringComparison.Ordinal)
                && line.Contains("call-id=", StringComparison.Ordinal)
                && line.Contains("did=", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_ringing_call_is_cancelled_and_what_cannot_be_ended_is_an_error()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Ring();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Dialog dialog = proxy.Dialogs.Dialogs().Single();
        // The decimal number of the table is no id here.
        Assert.Equal(
            "404 Requested Dialog not found",
            await proxy.Mi.ErrorAsync(
                "dlg_end_dlg",
                new { dialog_id = dialog.Id.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) }
            )
        );
        Assert.StartsWith(
            "400 Bad extra_hdrs",
            await proxy.Mi.ErrorAsync("dlg_end_dlg", new[] { dialog.CallId, "Call-ID: other\r\n" }),
            StringComparison.Ordinal
        );
        Assert.Equal("OK", (await proxy.Mi.CallAsync("dlg_end_dlg", new[] { dialog.CallId })).GetString());
        proxy.Run(1);
        Assert.Equal(487, call.Status);
    }

    [Fact]
    public async Task A_value_is_pushed_into_each_dialog_that_is_there()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog one = proxy.Answered(),
            other = proxy.Answered();
        object parameters = new
        {
            dlg_val_name = "account",
            dlg_val_value = "42",
            DID = new[] { one.Id.ToString(), "nothing", other.CallId },
        };
        Assert.Equal("OK", (await proxy.Mi.CallAsync("dlg_push_var", parameters)).GetString());
        Assert.Equal(("42", "42"), (one.Values["account"], other.Values["account"]));
        Assert.Equal("OK", (await proxy.Mi.CallAsync("dialog:push_var", new object[] { "account", 43, new[] { one.CallId } })).GetString());
        Assert.Equal(("43", "42"), (one.Values["account"], other.Values["account"]));
        Assert.Equal(
            "-32602 Invalid params: Bad type for parameter 'DID'",
            await proxy.Mi.ErrorAsync(
                "dlg_push_var",
                new
                {
                    dlg_val_name = "a",
                    dlg_val_value = "b",
                    DID = one.CallId,
                }
            )
        );
    }

    [Fact]
    public async Task A_sequential_request_brings_its_final_response()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        string callid = dialog.CallId;
        string? asked = null;
        proxy.Bob.OnRequest = request =>
        {
            asked = request.Method + " " + request.Message.Header("X-Test");
            request.Respond(488);
        };
        Task<JsonElement> reply = proxy.Mi.CallAsync(
            "dialog:send_sequential",
            new
            {
                callid,
                mode = "callee",
                method = "INFO",
                body = "custom:text/plain:hello",
                headers = "X-Test: 1",
            }
        );
        while (!reply.IsCompleted)
        {
            proxy.Run(0.1);
            await Task.Delay(5);
        }

        Assert.Equal("""{"Code":488,"Reason":"Not Acceptable Here"}""", (await reply).GetRawText());
        Assert.Equal("INFO 1", asked);
        Assert.Equal("400 Invalid mode", await proxy.Mi.ErrorAsync("dlg_send_sequential", new { callid, mode = "both" }));
        Assert.Equal("400 Invalid body mode", await proxy.Mi.ErrorAsync("dlg_send_sequential", new { callid, body = "some" }));
        Assert.StartsWith(
            "406 Not Acceptable",
            await proxy.Mi.ErrorAsync("dlg_send_sequential", new { callid, method = "BYE" }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "406 Not Acceptable",
            await proxy.Mi.ErrorAsync(
                "dlg_send_sequential",
                new
                {
                    callid,
                    method = "INFO",
                    mode = "challenge",
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Equal("404 Dialog Not Found", await proxy.Mi.ErrorAsync("dlg_send_sequential", new { callid = "nothing" }));
        Assert.Equal(
            "-32602 Invalid params: Command only supports named parameters",
            await proxy.Mi.ErrorAsync("dlg_send_sequential", new[] { callid })
        );
    }

    [Fact]
    public async Task A_sequential_request_without_an_answer_is_the_timeout_as_an_error()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        proxy.Network.Cut(proxy.Network.Hosts[0], proxy.Network.Hosts[2]);
        Task<string> reply = proxy.Mi.ErrorAsync(
            "dlg_send_sequential",
            new
            {
                callid = dialog.CallId,
                mode = "callee",
                method = "INFO",
            }
        );
        while (!reply.IsCompleted)
        {
            proxy.Run(1);
            await Task.Delay(5);
        }

        Assert.StartsWith("408 ", await reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_are_written_and_read_on_command()
    {
        var store = new MemoryDialogStore();
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: builder =>
            builder.AddDialogStore(store, static options => options.Mode = DialogStoreMode.Shutdown)
        );
        Dialog dialog = proxy.Answered();
        Assert.Empty(store.Rows);
        Assert.Equal("OK", (await proxy.Mi.CallAsync("dlg_db_sync")).GetString());
        Assert.Equal([dialog.Id], store.Rows.Select(static row => row.Id));
        DialogRecord row = store.Rows[0];
        dialog.Terminate();
        proxy.Run(60);
        Assert.Empty(proxy.Dialogs.Dialogs(includeDeleted: true));
        await store.ReplaceAsync([row], CancellationToken.None);
        Assert.Equal("OK", (await proxy.Mi.CallAsync("dialog:restore_db")).GetString());
        Assert.Equal(dialog.CallId, proxy.Dialogs.Dialogs().Single().CallId);
        Assert.Contains(
            proxy.Log.Lines,
            static line => line.Contains("dlg_db_sync", StringComparison.Ordinal) && line.Contains("rows=1", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Without_a_store_there_is_nothing_to_write_or_read()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal("400 Cannot sync in no-db mode", await proxy.Mi.ErrorAsync("dlg_db_sync"));
        Assert.Equal("400 Cannot restore db in no-db mode!", await proxy.Mi.ErrorAsync("dlg_restore_db"));
    }

    private static void Note(List<string> byes, string who, ReceivedMessage message)
    {
        if (message is { IsRequest: true, Method: "BYE" } && message.Header("X-Why") == "operator")
            byes.Add(who + " operator");
    }
}
