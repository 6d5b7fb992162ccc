using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>Tools on what the server does now: <c>top_limits</c>, <c>statistics</c>, <c>end_call</c>.</summary>
internal sealed class StateTools(StatisticTable statistics, IDialogApi? dialogs, IHttpContextAccessor contexts, ILogger log)
{
    /// <summary>Those that only read.</summary>
    public IEnumerable<McpTool> Reading
    {
        get
        {
            yield return new(
                "statistics",
                "The server's counters and gauges by group: calls, requests, responses, transactions, registrations.",
                """{"type":"object","properties":{"group":{"type":"string","description":"One group alone, such as dialog; all without."}}}""",
                reads: true,
                log,
                Statistics
            );
            if (dialogs is not null)
            {
                yield return new(
                    "top_limits",
                    "The profiles that count calls, with their largest values and limits: how near each is to its limit.",
                    """{"type":"object","properties":{"profile":{"type":"string","description":"One profile alone."},"top":{"type":"integer","minimum":1,"maximum":100,"description":"So many of the largest values; 10 without."}}}""",
                    reads: true,
                    log,
                    Limits
                );
            }
        }
    }

    /// <summary>That which ends calls; none without dialogs.</summary>
    public IEnumerable<McpTool> Changing =>
        dialogs is null
            ? []
            :
            [
                new(
                    "end_call",
                    "Ends a live call on both sides at once. It cannot be undone: ask the operator before.",
                    """{"type":"object","properties":{"dialog":{"type":"string","description":"The dialog id, as find_calls has it."},"reason":{"type":"string","description":"Why, for the log and the Reason header."}},"required":["dialog"]}""",
                    reads: false,
                    log,
                    End
                ),
            ];

    private void Statistics(McpArguments arguments, Utf8JsonWriter json)
    {
        string? wanted = arguments.Text("group");
        var groups = statistics.All.GroupBy(static entry => entry.Statistic.Group).Where(g => wanted is null || g.Key == wanted).ToList();
        if (groups.Count == 0)
            throw new McpArgumentException($"There is no group {wanted}.");
        json.WriteStartObject();
        foreach (IGrouping<string, StatisticTable.Entry> group in groups)
        {
            json.WriteStartObject(group.Key);
            foreach (StatisticTable.Entry entry in group)
                json.WriteNumber(entry.Statistic.Name, entry.Value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void Limits(McpArguments arguments, Utf8JsonWriter json)
    {
        string? wanted = arguments.Text("profile");
        int top = arguments.Number("top", 10, 1, 100);
        IReadOnlyList<DialogProfile> profiles = dialogs!.Profiles.All;
        if (wanted is not null)
            profiles = [dialogs.FindProfile(wanted) ?? throw new McpArgumentException($"There is no profile {wanted}.")];
        json.WriteStartArray();
        foreach (DialogProfile profile in profiles)
        {
            json.WriteStartObject();
            json.WriteString("profile"u8, profile.Name);
            json.WriteNumber("size"u8, profile.Size());
            if (profile.Limit is { } limit)
                json.WriteNumber("limit"u8, limit);
            if (profile.HasValue)
            {
                json.WriteStartArray("top"u8);
                foreach (DialogProfileValue value in profile.Values().OrderByDescending(static v => v.Count).Take(top))
                {
                    json.WriteStartObject();
                    json.WriteString("value"u8, value.Text);
                    json.WriteNumber("size"u8, value.Count);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void End(McpArguments arguments, Utf8JsonWriter json)
    {
        ManagementCaller caller = (contexts.HttpContext ?? throw new InvalidOperationException("There is no request.")).ManagementCaller;
        if (!caller.MayChange)
        {
            McpLog.Refused(log, "end_call", caller.LogName);
            throw new McpArgumentException("This caller may only read.");
        }

        string id = arguments.Required("dialog");
        bool isFound = dialogs!.TerminateByDid(id, arguments.Text("reason") is { } reason ? OneLine(reason) : null);
        McpLog.Changed(log, "end_call", caller.LogName, isFound ? "OK" : "not found", OneLine(id));
        if (!isFound)
            throw new McpArgumentException($"No live call has the dialog id {id}.");
        json.WriteStartObject();
        json.WriteBoolean("ended"u8, true);
        json.WriteEndObject();
    }

    private static string OneLine(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));
}
