using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Parley.Hosting;

/// <summary>Options classes from configuration, where a key that does not exist is a mistake.</summary>
public static class StrictBinding
{
    /// <summary>
    /// Sets the properties that the section names: flags, numbers, texts, names of an enumeration, spans of time (seconds, fractions allowed, or hh:mm:ss),
    /// bytes (hexadecimal) and lists of texts, which are added to. Keys are the names of the properties, in any case.
    /// </summary>
    /// <typeparam name="T">The options class.</typeparam>
    /// <param name="section">The section; one that is not there changes nothing.</param>
    /// <param name="options">What to set.</param>
    /// <returns>The options.</returns>
    /// <exception cref="OptionsValidationException">Keys that are no such property, values that are not allowed: one line for each, with key and what is allowed.</exception>
    public static T BindStrictly<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        this IConfiguration section,
        T options
    )
        where T : class
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(options);
        var mistakes = new List<string>();
        OptionsReader.Read(section, options, mistakes);
        return mistakes.Count == 0 ? options : throw new OptionsValidationException(typeof(T).Name, typeof(T), mistakes);
    }
}
