using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Parley.Server.Configuration;

/// <summary>Where the settings come from: the file, then the environment (<c>Parley__Domains__0=example.com</c>), which wins.</summary>
internal static class ConfigurationLoader
{
    public const string DefaultFile = "parley.json";

    /// <summary>
    /// Reads and checks everything. <paramref name="file"/> null: <c>parley.json</c> of the working directory when it is there,
    /// else the defaults; a named file must exist. Errors are whole lines for the operator; the configuration is null when there are any.
    /// </summary>
    public static (ServerConfiguration? Configuration, IConfigurationRoot? Root, IReadOnlyList<string> Errors) Load(string? file)
    {
        if (file is not null && !File.Exists(file))
            return (null, null, [$"{file}: there is no such file"]);
        var path = Path.GetFullPath(file ?? DefaultFile);
        IConfigurationRoot root;
        try
        {
            root = new ConfigurationBuilder()
                .AddJsonFile(path, optional: file is null, reloadOnChange: false)
                .AddEnvironmentVariables()
                .Build();
        }
        catch (Exception error)
            when (error is InvalidDataException or FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            return (null, null, [$"{path}: {Reason(error)}"]);
        }
        var errors = new List<string>();
        var configuration = ConfigurationRules.Read(root.GetSection("Parley"), Path.GetDirectoryName(path)!, errors);
        foreach (var child in root.GetChildren())
        {
            // Environment variables share the root with the file: only the file's own sections can be misspelt.
            if (child.GetChildren().Any() && !IsKnownRoot(child.Key) && InFile(path, child.Key))
                errors.Add($"{child.Path}: there is no such section; the file has Parley, Logging and $schema");
        }
        return errors.Count == 0 ? (configuration, root, []) : (null, null, errors);
    }

    private static bool IsKnownRoot(string key) =>
        key.Equals("Parley", StringComparison.OrdinalIgnoreCase) || key.Equals("Logging", StringComparison.OrdinalIgnoreCase);

    private static bool InFile(string path, string key)
    {
        if (!File.Exists(path))
            return false;
        using var document = JsonDocument.Parse(
            File.ReadAllBytes(path),
            new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
        );
        return document.RootElement.EnumerateObject().Any(p => p.Name.Equals(key, StringComparison.OrdinalIgnoreCase));
    }

    private static string Reason(Exception error)
    {
        while (error.InnerException is { } inner)
            error = inner;
        return error.Message.ReplaceLineEndings(" ");
    }
}
