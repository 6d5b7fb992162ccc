using Parley.House.Tests;
using Xunit;

namespace Parley.Packaging.Tests;

/// <summary>A folder outside the repository with all packages in feed/, packed once for all tests from what the build has made.</summary>
public sealed class Feed : IAsyncLifetime
{
    private readonly TestFolder _root = new("packages");

    internal Shell Shell { get; private set; } = null!;

    internal string Root => _root.Path;

    internal string Packages => Path.Combine(_root.Path, "feed");

    internal static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>A new folder with the feed in it, as the page's commands expect it.</summary>
    internal string Folder(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root.Path, name)).FullName;
        Directory.CreateSymbolicLink(Path.Combine(folder, "feed"), Packages);
        return folder;
    }

    public async ValueTask InitializeAsync()
    {
        string home = Path.Combine(_root.Path, "home");
        Directory.CreateDirectory(home);
        Shell = new Shell(home);
        // The only source on the way up from the folders of the tests: what they need besides is already restored on this machine.
        await File.WriteAllTextAsync(
            Path.Combine(_root.Path, "nuget.config"),
            "<configuration><packageSources><clear /><add key=\"feed\" value=\"feed\" /></packageSources></configuration>"
        );
        string typed = Shell.Recipe("docs/guide/packages.md", "A folder of packages");
        await Shell.RunAsync(
            _root.Path,
            typed
                .Replace("dotnet pack parley", $"dotnet pack \"{Repository.Root}\" --no-build -v quiet", StringComparison.Ordinal)
                .Replace("-c Release", $"-c {Configuration}", StringComparison.Ordinal)
        );
    }

    public ValueTask DisposeAsync()
    {
        _root.Dispose();
        return ValueTask.CompletedTask;
    }
}
