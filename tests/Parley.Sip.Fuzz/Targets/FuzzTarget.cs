namespace Parley.Sip.Fuzz.Targets;

/// <summary>Something that takes any bytes and must neither throw, hang nor break its invariants.</summary>
public abstract class FuzzTarget
{
    public static FuzzTarget Create(string name) =>
        name switch
        {
            "message" or "parse" => new MessageTarget(),
            "uri" => new UriTarget(),
            "stream" or "framer" => new StreamTarget(),
            _ => throw new ArgumentException($"No target '{name}': message, uri or stream.", nameof(name)),
        };

    /// <summary>The folder of its corpus.</summary>
    public abstract string Name { get; }

    /// <summary>Runs one input. Inputs with another result have taken another way: the mutating loop keeps one of each.</summary>
    /// <exception cref="InvalidOperationException">An invariant does not hold.</exception>
    public abstract int Run(byte[] input, int length);

    protected static void Check(bool holds, string invariant)
    {
        if (!holds)
            throw new InvalidOperationException("Does not hold: " + invariant);
    }
}
