using System.Globalization;
using System.Text;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Draws a call as a ladder of text, as sngrep does: a column for each party, time downward, steps between the messages.</summary>
public static class CallLadder
{
    /// <summary>The narrowest ladder.</summary>
    public const int MinWidth = 80;

    /// <summary>The width without another choice.</summary>
    public const int DefaultWidth = 100;

    private const int TimeWidth = 13;
    private const int LeastGap = 20;
    private const int MostGap = 34;

    /// <summary>Draws the ladder. Parties for which the width has no room share the last column.</summary>
    /// <param name="file">The call.</param>
    /// <param name="width">Columns of text; below <see cref="MinWidth"/> counts as that. No line is longer.</param>
    /// <param name="withSteps">Whether the steps stand between the messages.</param>
    /// <returns>Lines, each with a line feed.</returns>
    public static string Draw(CallFile file, int width = DefaultWidth, bool withSteps = true)
    {
        ArgumentNullException.ThrowIfNull(file);
        width = Math.Max(width, MinWidth);
        var columns = new LadderColumns(file, 1 + (width - TimeWidth - 1) / LeastGap);
        int gap = columns.Count == 1 ? MostGap : Math.Min(MostGap, (width - TimeWidth - 1) / (columns.Count - 1));
        var text = new StringBuilder();
        Head(text, file, width);
        Names(text, columns, gap, width);
        foreach (CallFileEntry entry in file.Entries)
        {
            if (entry is CallFileMessage message)
                Arrow(text, columns, gap, width, message);
            else if (entry is CallFileStep step && withSteps)
                Step(text, columns, gap, width, step);
        }

        return text.ToString();
    }

    private static void Head(StringBuilder text, CallFile file, int width)
    {
        Line(text, $"Call-ID {LadderText.Plain(file.CallId)}", width);
        if (file.From.Length > 0 || file.To.Length > 0)
            Line(text, $"{LadderText.Plain(file.From)} -> {LadderText.Plain(file.To)}", width);
        if (file.Entries.Count > 0)
            Line(text, file.Entries[0].At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture), width);
        foreach (string line in LadderText.Wrap(file.Line, width))
            Line(text, line, width);
        if (file.Abnormal.Count > 0)
            Line(text, "abnormal: " + LadderText.Plain(string.Join(", ", file.Abnormal)), width);
        if (file.IsTruncated)
            Line(text, "the recording is not complete", width);
        text.Append('\n');
    }

    private static void Names(StringBuilder text, LadderColumns columns, int gap, int width)
    {
        var names = new StringBuilder().Append(' ', TimeWidth);
        var strokes = new StringBuilder().Append(' ', TimeWidth);
        for (int i = 0; i < columns.Count; i++)
        {
            int at = TimeWidth + i * gap;
            string name = LadderText.Cut(LadderText.Plain(columns[i]), gap - 1);
            // A name stands over its line, as far as there is room.
            int start = Math.Max(i == 0 ? 0 : names.Length + 1, at - name.Length / 2);
            start = Math.Max(0, Math.Min(start, width - name.Length));
            names.Append(' ', Math.Max(0, start - names.Length)).Append(name);
            strokes.Append(' ', at - strokes.Length).Append('|');
        }

        Line(text, names.ToString().TrimEnd(), width);
        Line(text, strokes.ToString(), width);
    }

    private static void Arrow(StringBuilder text, LadderColumns columns, int gap, int width, CallFileMessage message)
    {
        char[] line = new char[(columns.Count - 1) * gap + 1];
        Array.Fill(line, ' ');
        for (int i = 0; i < columns.Count; i++)
            line[i * gap] = '|';
        int from = columns.PlaceOf(message.From);
        int to = columns.PlaceOf(message.To);
        string label = LadderText.Plain(message.Label) + (message.IsRetransmission ? " (again)" : "");
        if (columns.HasOthers && (from == columns.Count - 1 || to == columns.Count - 1))
            label += " " + LadderText.Plain(message.Peer);
        text.Append(LadderText.Clock(message.At)).Append(' ');
        if (from == to)
        {
            string whole = new string(line).TrimEnd() + " " + label + " (to itself)";
            text.Append(LadderText.Cut(whole, width - TimeWidth)).Append('\n');
            return;
        }

        int left = Math.Min(from, to) * gap + 1;
        int right = Math.Max(from, to) * gap - 1;
        Array.Fill(line, '-', left, right - left + 1);
        label = LadderText.Cut(label, right - left - 1);
        label.CopyTo(0, line, left + (right - left + 1 - label.Length) / 2, label.Length);
        if (from < to)
            line[right] = '>';
        else
            line[left] = '<';
        text.Append(line).Append('\n');
    }

    private static void Step(StringBuilder text, LadderColumns columns, int gap, int width, CallFileStep step)
    {
        string words = LadderText.Plain(step.Text) + (step.Rfc is null ? "" : $" ({LadderText.Plain(step.Rfc)})");
        if (step.Abnormal is not null)
            words = "! " + words;
        // Under the proxy's own line, unless too little room is left there.
        int indent = Math.Min(TimeWidth + columns.Ours * gap, width / 2);
        string time = LadderText.Clock(step.At);
        foreach (string line in LadderText.Wrap(words, width - indent - 2))
        {
            text.Append(time).Append(' ', indent - time.Length).Append("* ").Append(line).Append('\n');
            time = "";
        }
    }

    private static void Line(StringBuilder text, string line, int width) => text.Append(LadderText.Cut(line, width)).Append('\n');
}
