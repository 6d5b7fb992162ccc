using System.CommandLine;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley calls</c>: what the recorder has, live calls, calls that are over and failed attempts.</summary>
internal static class CallsCommand
{
    public static Command Create(ApiOptions api)
    {
        var text = new Argument<string?>("text") { Description = "A number, URI, Call-ID or address.", Arity = ArgumentArity.ZeroOrOne };
        var abnormal = new Option<bool>("--abnormal") { Description = "Only those in which something was out of order." };
        var ended = new Option<bool>("--ended") { Description = "Only those that are over." };
        var since = DialogFilter.Span("--since", "Only those that began within this time: 90s, 10m, 2h, 1d.");
        var limit = new Option<int>("--limit", "-n")
        {
            Description = "At most so many.",
            HelpName = "number",
            DefaultValueFactory = static _ => 50,
        };
        limit.Validators.Add(static r =>
        {
            if (r.Tokens.Count > 0 && (!int.TryParse(r.Tokens[0].Value, out var n) || n is < 1 or > 1_000_000))
                r.AddError("--limit: give 1 to 1000000");
        });
        var command = new ExampledCommand(
            "calls",
            "Lists the recorded calls, also those that are over or never came to be, and why each ended.",
            "parley calls --since 10m --abnormal",
            "parley calls 6001"
        )
        {
            text,
            abnormal,
            ended,
            since,
            limit,
        };
        api.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                var query = "calls?";
                if (work.Parsed.GetValue(text) is { Length: > 0 } q)
                    query += $"q={Uri.EscapeDataString(q)}&";
                if (work.Parsed.GetValue(abnormal))
                    query += "abnormal=true&";
                if (work.Parsed.GetValue(ended))
                    query += "ended=true&";
                if (work.Parsed.GetValue(since) is { } span)
                    query +=
                        $"since={Uri.EscapeDataString((TimeProvider.System.GetUtcNow() - span).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null))}&";
                var (items, _, hasMore) = await DialogsCommand.PagesAsync(work, query, work.Parsed.GetValue(limit));
                if (work.IsJson)
                    work.Json(items);
                else
                    Write(work.Out, items);
                if (hasMore && !work.IsJson)
                    work.Errors.Line($"{items.Count} shown; there are more: --limit", "2");
                return ExitCodes.Done;
            }
        );
        return command;
    }

    public static void Write(Screen screen, IReadOnlyList<JsonElement> items)
    {
        var table = new ScreenTable("STARTED", "FROM", "TO", ">STATUS", "CALL-ID", "WHAT HAPPENED");
        foreach (var item in items)
        {
            table.AddIn(
                item.List("abnormal").Any() ? "red"
                    : item.Text("ended") is null ? "green"
                    : null,
                TerminalText.Date(item.Time("started")),
                item.Text("from"),
                item.Text("to"),
                item.Text("status"),
                item.Text("callId"),
                item.Text("line")
            );
        }
        if (table.Count > 0)
            screen.Write(table);
    }
}
