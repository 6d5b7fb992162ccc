namespace Parley.Hosting;

/// <summary>What a parameter of a management command may be.</summary>
public enum MiParameterKind
{
    /// <summary>A text; a JSON number is taken by its digits.</summary>
    Text,

    /// <summary>A whole number of 32 bits; a text of digits is taken too, since command lines send texts.</summary>
    Number,

    /// <summary>An array of texts, not empty.</summary>
    List,

    /// <summary>Whatever it is: only that it is there counts.</summary>
    Any,
}
