using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>The columns of the <c>dialog</c> table: their default names, and which text column of a record is which.</summary>
internal static class SqlDialogColumns
{
    /// <summary>What a narrow update writes.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
    [
        "state",
        "caller_cseq",
        "callee_cseq",
        "caller_ping_cseq",
        "callee_ping_cseq",
        "start_time",
        "timeout",
        "script_flags",
        "module_flags",
        "flags",
    ];

    /// <summary>The texts, each at the number of its <see cref="DialogColumn"/>.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "callid",
        "from_uri",
        "from_tag",
        "to_uri",
        "to_tag",
        "mangled_from_uri",
        "mangled_to_uri",
        "caller_route_set",
        "callee_route_set",
        "caller_contact",
        "callee_contact",
        "caller_sock",
        "callee_sock",
        "vars",
        "profiles",
        "rt_on_answer",
        "rt_on_timeout",
        "rt_on_hangup",
    ];

    /// <summary>All 29.</summary>
    public static IEnumerable<string> All => Numbers.Concat(Texts).Prepend("dlg_id");
}
