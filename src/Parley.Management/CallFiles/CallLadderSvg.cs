using System.Globalization;
using System.Text;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>
/// Draws a call as a ladder in SVG: one self-contained document, with light and dark colours by the reader's preference. For screen readers it has a title, a
/// description, and a title for each message and step.
/// </summary>
public static class CallLadderSvg
{
    private const int TimeWidth = 96;
    private const int Gap = 220;
    private const int Margin = 90;
    private const int MessageHeight = 30;
    private const int LineHeight = 16;
    private const int MostColumns = 40;

    private const string Style = """
        svg{background:#fff;color:#1b1f24;font:13px system-ui,sans-serif}
        text{fill:currentColor}.n{font-weight:600;text-anchor:middle}.m{text-anchor:middle}.t{fill:#57606a;font-size:11px}
        .l{stroke:#c4cad1;stroke-width:1}.a{stroke:#0757a8;stroke-width:1.5;fill:none}.h{fill:#0757a8}
        .f .a{stroke:#b3141d}.f .h{fill:#b3141d}.f .m{fill:#b3141d}.r .a{stroke-dasharray:5 4}.s{fill:#57606a;font-size:12px}.b{fill:#8a4600;font-weight:600}
        @media (prefers-color-scheme:dark){svg{background:#0f1318;color:#e6eaef}.t,.s{fill:#a5aeb8}.l{stroke:#3c444d}.a{stroke:#7ab7ff}.h{fill:#7ab7ff}
        .f .a{stroke:#ff8f8a}.f .h{fill:#ff8f8a}.f .m{fill:#ff8f8a}.b{fill:#ffb454}}
        """;

    /// <summary>Draws the ladder.</summary>
    /// <param name="file">The call.</param>
    /// <param name="withSteps">Whether the steps stand between the messages.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(CallFile file, bool withSteps = true)
    {
        ArgumentNullException.ThrowIfNull(file);
        var columns = new LadderColumns(file, MostColumns);
        int width = TimeWidth + Margin * 2 + Math.Max(1, columns.Count - 1) * Gap;
        var rows = new StringBuilder();
        int y = 74;
        foreach (CallFileEntry entry in file.Entries)
        {
            if (entry is CallFileMessage message)
                Message(rows, columns, message, ref y);
            else if (entry is CallFileStep step && withSteps)
                Step(rows, columns, step, width, ref y);
        }

        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{y + 20}\" viewBox=\"0 0 {width} {y + 20}\" role=\"img\" aria-labelledby=\"title desc\">\n"
        );
        svg.Append("<title id=\"title\">Call ").Append(Escape(file.CallId)).Append("</title>\n");
        svg.Append("<desc id=\"desc\">").Append(Escape(Description(file, columns))).Append("</desc>\n");
        svg.Append("<style>").Append(Style).Append("</style>\n");
        svg.Append("<text x=\"8\" y=\"18\">").Append(Escape(LadderText.Cut(Summary(file), width / 7))).Append("</text>\n");
        Heads(svg, columns, y);
        return svg.Append(rows).Append("</svg>\n").ToString();
    }

    private static void Heads(StringBuilder svg, LadderColumns columns, int bottom)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            string name = Escape(LadderText.Cut(columns[i], 29));
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"n\" x=\"{X(i)}\" y=\"46\">{name}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"l\" x1=\"{X(i)}\" y1=\"54\" x2=\"{X(i)}\" y2=\"{bottom + 8}\"/>\n");
        }
    }

    private static void Message(StringBuilder svg, LadderColumns columns, CallFileMessage message, ref int y)
    {
        int from = X(columns.PlaceOf(message.From));
        int to = X(columns.PlaceOf(message.To));
        string label = message.Label;
        string kind = (message.Read()?.StatusCode >= 400 ? " f" : "") + (message.IsRetransmission ? " r" : "");
        string whole =
            $"{LadderText.Clock(message.At)} {message.From} to {message.To}: {label}{(message.IsRetransmission ? " (retransmission)" : "")}";
        svg.Append("<g class=\"e").Append(kind).Append("\"><title>").Append(Escape(whole)).Append("</title>");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"t\" x=\"8\" y=\"{y}\">{LadderText.Clock(message.At)}</text>");
        if (from == to)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path class=\"a\" d=\"M{from} {y - 8}h30v10h-24\"/><path class=\"h\" d=\"M{from} {y + 2}l8 -4v8z\"/>"
            );
        else
            Arrow(svg, from, to, y);
        int middle = from == to ? from + 100 : (from + to) / 2;
        int room = from == to ? 24 : Math.Abs(to - from) / 7;
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text class=\"m\" x=\"{middle}\" y=\"{y - 6}\">{Escape(LadderText.Cut(label, room))}</text></g>\n"
        );
        y += MessageHeight;
    }

    private static void Arrow(StringBuilder svg, int from, int to, int y)
    {
        int way = to > from ? 1 : -1;
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"a\" x1=\"{from}\" y1=\"{y}\" x2=\"{to - 8 * way}\" y2=\"{y}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"h\" d=\"M{to} {y}l{-9 * way} -4v8z\"/>");
    }

    private static void Step(StringBuilder svg, LadderColumns columns, CallFileStep step, int width, ref int y)
    {
        int x = Math.Min(X(columns.Ours) + 6, width / 2);
        string words = step.Rfc is null ? step.Text : $"{step.Text} ({step.Rfc})";
        svg.Append("<g class=\"e\"><title>").Append(Escape($"{LadderText.Clock(step.At)} {words}")).Append("</title>");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"t\" x=\"8\" y=\"{y}\">{LadderText.Clock(step.At)}</text>");
        foreach (string line in LadderText.Wrap(words, Math.Max(20, (width - x) / 7)))
        {
            string kind = step.Abnormal is null ? "s" : "b";
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"{kind}\" x=\"{x}\" y=\"{y}\">{Escape(line)}</text>");
            y += LineHeight;
        }

        svg.Append("</g>\n");
        y += 6;
    }

    private static int X(int column) => TimeWidth + Margin + column * Gap;

    private static string Summary(CallFile file) => file.Line.Length > 0 ? file.Line : $"{file.From} → {file.To}";

    private static string Description(CallFile file, LadderColumns columns)
    {
        int messages = file.Messages.Count();
        string parties = string.Join(", ", Enumerable.Range(0, columns.Count).Select(i => columns[i]));
        string abnormal = file.Abnormal.Count == 0 ? "" : $" Abnormal: {string.Join(", ", file.Abnormal)}.";
        return $"{Summary(file)}. {messages} messages between {parties}.{abnormal}";
    }

    /// <summary>Text of XML: markup escaped, characters that XML 1.0 does not have replaced.</summary>
    private static string Escape(string text)
    {
        string plain = LadderText.Plain(text);
        var escaped = new StringBuilder(plain.Length);
        for (int i = 0; i < plain.Length; i++)
        {
            char c = plain[i];
            if (char.IsHighSurrogate(c) && i + 1 < plain.Length && char.IsLowSurrogate(plain[i + 1]))
                escaped.Append(c).Append(plain[++i]);
            else if (char.IsSurrogate(c) || c is '\ufffe' or '\uffff')
                escaped.Append('?');
            else
                _ = c switch
                {
                    '<' => escaped.Append("&lt;"),
                    '>' => escaped.Append("&gt;"),
                    '&' => escaped.Append("&amp;"),
                    '"' => escaped.Append("&quot;"),
                    _ => escaped.Append(c),
                };
        }

        return escaped.ToString();
    }
}
