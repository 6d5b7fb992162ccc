using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>One key of <c>parley.json</c>: its name, description, default and allowed values, and the option that it sets.</summary>
/// <typeparam name="T">The object that the settings of one section belong to.</typeparam>
internal abstract class Setting<T>(string name, string description)
{
    /// <summary>The key, without its section.</summary>
    public string Name => name;

    /// <summary>What it does, in sentences, for the schema and the reference page.</summary>
    public string Description => description;

    /// <summary>What the schema says behind the description.</summary>
    public virtual string Unit => "";

    /// <summary>What holds when it is left out, where no plain value says it; empty otherwise.</summary>
    public virtual string LeftOut => "";

    /// <summary>True: SIGHUP brings a new value into effect. False: a restart does.</summary>
    public bool Reloads { get; init; }

    /// <summary>True: an object without it is refused.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The allowed values in words, for the reference page.</summary>
    public abstract string Allowed { get; }

    /// <summary>Sets the option from the configuration, or leaves it when the key is not there; what is not allowed is an error of the reader.</summary>
    public abstract void Read(SectionReader reader, T target);

    /// <summary>Gives an option of another object the value that this one has.</summary>
    public abstract void Copy(T from, T to);

    /// <summary>True when both objects have the same value.</summary>
    public abstract bool IsSame(T a, T b);

    /// <summary>The value of an object in words, for the reference page; empty for none.</summary>
    public abstract string Text(T target);

    /// <summary>Writes the members of the setting's JSON schema but its description.</summary>
    public abstract void WriteSchema(Utf8JsonWriter writer, T defaults);
}
