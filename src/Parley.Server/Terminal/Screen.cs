using System.CommandLine;
using Spectre.Console;

namespace Parley.Server.Terminal;

/// <summary>Where a command writes: a terminal, with its width and colours, or a file or pipe without.</summary>
internal sealed class Screen
{
    // A file has no edge: a table is as wide as its texts.
    private const int WithoutEdge = 10_000;

    private readonly TextWriter _output;
    private readonly Lazy<IAnsiConsole> _console;

    private Screen(TextWriter output, bool isTerminal)
    {
        (_output, IsTerminal) = (output, isTerminal);
        HasColours = isTerminal && AllowsColours(Environment.GetEnvironmentVariable);
        _console = new Lazy<IAnsiConsole>(() => ConsoleOn(_output));
    }

    /// <summary>A person reads it now.</summary>
    public bool IsTerminal { get; }

    /// <summary>It is a terminal, and neither NO_COLOR (no-color.org) nor TERM=dumb is set.</summary>
    public bool HasColours { get; }

    /// <summary>The writer below it.</summary>
    public TextWriter Output => _output;

    /// <summary>Columns; many for a file.</summary>
    public int Width => IsTerminal ? WidthOfTerminal() : WithoutEdge;

    /// <summary>Standard output, or what a test has put in its place.</summary>
    public static Screen Of(ParseResult parsed) => OutOf(parsed.InvocationConfiguration.Output);

    /// <summary>Standard errors, for progress and remarks that are no result.</summary>
    public static Screen ErrorsOf(ParseResult parsed)
    {
        var errors = parsed.InvocationConfiguration.Error;
        return new(errors, ReferenceEquals(errors, Console.Error) && !Console.IsErrorRedirected);
    }

    public static bool AllowsColours(Func<string, string?> environment) =>
        string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") != "dumb";

    /// <summary>One line, cleaned.</summary>
    public void Line(string text) => _output.WriteLine(TerminalText.Clean(text));

    /// <summary>A line in a colour where there are colours.</summary>
    public void Line(string text, string colour) => _output.WriteLine(Paint(TerminalText.Clean(text), colour));

    /// <summary>The text as it is, without anything done to it: JSON, scripts.</summary>
    public void Raw(string text) => _output.WriteLine(text);

    /// <summary>Puts a colour round a text that is clean already.</summary>
    /// <param name="text">The text.</param>
    /// <param name="colour">The parameter of SGR (ECMA-48 8.3.117): 1 bold, 2 faint, 31 red, 32 green, 33 yellow, 36 cyan.</param>
    public string Paint(string text, string colour) => HasColours ? $"\e[{colour}m{text}\e[0m" : text;

    public void Write(ScreenTable table)
    {
        if (IsTerminal)
        {
            table.WriteTo(_console.Value, this);
            return;
        }
        // Cells are padded to the width of their column, the last of a line too.
        using var text = new StringWriter();
        table.WriteTo(ConsoleOn(text), this);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n'))
            _output.WriteLine(line.TrimEnd());
    }

    /// <summary>Shows a bar while work runs; <paramref name="work"/> gets what to call with the part done. Without a terminal there is no bar.</summary>
    public async Task<T> ProgressAsync<T>(string label, double total, Func<Action<double>, Task<T>> work)
    {
        if (!IsTerminal)
            return await work(static _ => { });
        return await _console
            .Value.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(Markup.Escape(label), maxValue: Math.Max(total, 1));
                if (total <= 0)
                    bar.IsIndeterminate = true;
                return await work(done => bar.Value = done);
            });
    }

    private static Screen OutOf(TextWriter output) => new(output, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);

    private static int WidthOfTerminal()
    {
        try
        {
            return Console.WindowWidth is > 20 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    private IAnsiConsole ConsoleOn(TextWriter output)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = HasColours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(output),
            }
        );
        console.Profile.Width = Width;
        return console;
    }
}
