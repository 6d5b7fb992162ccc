using System.CommandLine;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley profiles</c>: all profiles with their sizes, or one with its largest values.</summary>
internal static class ProfilesCommand
{
    private const int BarWidth = 20;

    public static Command Create(ApiOptions api)
    {
        var name = new Argument<string?>("name") { Description = "One profile, with its largest values.", Arity = ArgumentArity.ZeroOrOne };
        var top = new Option<int>("--top")
        {
            Description = "So many of the largest values.",
            HelpName = "number",
            DefaultValueFactory = static _ => 20,
        };
        var command = new ExampledCommand(
            "profiles",
            "Lists the profiles with their sizes and limits, or the largest values of one.",
            "parley profiles",
            "parley profiles caller --top 5"
        )
        {
            name,
            top,
        };
        api.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                if (work.Parsed.GetValue(name) is { Length: > 0 } profile)
                {
                    var found = await work.Api.GetAsync(
                        $"profiles/{Uri.EscapeDataString(profile)}?top={work.Parsed.GetValue(top)}",
                        work.Stop
                    );
                    Write(work, found, () => Values(work.Out, found));
                    return ExitCodes.Done;
                }
                var all = await work.Api.GetAsync("profiles", work.Stop);
                Write(work, all, () => Profiles(work.Out, all));
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static void Write(ApiWork work, JsonElement value, Action table)
    {
        if (work.IsJson)
            work.Json(value);
        else
            table();
    }

    private static void Profiles(Screen screen, JsonElement profiles)
    {
        var table = new ScreenTable("PROFILE", "VALUES", ">CALLS", ">LIMIT", "");
        foreach (var profile in profiles.ValueKind == JsonValueKind.Array ? profiles.EnumerateArray() : default)
        {
            table.Add(
                profile.Text("name"),
                profile.Text("hasValue") == "true" ? profile.Text("values") ?? "yes" : "-",
                profile.Text("size"),
                profile.Text("limit"),
                BarOf(profile)
            );
        }
        if (table.Count > 0)
            screen.Write(table);
        else
            screen.Line("There are no profiles.");
    }

    private static void Values(Screen screen, JsonElement profile)
    {
        var table = new ScreenTable("VALUE", ">CALLS", ">LIMIT", "");
        foreach (var value in profile.List("top"))
        {
            var limit = value.Number("limit") ?? profile.Number("limit");
            table.AddIn(
                limit is { } most && value.Number("size") >= most ? "red" : null,
                value.Text("value"),
                value.Text("size"),
                limit is { } l ? DialogsCommand.Count(l) : "",
                BarOf(value)
            );
        }
        screen.Line($"{profile.Text("name")}: {profile.Text("size") ?? "0"} calls");
        if (table.Count > 0)
            screen.Write(table);
    }

    private static string BarOf(JsonElement item) =>
        item.Number("limit") is > 0 and var limit ? TerminalText.Bar((double)(item.Number("size") ?? 0) / limit, BarWidth) : "";
}
