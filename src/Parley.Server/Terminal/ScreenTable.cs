using Spectre.Console;

namespace Parley.Server.Terminal;

/// <summary>A table of texts: columns of their own width with two blanks between, a heading, no lines. Cells are cleaned.</summary>
internal sealed class ScreenTable
{
    private readonly (string Title, bool IsNumber)[] _columns;
    private readonly List<(string[] Cells, string? Colour)> _rows = [];

    /// <param name="columns">The headings; one that begins with <c>&gt;</c> is of a column of numbers, which stand right.</param>
    public ScreenTable(params string[] columns) =>
        _columns = [.. columns.Select(static c => c.StartsWith('>') ? (c[1..], true) : (c, false))];

    /// <summary>Whether the headings are shown; true.</summary>
    public bool HasHeading { get; init; } = true;

    public int Count => _rows.Count;

    /// <summary>A row; a null cell is empty.</summary>
    public void Add(params string?[] cells) => AddIn(null, cells);

    /// <summary>A row in a colour of Spectre's names, where there are colours.</summary>
    public void AddIn(string? colour, params string?[] cells) =>
        _rows.Add(([.. cells.Select(static c => TerminalText.Clean(c ?? ""))], colour));

    internal void WriteTo(IAnsiConsole console, Screen screen)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = HasHeading };
        for (var i = 0; i < _columns.Length; i++)
        {
            var (title, isNumber) = _columns[i];
            var column = new TableColumn(new Markup(Markup.Escape(title), new Style(decoration: Decoration.Bold)))
            {
                Padding = new Padding(0, 0, i == _columns.Length - 1 ? 0 : 2, 0),
                NoWrap = !screen.IsTerminal,
                Alignment = isNumber ? Justify.Right : Justify.Left,
            };
            table.AddColumn(column);
        }
        foreach (var (cells, colour) in _rows)
        {
            var style = colour is null ? Style.Plain : Style.Parse(colour);
            table.AddRow(cells.Select(c => new Text(c, style)));
        }
        console.Write(table);
    }
}
