using System.Globalization;
using System.Text;
using Parley.Sip;

namespace Parley.Testing;

/// <summary>Draws messages as ASCII art.</summary>
internal static class Ladder
{
    private const int TimeWidth = 9;
    private const int LeastGap = 18;

    internal static string Draw(IReadOnlyList<RecordedMessage> messages)
    {
        if (messages.Count == 0)
            return "(no messages)\n";
        var columns = new List<string>();
        foreach (RecordedMessage message in messages)
        {
            if (!columns.Contains(message.From))
                columns.Add(message.From);
            if (!columns.Contains(message.To))
                columns.Add(message.To);
        }
        int gap = LeastGap;
        foreach (string name in columns)
            gap = Math.Max(gap, name.Length + 2);
        foreach (RecordedMessage message in messages)
            gap = Math.Max(gap, Label(message).Length + 6);

        var text = new StringBuilder();
        AppendHeads(text, columns, gap);
        TimeSpan start = messages[0].Time;
        foreach (RecordedMessage message in messages)
            AppendArrow(
                text,
                columns.Count,
                gap,
                columns.IndexOf(message.From),
                columns.IndexOf(message.To),
                message,
                message.Time - start
            );
        return text.ToString();
    }

    private static string Label(RecordedMessage message)
    {
        if (message.StatusCode == 0)
            return message.Label.Length == 0 ? "?" : message.Label;
        ReadOnlySpan<byte> line = PacketText.FirstLine(message.Bytes);
        string reason = line.Length > 12 ? PacketText.Text(line[12..]) : PacketText.Text(SipText.Reason(message.StatusCode));
        return $"{message.StatusCode} {reason} ({message.Method})";
    }

    private static void AppendHeads(StringBuilder text, List<string> columns, int gap)
    {
        var line = new StringBuilder().Append(' ', TimeWidth + 1);
        for (int i = 0; i < columns.Count; i++)
        {
            // A name begins above its line, the last one may stick out.
            int at = TimeWidth + 1 + i * gap;
            if (line.Length < at)
                line.Append(' ', at - line.Length);
            line.Append(columns[i]);
        }
        text.Append(line).Append('\n');
    }

    private static void AppendArrow(StringBuilder text, int count, int gap, int from, int to, RecordedMessage message, TimeSpan offset)
    {
        char[] line = new char[(count - 1) * gap + 1];
        Array.Fill(line, ' ');
        for (int i = 0; i < count; i++)
            line[i * gap] = '|';
        string label = Label(message) + (message.IsLost ? " (lost)" : "");
        text.Append(offset.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture).PadLeft(TimeWidth)).Append(' ');
        if (from == to)
        {
            text.Append(new string(line).TrimEnd()).Append(' ').Append(label).Append(" (to itself)\n");
            return;
        }
        int left = Math.Min(from, to) * gap + 1;
        int right = Math.Max(from, to) * gap - 1;
        for (int i = left; i <= right; i++)
            line[i] = '-';
        string shown = message.IsLost ? Label(message) : label;
        int start = left + (right - left + 1 - shown.Length) / 2;
        shown.CopyTo(0, line, start, shown.Length);
        if (from < to)
            line[right] = message.IsLost ? 'x' : '>';
        else
            line[left] = message.IsLost ? 'x' : '<';
        text.Append(line).Append('\n');
    }
}
