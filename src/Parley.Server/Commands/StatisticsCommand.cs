using System.CommandLine;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley stats</c>.</summary>
internal static class StatisticsCommand
{
    public static Command Create(ApiOptions api)
    {
        var names = new Argument<string[]>("name")
        {
            Description = "Groups (dialog) or single ones (dialog:active_dialogs); left out: all.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new ExampledCommand(
            "stats",
            "Prints the statistics.",
            "parley stats",
            "parley stats dialog",
            "parley stats dialog:active_dialogs --json"
        )
        {
            names,
        };
        api.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                var wanted = work.Parsed.GetValue(names) ?? [];
                var found = Choose(await work.Api.GetAsync("statistics", work.Stop), wanted);
                var missing = wanted.Where(w => !found.Any(f => Matches(w, f.Group, f.Name))).ToList();
                if (work.IsJson)
                    work.Out.Raw(Json(found));
                else if (found.Count > 0)
                    work.Out.Write(Table(found));
                foreach (var name in missing)
                    Faults.Say(work.Parsed, $"there is no statistic \"{name}\"");
                return missing.Count > 0 ? ExitCodes.No : ExitCodes.Done;
            }
        );
        return command;
    }

    private static List<(string Group, string Name, JsonElement Value)> Choose(JsonElement all, string[] wanted)
    {
        var found = new List<(string Group, string Name, JsonElement Value)>();
        if (all.ValueKind != JsonValueKind.Object)
            return found;
        foreach (var group in all.EnumerateObject())
        {
            foreach (var value in all.Fields(group.Name))
            {
                if (wanted.Length == 0 || wanted.Any(w => Matches(w, group.Name, value.Name)))
                    found.Add((group.Name, value.Name, value.Value));
            }
        }
        return found;
    }

    private static bool Matches(string wanted, string group, string name) =>
        wanted.TrimEnd(':') == group || wanted == name || wanted == $"{group}:{name}";

    private static ScreenTable Table(List<(string Group, string Name, JsonElement Value)> found)
    {
        var table = new ScreenTable("STATISTIC", ">VALUE");
        foreach (var (group, name, value) in found)
            table.Add($"{group}:{name}", value.AsText());
        return table;
    }

    private static string Json(List<(string Group, string Name, JsonElement Value)> found)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (var group in found.GroupBy(static f => f.Group))
            {
                writer.WriteStartObject(group.Key);
                foreach (var (_, name, value) in group)
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
