using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Dialogs;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>dlg_list and dlg_list_ctx: keys, their order, their types, the parameter sets and the errors.</summary>
public class DialogListTests
{
    private static readonly string[] Keys =
    [
        "ID:String",
        "db_id:String",
        "state:Number",
        "user_flags:Number",
        "timestart:Number",
        "datestart:String",
        "timeout:Number",
        "dateout:String",
        "callid:String",
        "from_uri:String",
        "to_uri:String",
        "caller_tag:String",
        "caller_contact:String",
        "callee_cseq:String",
        "caller_route_set:String",
        "caller_bind_addr:String",
        "CALLEES:Array",
    ];

    [Fact]
    public async Task An_answered_dialog_has_the_keys_of_the_reference_in_its_order()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        dialog.UserFlags.TestAndSet("billed");

        JsonElement shown = (await proxy.Mi.CallAsync("dlg_list")).GetProperty("Dialogs")[0];
        Assert.Equal(Keys, shown.EnumerateObject().Select(static p => $"{p.Name}:{p.Value.ValueKind}"));
        Assert.Equal(dialog.Id.ToString(), shown.GetProperty("ID").GetString());
        Assert.Equal(dialog.Id.Value.ToString(CultureInfo.InvariantCulture), shown.GetProperty("db_id").GetString());
        Assert.Equal(4, shown.GetProperty("state").GetInt32());
        Assert.Equal(1, shown.GetProperty("user_flags").GetInt32());
        long start = shown.GetProperty("timestart").GetInt64(),
            end = shown.GetProperty("timeout").GetInt64();
        Assert.Equal(dialog.StartTime!.Value.ToUnixTimeSeconds(), start);
        Assert.InRange(end - start, 43_199, 43_201);
        Assert.Equal(Local(proxy, start), shown.GetProperty("datestart").GetString());
        Assert.Equal(Local(proxy, end), shown.GetProperty("dateout").GetString());
        Assert.Equal(dialog.CallId, shown.GetProperty("callid").GetString());
        Assert.Equal(dialog.FromUri, shown.GetProperty("from_uri").GetString());
        Assert.Equal(dialog.ToUri, shown.GetProperty("to_uri").GetString());
        Assert.Equal(dialog.FromTag, shown.GetProperty("caller_tag").GetString());
        Assert.Equal(dialog.Caller.Contact, shown.GetProperty("caller_contact").GetString());
        Assert.Equal("0", shown.GetProperty("callee_cseq").GetString());
        Assert.Equal("", shown.GetProperty("caller_route_set").GetString());
        Assert.Equal("udp:10.0.0.1:5060", shown.GetProperty("caller_bind_addr").GetString());
        JsonElement callee = Assert.Single(shown.GetProperty("CALLEES").EnumerateArray());
        Assert.Equal(
            ["callee_tag", "callee_contact", "caller_cseq", "callee_route_set", "callee_bind_addr"],
            callee.EnumerateObject().Select(static p => p.Name)
        );
        Assert.Equal(dialog.ToTag, callee.GetProperty("callee_tag").GetString());
        Assert.Equal(dialog.Callee!.CSeq.ToString(CultureInfo.InvariantCulture), callee.GetProperty("caller_cseq").GetString());
        Assert.Equal("udp:10.0.0.1:5060", callee.GetProperty("callee_bind_addr").GetString());
    }

    [Fact]
    public async Task A_dialog_without_answer_has_no_dates_and_every_one_has_CALLEES()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Ring();
        proxy.Call();
        proxy.Run(1);
        JsonElement shown = (await proxy.Mi.CallAsync("dlg_list")).GetProperty("Dialogs")[0];
        Assert.Equal(2, shown.GetProperty("state").GetInt32());
        Assert.Equal(0, shown.GetProperty("timestart").GetInt32());
        Assert.Equal(0, shown.GetProperty("timeout").GetInt32());
        Assert.False(shown.TryGetProperty("datestart", out _) || shown.TryGetProperty("dateout", out _));
        Assert.Equal(JsonValueKind.Array, shown.GetProperty("CALLEES").ValueKind);
    }

    [Fact]
    public async Task Session_descriptions_are_shown_where_they_are_kept()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(dialogs: static o => o.KeepSessionDescriptions = true);
        Dialog dialog = proxy.Answered();
        Assert.NotEqual("", dialog.Caller.SessionDescription);
        JsonElement shown = (await proxy.Mi.CallAsync("dlg_list")).GetProperty("Dialogs")[0],
            callee = shown.GetProperty("CALLEES")[0];
        Assert.Equal(dialog.Caller.SessionDescription, shown.GetProperty("caller_sdp").GetString());
        Assert.Equal(dialog.Callee!.SessionDescription, shown.GetProperty("caller_sent_sdp").GetString());
        Assert.Equal(dialog.Callee.SessionDescription, callee.GetProperty("callee_sdp").GetString());
        Assert.Equal(dialog.Caller.SessionDescription, callee.GetProperty("callee_sent_sdp").GetString());
    }

    [Fact]
    public async Task One_dialog_is_listed_by_its_Call_ID_and_by_the_callers_tag_too()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        proxy.Answered();
        string callid = dialog.CallId;
        foreach (object parameters in new object[] { new { callid }, new { callid, from_tag = dialog.FromTag } })
        {
            JsonElement result = await proxy.Mi.CallAsync("dlg_list", parameters);
            Assert.Equal("Dialog", Assert.Single(result.EnumerateObject()).Name);
            Assert.Equal(dialog.Id.ToString(), result.GetProperty("Dialog").GetProperty("ID").GetString());
        }

        Assert.Equal("404 No such dialog", await proxy.Mi.ErrorAsync("dlg_list", new { callid = "nothing" }));
        Assert.Equal("404 No such dialog", await proxy.Mi.ErrorAsync("dlg_list", new { callid, from_tag = "other" }));
        dialog.Terminate();
        proxy.Run(1);
        Assert.Equal(DialogState.Deleted, dialog.State);
        Assert.Equal("404 No such dialog", await proxy.Mi.ErrorAsync("dlg_list", new { callid }));
        // In the whole list it stays as long as it is in the table.
        Assert.Equal(2, (await proxy.Mi.CallAsync("dlg_list")).GetProperty("Dialogs").GetArrayLength());
    }

    [Fact]
    public async Task Pages_have_the_count_of_all_and_hold_each_dialog_once()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        for (int i = 0; i < 23; i++)
            proxy.Answered();
        var seen = new List<string>();
        for (int index = 0; index < 30; index += 10)
        {
            // As texts, which is what opensips-cli sends.
            JsonElement page = await proxy.Mi.CallAsync(
                "dlg_list",
                new { index = index.ToString(CultureInfo.InvariantCulture), counter = "10" }
            );
            Assert.Equal(["count", "Dialogs"], page.EnumerateObject().Select(static p => p.Name));
            Assert.Equal(23, page.GetProperty("count").GetInt32());
            Assert.Equal(Math.Min(10, 23 - index), page.GetProperty("Dialogs").GetArrayLength());
            seen.AddRange(page.GetProperty("Dialogs").EnumerateArray().Select(static d => d.GetProperty("ID").GetString()!));
        }

        Assert.Equal(23, seen.Distinct().Count());
        JsonElement whole = await proxy.Mi.CallAsync("dlg_list", new { index = 5, counter = 0 });
        Assert.Equal("Dialogs", Assert.Single(whole.EnumerateObject()).Name);
        Assert.Equal(seen, whole.GetProperty("Dialogs").EnumerateArray().Select(static d => d.GetProperty("ID").GetString()!));
        Assert.Equal(0, (await proxy.Mi.CallAsync("dlg_list", new { index = 99, counter = 5 })).GetProperty("Dialogs").GetArrayLength());
        Assert.Equal(
            "-32602 Invalid params: Bad value for parameter 'index'",
            await proxy.Mi.ErrorAsync("dlg_list", new { index = -1, counter = 5 })
        );
    }

    [Theory]
    [InlineData("dlg_list")]
    [InlineData("dlg_list_ctx")]
    [InlineData("dialog:list")]
    public async Task The_lists_take_named_parameters_only(string method)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Assert.Equal("-32602 Invalid params: Command only supports named parameters", await proxy.Mi.ErrorAsync(method, new[] { "call" }));
        Assert.Equal("-32602 Invalid params: Named parameters do not match", await proxy.Mi.ErrorAsync(method, new { index = 1 }));
        Assert.Equal(
            "-32602 Invalid params: Bad type for parameter 'counter'",
            await proxy.Mi.ErrorAsync(method, new { index = "1", counter = "many" })
        );
    }

    [Fact]
    public async Task The_context_has_values_profiles_and_what_handlers_add()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        JsonElement bare = (await proxy.Mi.CallAsync("dlg_list_ctx")).GetProperty("Dialogs")[0].GetProperty("context");
        Assert.Empty(bare.EnumerateObject());

        dialog.Values.Set("account", "42 £\r\n\t\u001b\"");
        dialog.Values.Set("credit"u8, 17);
        dialog.Profiles.Set("caller", "alice");
        dialog.Profiles.Set("all");
        dialog.On(
            DialogCallbackTypes.ManagementContext,
            static (_, _, parameters) =>
            {
                var context = (JsonObject)parameters.Data!;
                context["billing"] = new JsonObject { ["rate"] = 0.25, ["zones"] = new JsonArray("a", 2) };
                context["values"] = "not a handler's";
            }
        );
        JsonElement context = (await proxy.Mi.CallAsync("dlg_list_ctx", new { callid = dialog.CallId }))
            .GetProperty("Dialog")
            .GetProperty("context");
        Assert.Equal(
            """{"values":[{"account":"42 \\xc2\\xa3\\r\\n\\t\\x1b\""},{"credit":"17"}],"profiles":[{"all":""},{"caller":"alice"}],"billing":{"rate":0.25,"zones":["a",2]}}""",
            context.GetRawText()
        );
        Assert.False((await proxy.Mi.CallAsync("dlg_list")).GetProperty("Dialogs")[0].TryGetProperty("context", out _));
    }

    [Fact]
    public async Task By_its_4_0_name_the_list_has_flags_by_name_and_integers_as_numbers()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        dialog.UserFlags.TestAndSet("billed");
        dialog.UserFlags.TestAndSet("recorded");
        dialog.UserFlags.TestAndSet(9);
        dialog.Values.Set("credit"u8, -17);
        JsonElement shown = (await proxy.Mi.CallAsync("dialog:list_ctx")).GetProperty("Dialogs")[0];
        Assert.Equal("billed recorded 9", shown.GetProperty("user_flags").GetString());
        Assert.Equal("""{"values":[{"credit":-17}]}""", shown.GetProperty("context").GetRawText());
        Assert.Equal(
            JsonValueKind.Number,
            (await proxy.Mi.CallAsync("list_ctx")).GetProperty("Dialogs")[0].GetProperty("user_flags").ValueKind
        );
    }

    private static string Local(ManagedProxy proxy, long unix) =>
        TimeZoneInfo
            .ConvertTime(DateTimeOffset.FromUnixTimeSeconds(unix), proxy.Clock.LocalTimeZone)
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
