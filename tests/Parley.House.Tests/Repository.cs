using System.Runtime.CompilerServices;

namespace Parley.House.Tests;

/// <summary>Where the repository lies on this machine, and what of it counts as source.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>The C# files below a folder, without what the build generates.</summary>
    public static IEnumerable<string> CSharpFiles(string folder) =>
        Directory
            .EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories)
            .Where(f =>
                !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            );

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Parley.slnx")))
                return folder;
        }
        throw new InvalidOperationException("These tests run from a checkout: Parley.slnx was not found above " + here);
    }
}
