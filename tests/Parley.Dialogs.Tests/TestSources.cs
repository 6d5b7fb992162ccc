using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Parley.Dialogs.Tests;

/// <summary>The repository's files and the tests of all its projects, by "Class.Test".</summary>
internal static partial class TestSources
{
    private static readonly Lazy<HashSet<string>> Tests = new(FindAll);

    public static string Read(string path) => System.IO.File.ReadAllText(Path.Combine(Root(), path));

    /// <summary>Whether a class below tests/ has a method of this name that is a test and not skipped.</summary>
    public static bool Has(string test) => Tests.Value.Contains(test);

    private static HashSet<string> FindAll()
    {
        var tests = new HashSet<string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories))
        {
            if (!File().IsMatch(Path.GetFileName(file)))
                continue;
            string text = System.IO.File.ReadAllText(file);
            foreach (Match type in Class().Matches(text))
            foreach (Match method in Test().Matches(text))
                tests.Add($"{type.Groups["name"].Value}.{method.Groups["name"].Value}");
        }

        return tests;
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath("../..", Path.GetDirectoryName(here)!);

    [GeneratedRegex(@"Tests|^Row\d+_")]
    private static partial Regex File();

    [GeneratedRegex(@"\bclass (?<name>\w+Tests|Row\d+_\w+)\b")]
    private static partial Regex Class();

    [GeneratedRegex(@"\[(Fact|Theory)\](\s*\[[^\r\n]*\])*\s*public (async )?(void|Task|ValueTask) (?<name>\w+)\(")]
    private static partial Regex Test();
}
