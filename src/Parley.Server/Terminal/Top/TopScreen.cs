using System.Text.Json;
using Parley.Server.Client;

namespace Parley.Server.Terminal.Top;

/// <summary>The live list of <c>parley top</c>: its state, what a key does to it, and its lines. It neither asks nor writes.</summary>
internal sealed class TopScreen
{
    private const int HeadLines = 4;
    private static readonly string[] Orders = ["age", "from", "to", "state"];

    private TopFigures? _now;
    private TopFigures? _before;
    private List<JsonElement> _shown = [];
    private int _order;
    private int _first;
    private string? _chosen;

    /// <summary>What the operator types into the filter; null when the filter is not being typed.</summary>
    public string? Typing { get; private set; }

    /// <summary>The filter, as the page's search box takes it.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>Only calls in which something was out of order.</summary>
    public bool IsAbnormalOnly { get; private set; }

    /// <summary>The list stands still.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The call whose end waits for a yes.</summary>
    public string? Ending { get; private set; }

    /// <summary>A line for the operator at the bottom.</summary>
    public string Remark { get; set; } = "";

    /// <summary>The call under the cursor; null when there is none.</summary>
    public JsonElement? Chosen => _shown.Where(d => d.Text("id") == _chosen).Select(static d => (JsonElement?)d).FirstOrDefault();

    /// <summary>New figures, unless it is paused.</summary>
    public void Take(TopFigures figures)
    {
        if (IsPaused)
            return;
        (_before, _now) = (_now, figures);
        Sort();
    }

    /// <summary>What the key asks of the command that runs the screen.</summary>
    public TopWish Press(ConsoleKeyInfo key)
    {
        if (Typing is { } typed)
            return Type(typed, key);
        if (Ending is { } id)
        {
            Ending = null;
            Remark = key.KeyChar == 'y' ? $"ending {id}" : "";
            return key.KeyChar == 'y' ? TopWish.End : TopWish.None;
        }
        Remark = "";
        switch (key.Key)
        {
            case ConsoleKey.UpArrow:
                Move(-1);
                return TopWish.None;
            case ConsoleKey.DownArrow:
                Move(1);
                return TopWish.None;
            case ConsoleKey.PageUp:
                Move(-10);
                return TopWish.None;
            case ConsoleKey.PageDown:
                Move(10);
                return TopWish.None;
            case ConsoleKey.Enter:
                return _chosen is null ? TopWish.None : TopWish.Trace;
            case ConsoleKey.Escape:
                (Filter, IsAbnormalOnly) = ("", false);
                return TopWish.Refresh;
        }
        return PressLetter(key.KeyChar);
    }

    /// <summary>The whole screen, each line with the parameter of SGR for its colour.</summary>
    public IReadOnlyList<(string Text, string Colour)> Render(int width, int height)
    {
        var lines = new List<(string, string)>
        {
            (Cut(Summary(), width), "1"),
            (Cut(Rates(), width), "0"),
            ("", "0"),
            (Cut(Row(width, "STATE", "AGE", "FROM", "TO", "CALLEE", "CALL-ID"), width), "7"),
        };
        var room = Math.Max(height - HeadLines - 1, 1);
        Follow(room);
        foreach (var dialog in _shown.Skip(_first).Take(room))
            lines.Add((Cut(RowOf(dialog, width), width), ColourOf(dialog)));
        while (lines.Count < height - 1)
            lines.Add(("", "0"));
        lines.Add((Cut(Bottom(), width), "2"));
        return lines;
    }

    private TopWish Type(string typed, ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                (Filter, Typing) = (typed.Trim(), null);
                return TopWish.Refresh;
            case ConsoleKey.Escape:
                Typing = null;
                return TopWish.None;
            case ConsoleKey.Backspace:
                Typing = typed.Length > 0 ? typed[..^1] : "";
                return TopWish.None;
        }
        if (!char.IsControl(key.KeyChar))
            Typing = typed + key.KeyChar;
        return TopWish.None;
    }

    private TopWish PressLetter(char letter)
    {
        switch (letter)
        {
            case 'q':
                return TopWish.Quit;
            case 'k':
                Move(-1);
                break;
            case 'j':
                Move(1);
                break;
            case 's':
                _order = (_order + 1) % Orders.Length;
                Sort();
                break;
            case 'a':
                IsAbnormalOnly = !IsAbnormalOnly;
                return TopWish.Refresh;
            case '/':
                Typing = Filter;
                break;
            case ' ':
                IsPaused = !IsPaused;
                break;
            case 'e' when _chosen is { } id:
                Ending = id;
                break;
        }
        return TopWish.None;
    }

    private void Sort()
    {
        if (_now is not { } now)
            return;
        var dialogs = now.Dialogs;
        _shown = Orders[_order] switch
        {
            "age" => [.. dialogs.OrderByDescending(static d => d.Text("created"), StringComparer.Ordinal)],
            var name => [.. dialogs.OrderBy(d => d.Text(name), StringComparer.Ordinal)],
        };
        if (Chosen is null)
            _chosen = _shown.Count > 0 ? _shown[Math.Min(_first, _shown.Count - 1)].Text("id") : null;
    }

    private int IndexOfChosen => _shown.FindIndex(d => d.Text("id") == _chosen);

    private void Move(int by)
    {
        if (_shown.Count > 0)
            _chosen = _shown[Math.Clamp(IndexOfChosen + by, 0, _shown.Count - 1)].Text("id");
    }

    // The cursor stays on the screen.
    private void Follow(int room)
    {
        var at = Math.Max(IndexOfChosen, 0);
        if (at < _first)
            _first = at;
        if (at >= _first + room)
            _first = at - room + 1;
        _first = Math.Clamp(_first, 0, Math.Max(_shown.Count - room, 0));
    }

    private string Summary() =>
        _now is not { } now
            ? "parley top"
            : TerminalText.Invariant(
                $"parley top  {TerminalText.Date(now.At)} UTC   {now["active_dialogs"]} active, {now["early_dialogs"]} ringing, {now["processed_dialogs"]} since the start, {now["failed_dialogs"]} failed"
            );

    private string Rates() =>
        _now is not { } now
            ? ""
            : TerminalText.Invariant(
                $"{now.RateOf("processed_dialogs", _before):0.0} calls/s, {now.RateOf("failed_dialogs", _before):0.0} failures/s"
            )
                + (Filter.Length > 0 ? $"   filter: {Filter}" : "")
                + (IsAbnormalOnly ? "   abnormal only" : "")
                + (IsPaused ? "   PAUSED" : "");

    private string Bottom() =>
        Typing is { } typed ? $"filter: {typed}_"
        : Ending is { } id ? $"End the call {id}? y/n"
        : Remark.Length > 0 ? Remark
        : $"q quit  arrows choose  Enter ladder  e end  / filter  a abnormal  s sort ({Orders[_order]})  space pause";

    private string RowOf(JsonElement dialog, int width)
    {
        var mark = dialog.Text("id") == _chosen ? ">" : " ";
        return mark
            + Row(
                width,
                dialog.Text("state") ?? "",
                dialog.Number("durationMs") is { } age ? TerminalText.Span(age) : "",
                dialog.Text("from") ?? "",
                dialog.Text("to") ?? "",
                dialog.Text("callee") ?? "",
                dialog.Text("callId") ?? ""
            )[1..];
    }

    private static string Row(int width, string state, string age, string from, string to, string callee, string callId)
    {
        var party = Math.Clamp((width - 50) / 3, 12, 40);
        return $" {Cell(state, 14)} {Cell(age, 7)} {Cell(from, party)} {Cell(to, party)} {Cell(callee, 21)} {TerminalText.Clean(callId)}";
    }

    private static string Cell(string text, int width) => TerminalText.Cut(TerminalText.Clean(text), width).PadRight(width);

    private static string Cut(string text, int width) => TerminalText.Cut(text, width);

    private string ColourOf(JsonElement dialog) =>
        dialog.Text("id") == _chosen ? "1"
        : dialog.List("abnormal").Any() ? "31"
        : dialog.Text("state") is "early" or "unconfirmed" ? "33"
        : "0";
}
