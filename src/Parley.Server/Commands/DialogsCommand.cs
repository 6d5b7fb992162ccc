using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The commands <c>parley dialogs list|show|end|watch|export</c>.</summary>
internal static class DialogsCommand
{
    private const int LargestPage = 1_000;

    public static Command Create(ApiOptions api) =>
        api.AddTo(
            new ExampledCommand("dialogs", "The calls that are up: list, show, end, watch and export them.")
            {
                List(api),
                Show(api),
                End(api),
                Watch(api),
                DialogExport.Create(api),
            }
        );

    private static ExampledCommand List(ApiOptions api)
    {
        var filter = new DialogFilter();
        var limit = new Option<int>("--limit", "-n")
        {
            Description = "At most so many.",
            HelpName = "number",
            DefaultValueFactory = static _ => 100,
        };
        limit.Validators.Add(static r =>
        {
            if (r.Tokens.Count > 0 && (!int.TryParse(r.Tokens[0].Value, out var n) || n is < 1 or > 10_000_000))
                r.AddError("--limit: give 1 to 10000000");
        });
        var all = new Option<bool>("--all") { Description = "All of them, however many." };
        var command = new ExampledCommand(
            "list",
            "Lists the calls that are up.",
            "parley dialogs list",
            "parley dialogs list --number 6001 --state confirmed",
            "parley dialogs list --older-than 2h --json | jq -r '.[].callId'"
        )
        {
            limit,
            all,
        };
        filter.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                var most = work.Parsed.GetValue(all) ? int.MaxValue : work.Parsed.GetValue(limit);
                var (items, total, hasMore) = await PagesAsync(work, "dialogs?" + filter.QueryOf(work.Parsed), most);
                if (work.IsJson)
                {
                    work.Json(items);
                    return ExitCodes.Done;
                }
                WriteTable(work.Out, items);
                work.Errors.Line(
                    hasMore ? $"{items.Count} shown of {total} calls; --all lists all"
                        : items.Count == 1 ? $"1 of {total} calls"
                        : $"{items.Count} of {total} calls",
                    "2"
                );
                return ExitCodes.Done;
            }
        );
        return command;
    }

    /// <summary>Follows the cursors until there are as many items as wanted, or no more.</summary>
    public static async Task<(List<JsonElement> Items, long Total, bool HasMore)> PagesAsync(ApiWork work, string query, int most)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        while (true)
        {
            var page = await work.Api.GetAsync(
                $"{query}limit={Math.Min(most - items.Count, LargestPage)}"
                    + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)),
                work.Stop
            );
            items.AddRange(page.List("items"));
            cursor = page.Text("next");
            if (cursor is null || items.Count >= most)
                return (items, page.Number("total") ?? items.Count, cursor is not null);
        }
    }

    private static void WriteTable(Screen screen, List<JsonElement> items)
    {
        if (items.Count == 0)
            return;
        var table = new ScreenTable("ID", "STATE", ">AGE", "FROM", "TO", "CALLER", "CALLEE", "CALL-ID", "ABNORMAL");
        foreach (var item in items)
        {
            table.AddIn(
                item.List("abnormal").Any() ? "red"
                    : item.Text("state") == "early" ? "yellow"
                    : null,
                item.Text("id"),
                item.Text("state"),
                item.Number("durationMs") is { } age ? TerminalText.Span(age) : "",
                item.Text("from"),
                item.Text("to"),
                item.Text("caller"),
                item.Text("callee"),
                item.Text("callId"),
                Words(item, "abnormal")
            );
        }
        screen.Write(table);
    }

    private static ExampledCommand Show(ApiOptions api)
    {
        var id = Dialog();
        var command = new ExampledCommand(
            "show",
            "Shows one call: its sides, values, profiles and timers.",
            "parley dialogs show 59f.96b799e6",
            "parley dialogs show 1-26979@192.0.2.9 --json"
        )
        {
            id,
        };
        api.Act(
            command,
            async work =>
            {
                var dialog = await FindAsync(work, work.Parsed.GetRequiredValue(id));
                if (work.IsJson)
                    work.Json(dialog);
                else
                    DialogSheet.Write(work.Out, dialog);
                return ExitCodes.Done;
            }
        );
        return command;
    }

    /// <summary>The dialog of an id or, when there is none, the only one with this Call-ID.</summary>
    public static async Task<JsonElement> FindAsync(ApiWork work, string text)
    {
        if (await work.Api.FindAsync("dialogs/" + Uri.EscapeDataString(text), work.Stop) is { } found)
            return found;
        var page = await work.Api.GetAsync($"dialogs?callId={Uri.EscapeDataString(text)}&limit=2", work.Stop);
        var ids = page.List("items").Select(static i => i.Text("id")).OfType<string>().ToList();
        return ids.Count switch
        {
            1 => await work.Api.GetAsync("dialogs/" + Uri.EscapeDataString(ids[0]), work.Stop),
            0 => throw new CommandException(ExitCodes.No, $"no call that is up has the id or the Call-ID \"{text}\""),
            _ => throw new CommandException(
                ExitCodes.No,
                $"several calls have the Call-ID \"{text}\": {string.Join(", ", ids)}; give an id"
            ),
        };
    }

    private static ExampledCommand End(ApiOptions api)
    {
        var ids = new Argument<string[]>("dialog")
        {
            Description = "Its id or its Call-ID; several end one after the other.",
            Arity = ArgumentArity.OneOrMore,
        };
        var reason = new Option<string?>("--reason") { Description = "The text for the Reason header of the BYEs.", HelpName = "text" };
        var command = new ExampledCommand(
            "end",
            "Ends calls: BYE to both sides, or a final response to a call that still rings.",
            "parley dialogs end 59f.96b799e6",
            "parley dialogs list --profile caller=6001 --json | jq -r '.[].id' | xargs parley dialogs end"
        )
        {
            ids,
            reason,
        };
        api.Act(
            command,
            async work =>
            {
                var body = work.Parsed.GetValue(reason) is { Length: > 0 } why
                    ? $$"""{"reason":{{JsonSerializer.Serialize(why, JsonForms.Default.String)}}}"""
                    : null;
                var code = ExitCodes.Done;
                foreach (var text in work.Parsed.GetRequiredValue(ids))
                {
                    try
                    {
                        var id = (await FindAsync(work, text)).Text("id") ?? text;
                        await work.Api.SendAsync(HttpMethod.Delete, "dialogs/" + Uri.EscapeDataString(id), body, work.Stop);
                        if (!work.IsJson)
                            work.Out.Line($"{id}: ended");
                    }
                    catch (CommandException error) when (error.ExitCode == ExitCodes.No)
                    {
                        Faults.Say(work.Parsed, error.Message);
                        code = ExitCodes.No;
                    }
                }
                return code;
            }
        );
        return command;
    }

    private static ExampledCommand Watch(ApiOptions api)
    {
        var text = new Argument<string?>("text")
        {
            Description = "Only calls with this in From, To, Call-ID or an address.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new ExampledCommand(
            "watch",
            "Shows each call as it begins, changes and ends, until Ctrl+C.",
            "parley dialogs watch",
            "parley dialogs watch 6001 --json"
        )
        {
            text,
        };
        api.Act(
            command,
            async work =>
            {
                using var interrupt = new Interrupt(work.Stop);
                var events = new EventReader(work.Api, TimeSpan.FromSeconds(1), TimeProvider.System)
                {
                    OnTrouble = line => work.Errors.Line("parley: " + line),
                };
                try
                {
                    await foreach (var change in events.ReadAsync("dialog", interrupt.Token))
                    {
                        if (change.Kind == "reset")
                            work.Errors.Line("parley: changes may be missing here");
                        else if (
                            change.Kind == "dialog"
                            && change.Data.Field("dialog") is { } dialog
                            && Has(dialog, work.Parsed.GetValue(text))
                        )
                            Say(work, change.Data, dialog);
                    }
                }
                catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested) { }
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static bool Has(JsonElement dialog, string? text) =>
        text is null
        || ((string[])["from", "to", "callId", "caller", "callee", "id"]).Any(n =>
            dialog.Text(n)?.Contains(text, StringComparison.OrdinalIgnoreCase) == true
        );

    private static void Say(ApiWork work, JsonElement change, JsonElement dialog)
    {
        if (work.IsJson)
        {
            work.Out.Raw(change.GetRawText());
            return;
        }
        var kind = change.Text("change") ?? "";
        var words = Words(dialog, "abnormal");
        work.Out.Line(
            $"{TerminalText.Clock(TimeProvider.System.GetUtcNow())} {kind, -8} {dialog.Text("state"), -14} {dialog.Text("id"), -18} {dialog.Text("from")} -> {dialog.Text("to")}  {dialog.Text("callId")}"
                + (words.Length > 0 ? "  " + words : ""),
            kind switch
            {
                "created" => "36",
                "ended" => "2",
                _ => "0",
            }
        );
        work.Out.Output.Flush();
    }

    private static Argument<string> Dialog() => new("dialog") { Description = "Its id or its Call-ID." };

    internal static string Words(JsonElement item, string name) => string.Join(' ', item.List(name).Select(static a => a.AsText()));

    internal static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);
}
