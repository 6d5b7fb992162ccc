using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>One dialog on a page of text.</summary>
internal static class DialogSheet
{
    private static readonly (string Label, string Field)[] Lines =
    [
        ("Id", "id"),
        ("Call-ID", "callId"),
        ("State", "state"),
        ("From", "from"),
        ("To", "to"),
        ("Caller", "caller"),
        ("Callee", "callee"),
        ("Listener", "listener"),
        ("Node", "node"),
    ];

    public static void Write(Screen screen, JsonElement dialog)
    {
        var facts = new ScreenTable("", "") { HasHeading = false };
        foreach (var (label, field) in Lines)
        {
            if (dialog.Text(field) is { } text)
                facts.Add(label, text);
        }
        foreach (var (label, field) in new[] { ("Created", "created"), ("Answered", "answered"), ("Expires", "expires") })
        {
            if (dialog.Time(field) is { } time)
                facts.Add(label, TerminalText.Date(time) + " UTC");
        }
        if (dialog.Number("durationMs") is { } duration)
            facts.Add("Duration", TerminalText.Span(duration));
        if (dialog.Number("lifetimeMs") is { } lifetime)
            facts.Add("Lifetime", TerminalText.Span(lifetime));
        if (DialogsCommand.Words(dialog, "flags") is { Length: > 0 } flags)
            facts.Add("Flags", flags);
        if (DialogsCommand.Words(dialog, "abnormal") is { Length: > 0 } abnormal)
            facts.AddIn("red", "Abnormal", abnormal);
        screen.Write(facts);
        WriteLegs(screen, dialog);
        Section(screen, "Profiles", dialog.List("profiles").Select(static p => (p.Text("name") ?? "", p.Text("value") ?? "")));
        Section(screen, "Values", dialog.Fields("values").Select(static v => (v.Name, v.Value.AsText())));
        Section(
            screen,
            "Timers",
            dialog.List("timers").Select(static t => (t.Text("name") ?? "", TerminalText.Date(t.Time("due")) + " UTC"))
        );
    }

    private static void WriteLegs(Screen screen, JsonElement dialog)
    {
        var legs = dialog.List("legs").ToList();
        if (legs.Count == 0)
            return;
        Heading(screen, "Legs");
        var table = new ScreenTable("TAG", ">CSEQ", "CONTACT", "SOCKET", "ROUTE SET");
        foreach (var leg in legs)
            table.Add(leg.Text("tag"), leg.Text("cseq"), leg.Text("contact"), leg.Text("socket"), DialogsCommand.Words(leg, "routeSet"));
        screen.Write(table);
    }

    private static void Section(Screen screen, string heading, IEnumerable<(string Name, string Value)> lines)
    {
        var table = new ScreenTable("", "") { HasHeading = false };
        foreach (var (name, value) in lines)
            table.Add(name, value);
        if (table.Count == 0)
            return;
        Heading(screen, heading);
        screen.Write(table);
    }

    private static void Heading(Screen screen, string text)
    {
        screen.Raw("");
        screen.Line(text, "1");
    }
}
