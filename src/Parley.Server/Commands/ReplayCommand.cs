using System.CommandLine;
using System.Text.Json;
using Parley.Hosting;
using Parley.Server.Replay;
using Parley.Server.Terminal;
using Parley.Testing;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley replay</c>: a recorded call again, and at which message it differs. It asks no server.</summary>
internal static class ReplayCommand
{
    /// <summary>How many differences are shown.</summary>
    private const int Most = 20;

    public static Command Create(Option<string?> config)
    {
        var file = new Argument<string>("file") { Description = "A recorded call: a .parleycall file." };
        var program = new Option<string?>("--app")
        {
            Description = "Another program whose application gets the call, in place of this server: its assembly.",
            HelpName = "dll",
        };
        var json = new Option<bool>("--json") { Description = "JSON in place of text." };
        var command = new ExampledCommand(
            "replay",
            "Runs a recorded call again, against the settings in its file or others, and says at which message it differs. Asks no server.",
            "parley replay call.parleycall",
            "parley replay call.parleycall --config parley.json",
            "parley replay call.parleycall --app bin/Release/net10.0/MyProxy.dll"
        )
        {
            file,
            program,
            json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(program) is not null && result.GetValue(config) is not null)
                result.AddError("give --config or --app, not both");
        });
        command.SetAction(parsed =>
        {
            try
            {
                var call = CallFile.Load(parsed.GetValue(file)!);
                var result = parsed.GetValue(program) is { } path
                    ? ServerReplay.RunProgram(call, path)
                    : ServerReplay.Run(call, parsed.GetValue(config));
                if (parsed.GetValue(json))
                    WriteJson(Screen.Of(parsed), result);
                else
                    Write(Screen.Of(parsed), result);
                return result.Outcome switch
                {
                    ReplayOutcome.Same => ExitCodes.Done,
                    ReplayOutcome.Differs => ExitCodes.No,
                    _ => ExitCodes.BadData,
                };
            }
            catch (CallFileException error)
            {
                Faults.Say(parsed, error.Message);
                return error.InnerException is FileNotFoundException or DirectoryNotFoundException ? ExitCodes.NoInput : ExitCodes.BadData;
            }
        });
        return command;
    }

    private static void Write(Screen screen, ReplayResult result)
    {
        screen.Line(result.Line);
        foreach (var difference in result.Differences.Skip(1).Take(Most - 1))
            screen.Line("  then " + difference);
        if (result.Differences.Count > Most)
            screen.Line($"  and {result.Differences.Count - Most} more");
    }

    private static void WriteJson(Screen screen, ReplayResult result)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("outcome", result.Outcome.ToString().ToLowerInvariant());
            writer.WriteString("line", result.Line);
            writer.WriteNumber("compared", result.Compared);
            writer.WriteStartArray("differences");
            foreach (var difference in result.Differences)
            {
                writer.WriteStartObject();
                if (difference.MessageNumber > 0)
                    writer.WriteNumber("message", difference.MessageNumber);
                writer.WriteNumber("atMs", (long)difference.At.TotalMilliseconds);
                writer.WriteString("text", difference.Text);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        screen.Raw(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
