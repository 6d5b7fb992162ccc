using System.CommandLine;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley explain</c>: why a call ended as it did, or what would become of a request.</summary>
internal static class ExplainCommand
{
    public static Command Create(ApiOptions api)
    {
        var id = new Argument<string?>("call-id")
        {
            Description = "The Call-ID of a recorded call; or a number, URI or address, when one call alone has it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var request = new Option<string?>("--request")
        {
            Description = "A file with a SIP request, - for standard input: what would become of it. Nothing is sent.",
            HelpName = "file",
        };
        var source = new Option<string>("--source")
        {
            Description = "Where the request is thought to come from.",
            HelpName = "address:port",
            DefaultValueFactory = static _ => "127.0.0.1:5060",
        };
        var transport = new Option<string>("--transport") { Description = "By what.", DefaultValueFactory = static _ => "udp" };
        transport.AcceptOnlyFromAmong("udp", "tcp", "tls");
        var command = new ExampledCommand(
            "explain",
            "Says why a call ended as it did or, with --request, what would become of a request.",
            "parley explain 1-26979@192.0.2.9",
            "parley explain --request invite.txt --source 192.0.2.7:5060"
        )
        {
            id,
            request,
            source,
            transport,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null == result.GetValue(request) is null)
                result.AddError("give a Call-ID, or --request and a file");
        });
        api.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                if (work.Parsed.GetValue(request) is not { } file)
                    return await CallAsync(work, work.Parsed.GetValue(id)!);
                var text = (await Faults.ReadAsync(file, work.Stop)).ReplaceLineEndings("\r\n");
                // A request that was pasted often lacks the empty line at its end (RFC 3261 7).
                if (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
                    text = text.TrimEnd() + "\r\n\r\n";
                var body =
                    $$"""{"request":{{Quoted(text)}},"source":{{Quoted(work.Parsed.GetValue(source)!)}},"transport":"{{work.Parsed.GetValue(transport)}}"}""";
                var answer = await work.Api.SendAsync(HttpMethod.Post, "explain", body, work.Stop);
                if (work.IsJson)
                    work.Json(answer);
                else
                    Write(work.Out, answer);
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static async Task<int> CallAsync(ApiWork work, string text)
    {
        var call = await TraceCommand.FindAsync(work, text);
        if (work.IsJson)
        {
            work.Json(call);
            return ExitCodes.Done;
        }
        work.Out.Line($"{call.Text("from")} -> {call.Text("to")}", "1");
        work.Out.Line(call.Text("line") ?? "The call goes on.");
        if (DialogsCommand.Words(call, "abnormal") is { Length: > 0 } abnormal)
            work.Out.Line("Abnormal: " + abnormal, "31");
        Steps(work.Out, call.List("entries").Where(static e => e.Text("kind") == "step"));
        return ExitCodes.Done;
    }

    private static void Write(Screen screen, JsonElement answer)
    {
        Steps(screen, answer.List("steps"));
        foreach (var target in answer.List("targets"))
            screen.Line(
                "target   " + (target.ValueKind == JsonValueKind.Object ? target.Text("uri") ?? target.GetRawText() : target.AsText()),
                "32"
            );
        if (answer.Field("answer") is { } reply)
            screen.Line($"answer   {reply.Text("status")} {reply.Text("reason")}", reply.Number("status") < 300 ? "32" : "31");
    }

    private static void Steps(Screen screen, IEnumerable<JsonElement> steps)
    {
        foreach (var step in steps)
        {
            if (step.ValueKind != JsonValueKind.Object)
            {
                screen.Line("- " + step.AsText());
                continue;
            }
            var time = step.Time("at") is { } at ? TerminalText.Clock(at) + " " : "";
            var rfc = step.Text("rfc") is { } clause ? $" ({clause})" : "";
            screen.Line($"{time}{step.Text("step"), -9} {step.Text("text")}{rfc}", step.Text("abnormal") is null ? "0" : "31");
        }
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, JsonForms.Default.String);
}
