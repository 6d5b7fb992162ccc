using System.CommandLine;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley trace CALL-ID</c>: one call, live or over, as a ladder.</summary>
internal static class TraceCommand
{
    private static readonly string[] Forms = [".txt", ".svg", ".pcapng", ".parleycall"];

    public static Command Create(ApiOptions api)
    {
        var id = new Argument<string>("call-id") { Description = "The Call-ID; or a number, URI or address, when one call alone has it." };
        var messages = new Option<bool>("--messages") { Description = "With the whole messages below the ladder." };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Saves the call to a file whose ending says as what: .txt, .svg, .pcapng or .parleycall.",
            HelpName = "file",
        };
        var command = new ExampledCommand(
            "trace",
            "Shows a call as a ladder, also one that is over: who sent what, what the server did, why it ended.",
            "parley trace 1-26979@192.0.2.9",
            "parley trace 6001 --messages",
            "parley trace 1-26979@192.0.2.9 -o call.pcapng"
        )
        {
            id,
            messages,
            output,
        };
        api.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                var call = await FindAsync(work, work.Parsed.GetRequiredValue(id));
                if (work.Parsed.GetValue(output) is { Length: > 0 } file)
                    return await SaveAsync(work, call.Text("callId") ?? work.Parsed.GetRequiredValue(id), file);
                if (work.IsJson)
                    work.Json(call);
                else
                    Write(work.Out, call, work.Parsed.GetValue(messages));
                return ExitCodes.Done;
            }
        );
        return command;
    }

    /// <summary>The recorded call of a Call-ID or, when there is none, the only one that the search finds.</summary>
    public static async Task<JsonElement> FindAsync(ApiWork work, string text)
    {
        if (await work.Api.FindAsync("calls/" + Uri.EscapeDataString(text), work.Stop) is { } found)
            return found;
        var page = await work.Api.GetAsync($"calls?q={Uri.EscapeDataString(text)}&limit=20", work.Stop);
        var calls = page.List("items").ToList();
        if (calls.Count == 0)
            throw new CommandException(ExitCodes.No, $"no call in the recorder has \"{text}\"");
        if (calls.Count == 1 && calls[0].Text("callId") is { } only)
            return await work.Api.GetAsync("calls/" + Uri.EscapeDataString(only), work.Stop);
        if (!work.IsJson)
            CallsCommand.Write(work.Errors, calls);
        throw new CommandException(
            ExitCodes.No,
            $"{calls.Count}{(page.Text("next") is null ? "" : " or more")} calls have \"{text}\"; give a Call-ID"
        );
    }

    private static void Write(Screen screen, JsonElement call, bool messages)
    {
        screen.Line($"{call.Text("callId")}  {call.Text("from")} -> {call.Text("to")}", "1");
        if (call.Text("line") is { } line)
            screen.Line(line, call.List("abnormal").Any() ? "31" : "0");
        screen.Raw("");
        foreach (var (text, colour) in new CallLadder(call, screen.IsTerminal ? screen.Width : 120).Lines())
            screen.Line(text, colour);
        if (!messages)
            return;
        foreach (var entry in call.List("entries").Where(static e => e.Text("kind") == "message"))
        {
            screen.Raw("");
            screen.Line(
                $"{TerminalText.Clock(entry.Time("at"))}  {entry.Text("from")} -> {entry.Text("to")}  {entry.Text("transport")}",
                "1"
            );
            foreach (var each in (entry.Text("text") ?? "").ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
                screen.Line("  " + each);
        }
    }

    private static async Task<int> SaveAsync(ApiWork work, string callId, string file)
    {
        var form = Path.GetExtension(file).ToLowerInvariant();
        if (!Forms.Contains(form))
            throw new CommandException(ExitCodes.Usage, $"--output: \"{file}\" ends in none of {string.Join(", ", Forms)}");
        var name = form is ".txt" or ".svg" ? "ladder" + form : "call" + form;
        using var response = await work.Api.OpenAsync($"calls/{Uri.EscapeDataString(callId)}/{name}", "*/*", work.Stop);
        await using (var target = File.Create(file))
            await response.Content.CopyToAsync(target, work.Stop);
        work.Errors.Line($"{file}: {new FileInfo(file).Length} bytes written.");
        return ExitCodes.Done;
    }
}
