using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Parley.Server.Configuration;

/// <summary>
/// Reads one section key by key, with the range of each, and remembers what was asked for: a key nobody asked for is an error,
/// since a misspelt setting without effect is worse than none. All errors are kept, so that one start shows them all.
/// </summary>
internal sealed class SectionReader(IConfigurationSection section, List<string> errors)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public string Path => section.Path;

    public string? Text(string key) => Take(key)?.Value is { Length: > 0 } text ? text : null;

    public bool Flag(string key, bool standard)
    {
        if (Text(key) is not { } text)
            return standard;
        if (bool.TryParse(text, out var value))
            return value;
        Refuse(key, text, "true or false");
        return standard;
    }

    public int Number(string key, int standard, int min, int max)
    {
        if (Text(key) is not { } text)
            return standard;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return value;
        Refuse(key, text, $"a whole number from {min} to {max}");
        return standard;
    }

    /// <summary>A span in seconds, fractions allowed.</summary>
    public TimeSpan Seconds(string key, double standard, double min, double max)
    {
        if (Text(key) is not { } text)
            return TimeSpan.FromSeconds(standard);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return TimeSpan.FromSeconds(value);
        Refuse(key, text, string.Create(CultureInfo.InvariantCulture, $"seconds from {min} to {max}"));
        return TimeSpan.FromSeconds(standard);
    }

    /// <summary>One of the names allowed, in any case, as the value it stands for.</summary>
    public T Choice<T>(string key, string standard, params ReadOnlySpan<(string Name, T Value)> allowed)
    {
        var text = Text(key) ?? standard;
        var names = new List<string>(allowed.Length);
        foreach (var (name, value) in allowed)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
            names.Add(name);
        }
        Refuse(key, text, "one of " + string.Join(", ", names));
        return allowed[0].Value;
    }

    /// <summary>Strings of a JSON array.</summary>
    public List<string> Texts(string key) => [.. Children(key).Select(c => c.Value ?? string.Empty).Where(v => v.Length > 0)];

    /// <summary>Values of a JSON array of strings, each parsed; what does not parse is refused by its own index.</summary>
    public List<T> Values<T>(string key, Func<string, T?> parse, string allowed)
        where T : class
    {
        var values = new List<T>();
        foreach (var child in Children(key))
        {
            if (child.Value is { } text && parse(text) is { } value)
                values.Add(value);
            else
                RefuseAt(child.Path, child.Value ?? "an object", allowed);
        }
        return values;
    }

    /// <summary>Objects of a JSON array; each is checked for unknown keys after <paramref name="read"/>.</summary>
    public List<T> Objects<T>(string key, Func<SectionReader, T?> read)
        where T : class
    {
        var values = new List<T>();
        foreach (var child in Children(key))
        {
            var reader = new SectionReader(child, errors);
            if (read(reader) is { } value)
                values.Add(value);
            reader.RefuseUnknown();
        }
        return values;
    }

    /// <summary>A nested object, there or not.</summary>
    public T Section<T>(string key, Func<SectionReader, T> read)
    {
        var child = section.GetSection(key);
        _known.Add(key);
        if (child.Value is { Length: > 0 } text)
            Refuse(key, text, "an object in braces");
        var reader = new SectionReader(child, errors);
        var value = read(reader);
        reader.RefuseUnknown();
        return value;
    }

    public bool Has(string key) => section.GetSection(key).Exists();

    public void Refuse(string key, string found, string allowed) => RefuseAt($"{section.Path}:{key}", found, allowed);

    /// <summary>An error about keys that are each right alone but not together.</summary>
    public void Refuse(string key, string message) => errors.Add($"{section.Path}:{key}: {message}");

    public void RefuseUnknown()
    {
        foreach (var child in section.GetChildren())
        {
            if (!_known.Contains(child.Key))
                errors.Add(
                    $"{child.Path}: there is no such setting; {section.Path} knows {string.Join(", ", _known.Order(StringComparer.Ordinal))}"
                );
        }
    }

    private void RefuseAt(string path, string found, string allowed) => errors.Add($"{path}: \"{found}\" is not allowed; give {allowed}");

    private IConfigurationSection? Take(string key)
    {
        _known.Add(key);
        var child = section.GetSection(key);
        if (child.Value is null && child.GetChildren().Any())
        {
            errors.Add($"{child.Path}: a single value is wanted here, not an object or a list");
            return null;
        }
        return child;
    }

    private IEnumerable<IConfigurationSection> Children(string key)
    {
        _known.Add(key);
        var child = section.GetSection(key);
        if (child.Value is { Length: > 0 } text)
            Refuse(key, text, "a list in square brackets");
        return child.GetChildren();
    }
}
