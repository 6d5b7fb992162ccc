using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Parley.Hosting;

/// <summary>Reads a section into an options object, property by property; every mistake is kept, so that one start shows them all.</summary>
internal static class OptionsReader
{
    private static readonly double LongestSpan = TimeSpan.FromDays(36_500).TotalSeconds;

    /// <summary>Reads the scalar properties, and lists of texts.</summary>
    /// <param name="section">Where from.</param>
    /// <param name="options">Where to.</param>
    /// <param name="mistakes">Gets a line for each mistake.</param>
    /// <param name="others">Keys that the caller reads.</param>
    public static void Read<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        IConfiguration section,
        T options,
        List<string> mistakes,
        params ReadOnlySpan<string> others
    )
        where T : class
    {
        PropertyInfo[] properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (IsOneOf(child.Key, others))
                continue;
            PropertyInfo? property = Array.Find(
                properties,
                p =>
                    p.SetMethod is { IsPublic: true }
                    && IsScalar(p.PropertyType)
                    && p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)
            );
            if (ListOf(properties, child.Key)?.GetValue(options) is ICollection<string> list)
                ReadList(child, list, mistakes);
            else if (property is null)
                Unknown(child, [.. properties.Where(IsKnown).Select(static p => p.Name), .. others], mistakes);
            else if (child.Value is not { } text)
                mistakes.Add($"{child.Path}: a single value is wanted here, not an object or a list");
            else if (!TryParse(text, property.PropertyType, out object? value, out string allowed))
                mistakes.Add($"{child.Path}: \"{text}\" is not allowed; give {allowed}");
            else if (Refusal(property, options, value) is { } why)
                mistakes.Add($"{child.Path}: \"{text}\" is not allowed; {why}");
        }
    }

    /// <summary>Sets the property; what its own check says of the value, null when it takes it.</summary>
    private static string? Refusal(PropertyInfo property, object options, object? value)
    {
        try
        {
            property.SetValue(options, value);
            return null;
        }
        catch (TargetInvocationException error) when (error.InnerException is ArgumentException refused)
        {
            return refused.Message.ReplaceLineEndings(" ");
        }
    }

    private static bool IsKnown(PropertyInfo property) =>
        (property.SetMethod is { IsPublic: true } && IsScalar(property.PropertyType)) || IsList(property.PropertyType);

    private static bool IsList(Type type) => typeof(ICollection<string>).IsAssignableFrom(type);

    private static PropertyInfo? ListOf(PropertyInfo[] properties, string key) =>
        Array.Find(properties, p => IsList(p.PropertyType) && p.Name.Equals(key, StringComparison.OrdinalIgnoreCase));

    private static void ReadList(IConfigurationSection section, ICollection<string> list, List<string> mistakes)
    {
        if (section.Value is { Length: > 0 } text)
            mistakes.Add($"{section.Path}: \"{text}\" is not allowed; give a list");
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (child.Value is { Length: > 0 } one)
                list.Add(one);
            else
                mistakes.Add($"{child.Path}: give a text");
        }
    }

    /// <summary>The key is none of those that are known.</summary>
    public static void Unknown(IConfigurationSection child, IEnumerable<string> known, List<string> mistakes) =>
        mistakes.Add($"{child.Path}: there is no such setting; known here: {string.Join(", ", known.Order(StringComparer.Ordinal))}");

    public static bool IsOneOf(string key, ReadOnlySpan<string> keys)
    {
        foreach (string one in keys)
        {
            if (one.Equals(key, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum
            || type == typeof(bool)
            || type == typeof(int)
            || type == typeof(long)
            || type == typeof(string)
            || type == typeof(TimeSpan)
            || type == typeof(ReadOnlyMemory<byte>);
    }

    private static bool TryParse(string text, Type type, out object? value, out string allowed)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        value = null;
        if (type == typeof(string))
        {
            (value, allowed) = (text, "");
            return true;
        }

        if (type == typeof(bool))
        {
            allowed = "true or false";
            value = bool.TryParse(text, out bool flag) ? flag : null;
        }
        else if (type == typeof(int))
        {
            allowed = "a whole number";
            value = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
        }
        else if (type == typeof(long))
        {
            allowed = "a whole number";
            value = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
        }
        else if (type == typeof(TimeSpan))
        {
            allowed = "seconds, such as 30 or 0.5, or hh:mm:ss";
            value = TryParseSpan(text, out TimeSpan span) ? span : null;
        }
        else if (type == typeof(ReadOnlyMemory<byte>))
        {
            allowed = "bytes as pairs of hexadecimal digits";
            value = TryParseBytes(text, out ReadOnlyMemory<byte> bytes) ? (object)bytes : null; // null itself would become empty bytes
        }
        else
        {
            // Only the names: a number would pass for any.
            allowed = "one of " + string.Join(", ", Enum.GetNames(type));
            value =
                text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse(type, text, ignoreCase: true, out object? named)
                    ? named
                    : null;
        }

        return value is not null;
    }

    /// <summary>A bare number is seconds, as in the server's settings; TimeSpan itself would read days.</summary>
    private static bool TryParseSpan(string text, out TimeSpan span)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
        {
            bool fits = seconds <= LongestSpan;
            span = fits ? TimeSpan.FromSeconds(seconds) : default;
            return fits;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out span)
            && span >= TimeSpan.Zero
            && text.Contains(':', StringComparison.Ordinal);
    }

    private static bool TryParseBytes(string text, out ReadOnlyMemory<byte> bytes)
    {
        bool good = text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);
        bytes = good ? Convert.FromHexString(text) : default;
        return good;
    }
}
