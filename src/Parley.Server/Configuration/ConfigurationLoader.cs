using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Parley.Server.Configuration;

/// <summary>Where the settings come from: the file, then the environment (<c>Parley__Domains__0=example.com</c>), which wins.</summary>
internal static class ConfigurationLoader
{
    public const string DefaultFile = "parley.json";

    /// <summary>
    /// Reads and checks everything. <paramref name="file"/> null: <c>parley.json</c> of the working directory when it is there,
    /// else the defaults; a named file must exist. Errors are whole lines for the operator; the configuration is null when there are any.
    /// </summary>
    /// <param name="file">The settings file.</param>
    /// <param name="readCertificates">The files that the section Tls names are read too.</param>
    public static (ServerConfiguration? Configuration, IConfigurationRoot? Root, IReadOnlyList<string> Errors) Load(
        string? file,
        bool readCertificates = true
    )
    {
        var path = Path.GetFullPath(file ?? DefaultFile);
        var builder = new ConfigurationBuilder();
        SettingsFile? settings = null;
        if (File.Exists(path))
        {
            settings = SettingsFile.Read(path, out var mistake);
            if (settings is null)
                return (null, null, [mistake]);
            builder.AddJsonStream(new MemoryStream(settings.Content));
        }
        else if (file is not null)
        {
            return (null, null, [$"{file}: there is no such file"]);
        }
        var root = builder.AddEnvironmentVariables().Build();
        var errors = new List<string>();
        var configuration = ConfigurationRules.Read(root.GetSection("Parley"), Path.GetDirectoryName(path)!, errors, readCertificates);
        LogLevels.Check(root.GetSection("Logging"), errors);
        // Environment variables share the root with the file: only the file's own sections can be misspelt.
        foreach (var section in settings?.Sections ?? [])
        {
            if (!IsKnownRoot(section))
                errors.Add($"{section}: there is no such section; the file has Parley, Logging and $schema");
        }
        return errors.Count == 0 ? (configuration, root, []) : (null, null, [.. errors.Select(e => Placed(e, settings, root))]);
    }

    private static bool IsKnownRoot(string key) =>
        key.Equals("Parley", StringComparison.OrdinalIgnoreCase)
        || key.Equals("Logging", StringComparison.OrdinalIgnoreCase)
        || key == "$schema";

    /// <summary>The error with the place of its key behind it: a line of the file, or the environment.</summary>
    private static string Placed(string error, SettingsFile? file, IConfigurationRoot root)
    {
        var end = error.IndexOf(": ", StringComparison.Ordinal);
        if (end < 0)
            return error;
        var key = error[..end];
        if (root.Providers.OfType<EnvironmentVariablesConfigurationProvider>().Any(p => p.TryGet(key, out _)))
            return error + " (environment)";
        // What is missing has the line of the object that it is missing from.
        for (; file is not null; key = key[..key.LastIndexOf(':')])
        {
            if (file.LineOf(key) is { } line)
                return $"{error} (line {line})";
            if (!key.Contains(':', StringComparison.Ordinal))
                break;
        }
        return error;
    }
}
