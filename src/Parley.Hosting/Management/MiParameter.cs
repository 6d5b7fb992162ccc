namespace Parley.Hosting;

/// <summary>A parameter of a management command.</summary>
/// <param name="Name">Its name, compared exactly.</param>
/// <param name="Kind">What it may be.</param>
public readonly record struct MiParameter(string Name, MiParameterKind Kind)
{
    /// <summary>A text.</summary>
    /// <param name="name">Its name.</param>
    public static MiParameter Text(string name) => new(name, MiParameterKind.Text);

    /// <summary>A whole number.</summary>
    /// <param name="name">Its name.</param>
    public static MiParameter Number(string name) => new(name, MiParameterKind.Number);

    /// <summary>An array of texts.</summary>
    /// <param name="name">Its name.</param>
    public static MiParameter List(string name) => new(name, MiParameterKind.List);

    /// <summary>Anything.</summary>
    /// <param name="name">Its name.</param>
    public static MiParameter Any(string name) => new(name, MiParameterKind.Any);
}
