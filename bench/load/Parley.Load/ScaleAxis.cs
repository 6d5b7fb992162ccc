using System.Globalization;

namespace Parley.Load;

/// <summary>Something that grows, and the points at which the cost of a call is measured.</summary>
/// <param name="Name">As in --axes.</param>
/// <param name="Title">Of the plot.</param>
/// <param name="Unit">Of the points, below the plot.</param>
/// <param name="Points">From the least to the most.</param>
/// <param name="PerUnit">What the cost is expected to grow by: so many units; 0 when it should not grow.</param>
internal sealed record ScaleAxis(string Name, string Title, string Unit, IReadOnlyList<int> Points, int PerUnit)
{
    // As many dialogs stand at every point of the values, so that only the values differ.
    private const int UsualUsers = 1000,
        DialogsUnderValues = 100_000;

    public static IReadOnlyList<string> Names { get; } = ["dialogs", "values", "routes", "sizes"];

    public static ScaleAxis Of(string name, int most) =>
        name switch
        {
            "dialogs" => new(
                name,
                "standing dialogs",
                "dialogs that stand",
                [.. new[] { 0, 1000, 10_000, 100_000, 500_000 }.Where(point => point <= most)],
                0
            ),
            "values" => new(
                name,
                "profile values",
                FormattableString.Invariant(
                    $"distinct values of the profile, over {Text(Math.Min(DialogsUnderValues, most))} dialogs that stand"
                ),
                [.. new[] { 10, 100, 1000, 10_000, 100_000 }.Where(point => point <= most)],
                0
            ),
            "routes" => new(
                name,
                "Record-Route entries",
                "Record-Routes in an answer to INVITE, the proxy's among them",
                [1, 2, 5, 10, 20],
                1
            ),
            "sizes" => new(
                name,
                "message size",
                "bytes of every message that caller and callee send",
                [300, 600, 1200, 2400, 4800, 8000],
                1000
            ),
            _ => throw new ArgumentException($"no axis is called {name}; there are {string.Join(", ", Names)}"),
        };

    /// <summary>Dialogs that stand beside the measured calls at this point.</summary>
    public int Standing(int point, int most) =>
        Name switch
        {
            "dialogs" => point,
            "values" => Math.Min(DialogsUnderValues, most),
            _ => 0,
        };

    /// <summary>From users, which are the values of the profile.</summary>
    public int Users(int point) => Name == "values" ? point : UsualUsers;

    /// <summary>What the load generator does differently at this point.</summary>
    public string[] Load(int point) =>
        Name switch
        {
            // Half of the others' entries come from hops before the proxy, half from hops behind it: INVITE and what follows within the dialog both grow.
            "routes" => ["-U", Text(point / 2, ""), "-D", Text((point - 1) / 2, "")],
            "sizes" => ["-z", Text(point, "")],
            _ => [],
        };

    public static string Text(int number, string separator = ",") =>
        number.ToString("N0", CultureInfo.InvariantCulture).Replace(",", separator, StringComparison.Ordinal);
}
