using System.Text;
using System.Text.Json;
using Parley.Server.Client;

namespace Parley.Server.Terminal;

/// <summary>A recorded call as a ladder for a terminal: a column for each participant, an arrow for each message, the steps of the server between them.</summary>
/// <param name="call">The call as the API has it.</param>
/// <param name="width">Columns of the terminal.</param>
internal sealed class CallLadder(JsonElement call, int width)
{
    private const int TimeWidth = 13; // HH:mm:ss.fff and a blank
    private const int NarrowestGap = 22;
    private const int WidestGap = 44;

    private readonly string[] _participants = ParticipantsOf(call);

    /// <summary>The lines, each with the parameter of SGR for its colour; empty: none.</summary>
    public IEnumerable<(string Text, string Colour)> Lines()
    {
        yield return (Heads(), "1");
        foreach (var entry in call.List("entries"))
        {
            if (entry.Text("kind") == "message")
                yield return Arrow(entry);
            else
                yield return Step(entry);
        }
    }

    private int Gap => Math.Clamp((width - TimeWidth - 2) / Math.Max(_participants.Length - 1, 1), NarrowestGap, WidestGap);

    // Those that the server names, then any that only a message has.
    private static string[] ParticipantsOf(JsonElement call)
    {
        var all = call.List("participants").Select(static p => p.AsText()).ToList();
        foreach (var entry in call.List("entries"))
        {
            foreach (var side in new[] { entry.Text("from"), entry.Text("to") })
            {
                if (side is not null && !all.Contains(side))
                    all.Add(side);
            }
        }
        return [.. all];
    }

    private string Heads()
    {
        var line = new StringBuilder(new string(' ', TimeWidth));
        for (var i = 0; i < _participants.Length; i++)
        {
            var name = TerminalText.Cut(TerminalText.Clean(_participants[i]), Gap - 1);
            line.Append(i == _participants.Length - 1 ? name : name.PadRight(Gap));
        }
        return line.ToString();
    }

    private (string, string) Arrow(JsonElement entry)
    {
        var from = Array.IndexOf(_participants, entry.Text("from") ?? "");
        var to = Array.IndexOf(_participants, entry.Text("to") ?? "");
        var label = LabelOf(entry);
        var line = Rails(entry);
        if (from < 0 || to < 0 || from == to)
            return (line + "  " + label, ColourOf(entry));
        var (left, right) = (Math.Min(from, to), Math.Max(from, to));
        var length = ((right - left) * Gap) - 1;
        label = TerminalText.Cut(label, length - 4);
        var fill = length - label.Length - 2;
        var arrow =
            from < to
                ? $"{new string('-', fill / 2)} {label} {new string('-', fill - (fill / 2) - 1)}>"
                : $"<{new string('-', (fill / 2) - 1 + (fill % 2))} {label} {new string('-', fill / 2)}";
        var start = TimeWidth + (left * Gap) + 1;
        return (line[..start] + arrow + (start + length < line.Length ? line[(start + length)..] : ""), ColourOf(entry));
    }

    private static (string, string) Step(JsonElement entry)
    {
        var text = TerminalText.Clean(entry.Text("text") ?? entry.Text("step") ?? "");
        var rfc = entry.Text("rfc") is { } clause ? $" ({clause})" : "";
        var mark = entry.Text("abnormal") is { } abnormal ? $" [{TerminalText.Clean(abnormal)}]" : "";
        return ($"{TerminalText.Clock(entry.Time("at")), -TimeWidth}· {text}{rfc}{mark}", entry.Text("abnormal") is null ? "2" : "31");
    }

    private string Rails(JsonElement entry)
    {
        var line = new StringBuilder(TerminalText.Clock(entry.Time("at")).PadRight(TimeWidth));
        for (var i = 0; i < _participants.Length; i++)
            line.Append('|').Append(i == _participants.Length - 1 ? "" : new string(' ', Gap - 1));
        return line.ToString();
    }

    private static string LabelOf(JsonElement entry)
    {
        var first = entry.Text("text") is { Length: > 0 } text ? text.Split('\n', 2)[0].TrimEnd('\r') : "";
        var label = entry.Text("status") is { } status
            ? first.StartsWith("SIP/2.0 ", StringComparison.Ordinal)
                ? first["SIP/2.0 ".Length..]
                : status
            : entry.Text("method") ?? first.Split(' ', 2)[0];
        if (entry.Text("text")?.Contains("\nc=IN ", StringComparison.Ordinal) == true)
            label += " (SDP)";
        if (entry.Text("retransmission") == "true")
            label += " (again)";
        return TerminalText.Clean(label);
    }

    private static string ColourOf(JsonElement entry) =>
        entry.Text("retransmission") == "true" ? "33"
        : entry.Number("status") is not { } status ? "36"
        : status < 200 ? "2"
        : status < 300 ? "32"
        : "31";
}
