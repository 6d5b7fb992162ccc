using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Parley.Management;

/// <summary>The names of the kinds of events.</summary>
internal static class EventNames
{
    /// <summary>Of the event that stands for lost ones.</summary>
    public const string Gap = "gap";

    private static readonly FrozenDictionary<string, EventKinds> s_kinds = new Dictionary<string, EventKinds>
    {
        ["dialog"] = EventKinds.Dialog,
        ["call.started"] = EventKinds.CallStarted,
        ["call.answered"] = EventKinds.CallAnswered,
        ["call.ended"] = EventKinds.CallEnded,
        ["limit.hit"] = EventKinds.LimitHit,
        ["ping.failed"] = EventKinds.PingFailed,
        ["registration"] = EventKinds.Registration,
        ["authentication.failed"] = EventKinds.AuthenticationFailed,
        ["ban"] = EventKinds.Ban,
        ["store"] = EventKinds.Store,
        ["node"] = EventKinds.Node,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<EventKinds, string> s_names = s_kinds.ToFrozenDictionary(
        static pair => pair.Value,
        static pair => pair.Key
    );

    /// <summary>All names, for messages.</summary>
    public static IEnumerable<string> All => s_kinds.OrderBy(static pair => pair.Value).Select(static pair => pair.Key);

    /// <summary>The name of one kind; <c>gap</c> for none.</summary>
    public static string Of(EventKinds kind) => s_names.GetValueOrDefault(kind, Gap);

    /// <summary>The names of several.</summary>
    public static IEnumerable<string> OfAll(EventKinds kinds) => All.Where(name => (kinds & s_kinds[name]) != 0);

    /// <summary>Reads one name, or <c>call</c> for the three of calls, or <c>all</c>.</summary>
    public static bool TryParse(string name, out EventKinds kind)
    {
        kind = name switch
        {
            "all" => EventKinds.All,
            "call" => EventKinds.Calls,
            _ => s_kinds.GetValueOrDefault(name),
        };
        return kind != EventKinds.None;
    }

    /// <summary>Reads names separated by commas; none is all.</summary>
    public static bool TryParseList(string? text, out EventKinds kinds, [NotNullWhen(false)] out string? unknown)
    {
        kinds = EventKinds.None;
        unknown = null;
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!TryParse(name, out EventKinds kind))
            {
                unknown = name;
                return false;
            }

            kinds |= kind;
        }

        if (kinds == EventKinds.None)
            kinds = EventKinds.All;
        return true;
    }
}
