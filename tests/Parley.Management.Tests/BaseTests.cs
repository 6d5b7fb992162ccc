using System.Text.Json;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

public class BaseTests
{
    [Fact]
    public async Task The_first_commands_answer()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Dialog dialog = proxy.Dialogs.Dialogs().Single();

        Assert.Contains("dlg_list", (await proxy.Mi.CallAsync("which")).EnumerateArray().Select(static e => e.GetString()));
        Assert.StartsWith("Parley (", (await proxy.Mi.CallAsync("version")).GetProperty("Server").GetString(), StringComparison.Ordinal);
        JsonElement list = await proxy.Mi.CallAsync("dlg_list");
        Assert.Equal(dialog.CallId, list.GetProperty("Dialogs")[0].GetProperty("callid").GetString());
        Assert.Equal("OK", (await proxy.Mi.CallAsync("dlg_end_dlg", new { dialog_id = dialog.Id.ToString() })).GetString());
        proxy.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal("MI Termination", dialog.TerminationReason);
        Assert.Contains(
            proxy.Log.Lines,
            line =>
                line.Contains("dlg_end_dlg", StringComparison.Ordinal)
                && line.Contains($"call-id={dialog.CallId}", StringComparison.Ordinal)
        );
    }
}
