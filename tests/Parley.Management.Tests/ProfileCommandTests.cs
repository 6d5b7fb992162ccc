using System.Text.Json;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Commands for profiles.</summary>
public class ProfileCommandTests
{
    [Fact]
    public async Task Sizes_values_and_definitions_have_the_shapes_of_the_reference()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog one = proxy.Answered(),
            other = proxy.Answered();
        one.Profiles.Set("caller", "alice");
        other.Profiles.Set("caller", "bob");
        other.Profiles.Set("caller", "carol");
        one.Profiles.Set("all");
        one.Profiles.Set("gateway", "gw1");
        MiClient mi = proxy.Mi;
        Assert.Equal(
            """{"Profile":{"name":"caller","value":null,"count":3,"shared":"no","replicated":"no"}}""",
            (await mi.CallAsync("profile_get_size", new { profile = "caller" })).GetRawText()
        );
        Assert.Equal(
            """{"Profile":{"name":"caller","value":"bob","count":1,"shared":"no","replicated":"no"}}""",
            (await mi.CallAsync("profile_get_size", new[] { "caller", "bob" })).GetRawText()
        );
        Assert.Equal(
            """{"Profile":{"name":"all","value":null,"count":1,"shared":"no","replicated":"yes"}}""",
            (await mi.CallAsync("dialog:profile_get_size", new[] { "all" })).GetRawText()
        );
        Assert.Equal(
            ["""{"value":"alice","count":1}""", """{"value":"bob","count":1}""", """{"value":"carol","count":1}"""],
            (await mi.CallAsync("profile_get_values", new { profile = "caller" }))
                .EnumerateArray()
                .Select(static v => v.GetRawText())
                .Order()
        );
        Assert.Equal("""[{"value":null,"count":1}]""", (await mi.CallAsync("profile_get_values", new { profile = "all" })).GetRawText());
        Assert.Equal("405 Unsupported command for shared profiles", await mi.ErrorAsync("profile_get_values", new { profile = "gateway" }));
        Assert.Equal(
            """{"Profiles":[{"name":"caller","has value":true},{"name":"gateway","has value":true},{"name":"all","has value":false}]}""",
            (await mi.CallAsync("list_all_profiles")).GetRawText()
        );
        foreach (string method in new[] { "profile_get_size", "profile_get_values", "profile_list_dlgs", "profile_end_dlgs" })
            Assert.Equal("404 Profile not found", await mi.ErrorAsync(method, new { profile = "nothing" }));
    }

    [Fact]
    public async Task Row_51_a_shared_profile_is_found_by_its_bare_name_and_with_its_suffix()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Answered().Profiles.Set("gateway", "gw1");
        foreach (string profile in new[] { "gateway", "gateway/s" })
        {
            JsonElement size = (await proxy.Mi.CallAsync("profile_get_size", new { profile })).GetProperty("Profile");
            Assert.Equal("""{"name":"gateway","value":null,"count":1,"shared":"yes","replicated":"no"}""", size.GetRawText());
        }
    }

    [Fact]
    public async Task The_dialogs_of_a_profile_are_listed_each_once()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog one = proxy.Answered(),
            other = proxy.Answered();
        proxy.Answered();
        one.Profiles.Set("caller", "alice");
        one.Profiles.Set("caller", "bob");
        other.Profiles.Set("caller", "bob");
        Assert.Equal(new HashSet<string> { one.CallId, other.CallId }, await ListAsync(new { profile = "caller" }));
        Assert.Equal([one.CallId], await ListAsync(new { profile = "caller", value = "alice" }));
        Assert.Empty(await ListAsync(new { profile = "caller", value = "nobody" }));

        async Task<HashSet<string>> ListAsync(object parameters)
        {
            JsonElement dialogs = (await proxy.Mi.CallAsync("profile_list_dlgs", parameters)).GetProperty("Dialogs");
            Assert.All(dialogs.EnumerateArray(), static dialog => Assert.False(dialog.TryGetProperty("context", out _)));
            return [.. dialogs.EnumerateArray().Select(static dialog => dialog.GetProperty("callid").GetString()!)];
        }
    }

    [Fact]
    public async Task Row_60_every_dialog_of_a_profile_is_ended_whatever_a_handler_of_one_does()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        var calls = new List<ScriptedCall>();
        var dialogs = new List<Dialog>();
        proxy.OnDialog = dialog =>
        {
            dialog.Profiles.Set("caller", "alice");
            dialogs.Add(dialog);
        };
        for (int i = 0; i < 4; i++)
            calls.Add(proxy.Call());
        proxy.Run(1);
        proxy.Bob.OnInvite = static call => call.Ring();
        calls.Add(proxy.Call());
        proxy.Run(1);
        // A handler that fails, and one that reaches for its own dialog and another.
        dialogs[0].On(DialogCallbackTypes.Terminated, static (_, _, _) => throw new InvalidOperationException("my mistake"));
        dialogs[1].On(DialogCallbackTypes.Terminated, (dialog, _, _) => dialog.Values.Set("seen", dialogs[2].State.ToString()));
        Assert.Equal("OK", (await proxy.Mi.CallAsync("profile_end_dlgs", new { profile = "caller", value = "alice" })).GetString());
        proxy.Run(5);
        Assert.All(
            dialogs,
            static dialog => Assert.Equal((DialogState.Deleted, "MI Termination"), (dialog.State, dialog.TerminationReason))
        );
        Assert.All(calls.Take(4), static call => Assert.Equal(CallEnd.RemoteBye, call.End));
        Assert.NotNull(dialogs[1].Values["seen"]);
        Assert.Contains(proxy.Log.Lines, static line => line.Contains("ended=5 failed=0", StringComparison.Ordinal));
        Assert.Equal("OK", (await proxy.Mi.CallAsync("profile_end_dlgs", new[] { "caller" })).GetString());
    }

    [Fact]
    public async Task Profiles_of_a_dialog_are_set_and_taken_away()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        string dlg_id = dialog.CallId;
        MiClient mi = proxy.Mi;
        Assert.Equal(
            "OK",
            (
                await mi.CallAsync(
                    "dlg_set_profile",
                    new
                    {
                        dlg_id,
                        profile = "caller",
                        value = "alice",
                    }
                )
            ).GetString()
        );
        Assert.Equal(
            "OK",
            (
                await mi.CallAsync(
                    "dialog:set_profile",
                    new
                    {
                        dlg_id,
                        profile = "caller",
                        value = "bob",
                    }
                )
            ).GetString()
        );
        Assert.True(dialog.Profiles.Contains("caller", "alice") && dialog.Profiles.Contains("caller", "bob"));
        Assert.Equal(
            "OK",
            (
                await mi.CallAsync(
                    "set_profile",
                    new
                    {
                        dlg_id,
                        profile = "caller",
                        value = "carol",
                        clear_values = "1",
                    }
                )
            ).GetString()
        );
        Assert.Equal(["carol"], dialog.Profiles.ToList().Select(static m => m.Value));
        Assert.Equal("OK", (await mi.CallAsync("dlg_set_profile", new[] { dlg_id, "all" })).GetString());
        Assert.True(dialog.Profiles.Contains("all"));
        Assert.StartsWith(
            "403 Dialog Error",
            await mi.ErrorAsync(
                "dlg_unset_profile",
                new
                {
                    dlg_id,
                    profile = "caller",
                    value = "alice",
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Equal("OK", (await mi.CallAsync("dlg_unset_profile", new { dlg_id, profile = "caller" })).GetString());
        Assert.Equal("OK", (await mi.CallAsync("dialog:unset_profile", new { dlg_id, profile = "all" })).GetString());
        Assert.Empty(dialog.Profiles.ToList());
        Assert.StartsWith(
            "403 Dialog Error",
            await mi.ErrorAsync("dlg_unset_profile", new { dlg_id, profile = "all" }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "400 Bad param",
            await mi.ErrorAsync("dlg_set_profile", new { dlg_id, profile = "nothing" }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "400 Bad param",
            await mi.ErrorAsync("dlg_set_profile", new { dlg_id, profile = "caller" }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "400 Bad param",
            await mi.ErrorAsync(
                "dlg_set_profile",
                new
                {
                    dlg_id,
                    profile = "all",
                    value = "x",
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Equal("404 Dialog Not Found", await mi.ErrorAsync("dlg_set_profile", new { dlg_id = "nothing", profile = "all" }));
        proxy.Dialogs.FindProfile("caller")!.Limit = 0;
        Assert.Equal(
            "403 Dialog Error: The limit of the profile is reached",
            await mi.ErrorAsync(
                "dlg_set_profile",
                new
                {
                    dlg_id,
                    profile = "caller",
                    value = "dave",
                }
            )
        );
    }
}
