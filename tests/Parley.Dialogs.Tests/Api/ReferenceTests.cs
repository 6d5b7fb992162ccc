using System.Reflection;
using System.Text.RegularExpressions;
using Parley.Hosting;
using Parley.Proxy;
using Xunit;

namespace Parley.Dialogs.Tests.Api;

/// <summary>docs/reference/dialog-api.md is complete, and names members and tests that exist.</summary>
public partial class ReferenceTests
{
    private const string ToCome = "to come";

    private static readonly string[] StillToCome = ["`DialogCallbackTypes.ProcessValues`"];

    /// <summary>All of OpenSIPS 3.1's dialog module API, and of what the field's API has grown since.</summary>
    private static readonly string[] Field =
    [
        "load_dlg_api",
        "mod_init",
        "register_dlgcb",
        "create_dlg",
        "get_dlg",
        "add_profiles",
        "search_profile",
        "set_profile",
        "unset_profile",
        "get_profile_size",
        "store_dlg_value",
        "fetch_dlg_value",
        "terminate_dlg",
        "match_dialog",
        "validate_dialog",
        "fix_route_dialog",
        "set_mod_flag",
        "is_mod_flag_set",
        "dlg_ref",
        "dlg_unref",
        "get_direction",
        "get_dlg_did",
        "get_dlg_by_did",
        "get_dlg_by_callid",
        "send_indialog_request",
        "get_rr_param",
        "dlg_ctx_register_int",
        "dlg_ctx_register_str",
        "dlg_ctx_register_ptr",
        "dlg_ctx_put_int",
        "dlg_ctx_put_str",
        "dlg_ctx_put_ptr",
        "dlg_ctx_get_int",
        "dlg_ctx_get_str",
        "dlg_ctx_get_ptr",
        "DLG_FLAG_BYEONTIMEOUT",
        "DLG_FLAG_PING_CALLER",
        "DLG_FLAG_PING_CALLEE",
        "DLG_FLAG_REINVITE_PING_CALLER",
        "DLG_FLAG_REINVITE_PING_CALLEE",
        "DLG_FLAG_END_ON_RACE_CONDITION",
        "DLGCB_LOADED",
        "DLGCB_CREATED",
        "DLGCB_FAILED",
        "DLGCB_CONFIRMED",
        "DLGCB_REQ_WITHIN",
        "DLGCB_TERMINATED",
        "DLGCB_EXPIRED",
        "DLGCB_EARLY",
        "DLGCB_RESPONSE_FWDED",
        "DLGCB_RESPONSE_WITHIN",
        "DLGCB_MI_CONTEXT",
        "DLGCB_DESTROY",
        "DLGCB_SAVED",
        "msg",
        "direction",
        "is_active",
        "dlg_data",
        "param",
        "dst_leg",
        "param_free_cb",
    ];

    private static readonly List<string[]> Rows =
    [
        .. TestSources
            .Read("docs/reference/dialog-api.md")
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split(" |").Select(cell => cell.Trim(' ', '|')).ToArray())
            .Where(cells => cells.Length >= 5 && cells[0] is not ("OpenSIPS" or "Field")),
    ];

    [Fact]
    public void Every_function_flag_and_callback_of_the_seed_has_its_row()
    {
        HashSet<string> there = [.. Rows.SelectMany(row => Code().Matches(row[0]).Select(m => m.Groups[1].Value))];
        Assert.Equal([], Field.Except(there));
    }

    [Fact]
    public void Every_callback_type_and_flag_here_has_its_row()
    {
        string members = string.Concat(Rows.Select(row => row[1]));
        foreach (DialogCallbackTypes type in Enum.GetValues<DialogCallbackTypes>().Where(t => t != DialogCallbackTypes.None))
            Assert.Contains($"`DialogCallbackTypes.{type}`", members, StringComparison.Ordinal);
        foreach (DialogFlags flag in Enum.GetValues<DialogFlags>().Where(f => f != DialogFlags.None))
            Assert.Contains($"`DialogFlags.{flag}`", members, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_member_named_exists()
    {
        var wrong = new List<string>();
        foreach (string member in Rows.Where(row => row[1] != ToCome).Select(row => Code().Match(row[1]).Groups[1].Value))
        {
            string[] parts = member.Split('.');
            Type? type = new[] { typeof(IDialogApi).Assembly, typeof(IParleyModule).Assembly, typeof(SipContext).Assembly }
                .SelectMany(a => a.GetExportedTypes())
                .FirstOrDefault(t => t.Name == parts[0]);
            if (
                type is null
                || (
                    parts.Length > 1
                    && type.GetMember(parts[1], BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Length == 0
                )
            )
                wrong.Add(member);
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Only_what_waits_for_the_management_side_or_a_second_node_has_no_test_yet() =>
        Assert.All(Rows.Where(row => row.Contains(ToCome)), row => Assert.Contains(row[1], StillToCome));

    [Fact]
    public void Every_test_named_exists() =>
        Assert.Empty(
            Rows.Where(row => row[4] != ToCome && !TestSources.Has(Code().Match(row[4]).Groups[1].Value))
                .Select(row => $"{row[0]}: {row[4]}")
        );

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
