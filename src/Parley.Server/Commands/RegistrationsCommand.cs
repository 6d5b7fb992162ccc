using System.CommandLine;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The commands <c>parley registrations</c> and <c>parley registrations remove</c>.</summary>
internal static class RegistrationsCommand
{
    public static Command Create(ApiOptions api)
    {
        var user = new Argument<string?>("user")
        {
            Description = "Only this address-of-record, such as alice@example.com.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "All of them; without, the first 100." };
        var command = new ExampledCommand(
            "registrations",
            "Lists who has registered and where.",
            "parley registrations",
            "parley registrations alice@example.com",
            "parley registrations remove alice@example.com"
        )
        {
            user,
            all,
            Remove(api),
        };
        api.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                var query = work.Parsed.GetValue(user) is { Length: > 0 } aor
                    ? $"registrations?aor={Uri.EscapeDataString(aor)}&"
                    : "registrations?";
                var (items, total, hasMore) = await DialogsCommand.PagesAsync(work, query, work.Parsed.GetValue(all) ? int.MaxValue : 100);
                if (work.IsJson)
                {
                    work.Json(items);
                    return ExitCodes.Done;
                }
                WriteTable(work.Out, items);
                work.Errors.Line(
                    hasMore ? $"{items.Count} shown of {total} users; --all lists all" : $"{items.Count} of {total} users",
                    "2"
                );
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static void WriteTable(Screen screen, List<JsonElement> items)
    {
        var table = new ScreenTable("USER", "CONTACT", "EXPIRES", "FROM", "PHONE");
        foreach (var item in items)
        {
            var name = item.Text("aor");
            foreach (var contact in item.List("contacts"))
            {
                table.Add(
                    name,
                    contact.Text("uri"),
                    contact.Time("expires") is { } time ? TerminalText.Date(time) : contact.Text("expires"),
                    contact.Text("received"),
                    contact.Text("userAgent")
                );
                name = "";
            }
        }
        if (table.Count > 0)
            screen.Write(table);
    }

    private static ExampledCommand Remove(ApiOptions api)
    {
        var user = new Argument<string>("user") { Description = "The address-of-record." };
        var contact = new Option<string?>("--contact") { Description = "Only this contact; left out: all of the user.", HelpName = "uri" };
        var command = new ExampledCommand(
            "remove",
            "Removes a user's registration; a phone that still runs registers again.",
            "parley registrations remove alice@example.com",
            "parley registrations remove alice@example.com --contact sip:alice@192.0.2.7:5060"
        )
        {
            user,
            contact,
        };
        api.Act(
            command,
            async work =>
            {
                var aor = work.Parsed.GetRequiredValue(user);
                var path = "registrations/" + Uri.EscapeDataString(aor);
                if (work.Parsed.GetValue(contact) is { Length: > 0 } uri)
                    path += "?contact=" + Uri.EscapeDataString(uri);
                await work.Api.SendAsync(HttpMethod.Delete, path, null, work.Stop);
                if (!work.IsJson)
                    work.Out.Line($"{aor}: removed");
                return ExitCodes.Done;
            }
        );
        return command;
    }
}
