using System.Text;

namespace Parley.House.Tests.Circles;

/// <summary>A circle in words that help to break it: its types, its lightest references, and a set of references without which it is small enough.</summary>
internal static class CircleReport
{
    private const int LightestShown = 30;

    public static string Of(string assembly, TypeGraph graph, int limit)
    {
        var text = new StringBuilder();
        var circles = graph.Circles();
        text.AppendLine(
            $"{assembly}: {graph.TypeCount} types, circles of {(circles.Count == 0 ? "none" : string.Join(", ", circles.Select(c => c.Count)))}"
        );
        foreach (var circle in circles)
            Write(text, graph, circle, limit);
        return text.ToString();
    }

    private static void Write(StringBuilder text, TypeGraph graph, IReadOnlyList<string> circle, int limit)
    {
        text.AppendLine().AppendLine($"{circle.Count} types refer to each other: {string.Join(", ", circle)}");
        var references = graph.ReferencesWithin(circle);
        if (circle.Count > limit)
        {
            text.AppendLine($"Without these references (one choice of several) no circle is larger than {limit}:");
            WriteReferences(text, Cuts(circle, references, limit));
        }
        text.AppendLine(
            references.Count > LightestShown
                ? $"The lightest {LightestShown} of {references.Count} references:"
                : "References, lightest first:"
        );
        WriteReferences(text, references.Take(LightestShown));
    }

    private static void WriteReferences(StringBuilder text, IEnumerable<TypeReference> references)
    {
        foreach (var r in references)
            text.AppendLine($"  {r.From} -> {r.To}: {r.Count}x, first {r.Place}");
    }

    /// <summary>
    /// The types in an order in which few references run back (Eades, Lin and Smyth, weighted); then every reference that runs back is
    /// taken in again, heaviest first, as long as the circles stay small. What cannot be taken in is to be cut.
    /// </summary>
    public static IReadOnlyList<TypeReference> Cuts(IReadOnlyList<string> circle, IReadOnlyList<TypeReference> references, int limit)
    {
        var place = InOrder(circle, references).Select((type, i) => (type, i)).ToDictionary(t => t.type, t => t.i);
        var kept = references.Where(r => place[r.From] < place[r.To]).Select(r => (r.From, r.To)).ToList();
        var cut = new List<TypeReference>();
        foreach (var back in references.Where(r => place[r.From] >= place[r.To]).OrderByDescending(r => r.Count))
        {
            kept.Add((back.From, back.To));
            if (StrongComponents.Of(circle, kept).Max(c => c.Count) <= limit)
                continue;
            kept.RemoveAt(kept.Count - 1);
            cut.Add(back);
        }
        cut.Reverse();
        return cut;
    }

    private static List<string> InOrder(IReadOnlyList<string> circle, IReadOnlyList<TypeReference> references)
    {
        var left = new List<string>(circle);
        var first = new List<string>();
        var last = new List<string>();
        while (left.Count > 0)
        {
            var among = references.Where(r => left.Contains(r.From) && left.Contains(r.To)).ToList();
            int Out(string type) => among.Where(r => r.From == type).Sum(r => r.Count);
            int In(string type) => among.Where(r => r.To == type).Sum(r => r.Count);
            if (left.Find(type => Out(type) == 0) is { } sink)
            {
                last.Add(sink);
                left.Remove(sink);
                continue;
            }
            var next = left.Find(type => In(type) == 0) ?? left.MaxBy(type => Out(type) - In(type))!;
            first.Add(next);
            left.Remove(next);
        }
        last.Reverse();
        return [.. first, .. last];
    }
}
