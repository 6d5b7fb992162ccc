using CsCheck;
using Xunit;

namespace Parley.Sip.Tests.Edits;

/// <summary>Random edits on random messages give what a plain list of lines gives.</summary>
public class EditModelTests
{
    private sealed class Line(SipHeaderName name, string text, IEnumerable<string> values)
    {
        public SipHeaderName Name { get; } = name;
        public string Text { get; } = text;
        public List<string> Values { get; } = [.. values];
        public bool Removed { get; set; }
        public string? Replaced { get; set; }
        public List<(SipHeaderName Added, string Text)> Before { get; } = [];
    }

    private sealed class Model(List<Line> lines)
    {
        private readonly Line _end = new(SipHeaderName.Other, "", []);

        public string Uri { get; set; } = "sip:a@b";
        public List<Line> Lines { get; } = lines;

        public void Push(SipHeaderName name, string value)
        {
            int index = Lines.FindIndex(line => line.Name == name);
            if (index < 0)
                index = Lines.FindLastIndex(line => line.Name == SipHeaderName.Via) + 1;
            (index < Lines.Count ? Lines[index] : _end).Before.Insert(
                0,
                (SipHeaderName.Other, $"{Wire.Text(SipText.Header(name))}: {value}")
            );
        }

        public void Set(SipHeaderName name, string value)
        {
            var line = Lines.Find(line => line.Name == name);
            if (line is { Removed: false })
            {
                line.Replaced = value;
                return;
            }
            string text = $"{Wire.Text(SipText.Header(name))}: {value}";
            foreach (var place in Lines.Append(_end))
            {
                int at = place.Before.FindIndex(added => added.Added == name);
                if (at < 0)
                    continue;
                place.Before[at] = (name, text);
                return;
            }
            (line ?? _end).Before.Add((name, text));
        }

        public void Append(string text) => _end.Before.Add((SipHeaderName.Other, text));

        public string Render()
        {
            var text = new List<string> { $"INVITE {Uri} SIP/2.0" };
            foreach (var line in Lines.Append(_end))
            {
                text.AddRange(line.Before.Select(added => added.Text));
                if (!line.Removed && line != _end)
                    text.Add($"{line.Text}: {line.Replaced ?? string.Join(", ", line.Values)}");
            }
            return string.Join("\r\n", text) + "\r\n\r\nbody";
        }
    }

    private static readonly (SipHeaderName Name, string Text, string Value)[] Kinds =
    [
        (SipHeaderName.Via, "Via", "SIP/2.0/UDP h{0};branch=b"),
        (SipHeaderName.Via, "v", "SIP/2.0/TCP g{0}"),
        (SipHeaderName.Route, "Route", "<sip:r{0},x;lr>"),
        (SipHeaderName.RecordRoute, "record-route", "\"d, {0}\" <sip:rr{0}>"),
        (SipHeaderName.Path, "Path", "<sip:p{0}>"),
    ];

    [Fact]
    public void Edits_match_the_model()
    {
        var lists = Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[1, 4]);
        var singles = Gen.Int[0, 3];
        var operations = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 1_000], Gen.Int[0, 99]).Array[0, 12];
        Gen.Select(lists.Array[0, 6], singles.Array[0, 3], operations)
            .Sample(
                (shape, alone, ops) =>
                {
                    int counter = 0;
                    var lines = shape
                        .Select(each =>
                        {
                            var (name, text, value) = Kinds[each.Item1];
                            return new Line(name, text, Enumerable.Range(0, each.Item2).Select(_ => string.Format(null, value, counter++)));
                        })
                        .ToList();
                    foreach (int which in alone.Distinct())
                        lines.Insert(
                            which % (lines.Count + 1),
                            new Line(Single(which), Wire.Text(SipText.Header(Single(which))), [$"{counter++}"])
                        );
                    var model = new Model(lines);
                    Assert.True(SipMessage.TryParse(System.Text.Encoding.UTF8.GetBytes(model.Render()), out var message));
                    var edits = new SipEdits();
                    edits.Reset(message);
                    foreach (var (operation, choice, number) in ops)
                        Apply(model, edits, operation, choice, number);
                    var output = new byte[edits.Length];
                    Assert.Equal(output.Length, edits.WriteTo(output));
                    Assert.Equal(model.Render(), Wire.Text(output));
                },
                iter: 5_000
            );
    }

    private static SipHeaderName Single(int which) =>
        which switch
        {
            0 => SipHeaderName.MaxForwards,
            1 => SipHeaderName.Contact,
            2 => SipHeaderName.UserAgent,
            _ => SipHeaderName.Subject,
        };

    private static void Apply(Model model, SipEdits edits, int operation, int choice, int number)
    {
        string value = $"new{number}";
        var bytes = System.Text.Encoding.ASCII.GetBytes(value);
        switch (operation)
        {
            case 0:
                model.Uri = value;
                edits.ReplaceRequestUri(bytes);
                break;
            case 1:
                var pushed = Kinds[choice % Kinds.Length].Name;
                model.Push(pushed, value);
                edits.Push(pushed, bytes);
                break;
            case 2:
                model.Set(Single(choice % 4), value);
                edits.Set(Single(choice % 4), bytes);
                break;
            case 3:
                var removed = choice % 2 == 0 ? Kinds[choice % Kinds.Length].Name : Single(choice % 4);
                foreach (var line in model.Lines.Where(line => line.Name == removed))
                    line.Removed = true;
                edits.RemoveAll(removed);
                break;
            case 4:
                model.Append($"X-New: {value}");
                edits.Append("X-New"u8, bytes);
                break;
            default:
                RemoveOne(model, edits, choice, number);
                break;
        }
    }

    private static void RemoveOne(Model model, SipEdits edits, int choice, int number)
    {
        if (model.Lines.Count == 0)
            return;
        int index = choice % model.Lines.Count;
        var line = model.Lines[index];
        if (line.Removed || line.Replaced is not null)
            return;
        int value = number % line.Values.Count;
        int at = edits.Original.ValueOf(edits.Original.HeaderAt(index)).IndexOf(System.Text.Encoding.UTF8.GetBytes(line.Values[value]));
        edits.RemoveValue(edits.Original.ValueOf(edits.Original.HeaderAt(index)).Slice(at, line.Values[value].Length));
        line.Values.RemoveAt(value);
        line.Removed = line.Values.Count == 0;
    }
}
