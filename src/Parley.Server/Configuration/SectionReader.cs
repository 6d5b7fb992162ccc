using System.Globalization;
using Microsoft.Extensions.Configuration;
using Parley.Server.Configuration.Settings;

namespace Parley.Server.Configuration;

/// <summary>
/// Reads one section key by key, with the range of each, and remembers what was asked for: a key that was not asked for is an error,
/// since a misspelt setting without effect is worse than none. All errors are kept, so that one start shows them all.
/// </summary>
internal sealed class SectionReader(IConfigurationSection section, string folder, List<string> errors)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where relative paths start.</summary>
    public string Folder => folder;

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

    public long Number(string key, long standard, long min, long max)
    {
        if (Text(key) is not { } text)
            return standard;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return value;
        Refuse(key, text, $"a whole number from {min} to {max}");
        return standard;
    }

    /// <summary>A span in seconds, fractions allowed.</summary>
    public TimeSpan? Seconds(string key, TimeSpan? standard, double min, double max)
    {
        if (Text(key) is not { } text)
            return standard;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return TimeSpan.FromSeconds(value);
        Refuse(key, text, string.Create(CultureInfo.InvariantCulture, $"seconds from {min} to {max}"));
        return standard;
    }

    /// <summary>One of the names allowed, in any case, as the value it stands for.</summary>
    public T Choice<T>(string key, string standard, ReadOnlySpan<(string Name, T Value)> allowed)
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

    /// <summary>Values of a JSON array of strings, each parsed; what is not allowed, or there twice where that has no sense, is refused by its own index.</summary>
    public List<T> Values<T>(string key, TryParse<T> parse, string allowed, bool isDistinct)
    {
        var values = new List<T>();
        foreach (var child in Children(key))
        {
            if (child.Value is not { } text || !parse(text, out var value))
                RefuseAt(child.Path, child.Value ?? "an object", allowed);
            else if (isDistinct && values.Contains(value))
                errors.Add($"{child.Path}: \"{text}\" is there twice");
            else
                values.Add(value);
        }
        return values;
    }

    /// <summary>Objects of a JSON array; each is checked for unknown keys after <paramref name="read"/>.</summary>
    public List<T> Objects<T>(string key, Func<SectionReader, T> read)
    {
        var values = new List<T>();
        foreach (var child in Children(key))
        {
            if (child.Value is { } text)
            {
                RefuseAt(child.Path, text, "an object in braces");
                continue;
            }
            var reader = new SectionReader(child, folder, errors);
            values.Add(read(reader));
            reader.RefuseUnknown();
        }
        return values;
    }

    /// <summary>A nested object, there or not.</summary>
    public void Section(string key, Action<SectionReader> read)
    {
        var child = section.GetSection(key);
        _known.Add(key);
        if (child.Value is { Length: > 0 } text)
            Refuse(key, text, "an object in braces");
        var reader = new SectionReader(child, folder, errors);
        read(reader);
        reader.RefuseUnknown();
    }

    public bool Has(string key) => section.GetSection(key).Exists();

    /// <summary>The key is one of the section's, though its value is not read.</summary>
    public void Know(string key) => _known.Add(key);

    /// <summary>The key's value has been refused already.</summary>
    public bool HasErrorAt(string key) => errors.Any(e => e.StartsWith($"{section.Path}:{key}:", StringComparison.Ordinal));

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
