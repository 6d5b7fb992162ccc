using Parley.House.Tests;
using Xunit;

namespace Parley.Documents.Tests;

/// <summary>Commands in the documents: programs, files and options that they name exist.</summary>
public class CommandTests
{
    /// <summary>Of the system: nothing of ours to look up but paths.</summary>
    private static readonly string[] OfTheSystem =
    [
        "apt-get",
        "cd",
        "cp",
        "curl",
        "docker",
        "echo",
        "export",
        "git",
        "kill",
        "mkdir",
        "nohup",
        "openssl",
        "promtool",
        "sudo",
        "systemctl",
    ];

    private static readonly string[] DotnetVerbs =
    [
        "add",
        "build",
        "csharpier",
        "new",
        "nuget",
        "pack",
        "project",
        "publish",
        "restore",
        "run",
        "test",
        "tool",
    ];

    public static TheoryData<Snippet> Blocks => [.. Snippet.In("sh", "bash", "shell")];

    [Theory]
    [MemberData(nameof(Blocks), DisableDiscoveryEnumeration = true)]
    public async Task Every_command_of_a_block_exists(Snippet block)
    {
        foreach (string[] words in Commands(block.Text))
        {
            string? fault = await FaultOfAsync(words, block);
            Assert.True(fault is null, $"{block}: `{string.Join(' ', words)}`: {fault}");
        }
    }

    [Theory]
    [InlineData("./run --colour red")]
    [InlineData("parley chekc --config parley.json")]
    [InlineData("./test Sipp.Nothing")]
    [InlineData("dotnet run --project samples/NotThere -- --listen=udp:127.0.0.1:5060")]
    [InlineData("dotnet run --project samples/CallLimiter -- --lisen=udp:127.0.0.1:5060")]
    [InlineData("dotnet biuld")]
    [InlineData("bench/load/runn")]
    [InlineData("sipp -sf samples/sipp/nothing.xml 127.0.0.1:5060")]
    [InlineData("frobnicate")]
    public async Task A_command_that_does_not_exist_is_found(string command)
    {
        var block = new Snippet("README.md", 1, "", "sh", command + "\n");
        Assert.NotNull(await FaultOfAsync(Commands(command).Single(), block));
    }

    /// <summary>The commands of a block as words: without comments, variables in front, and what joins them.</summary>
    internal static IEnumerable<string[]> Commands(string text)
    {
        foreach (string line in text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            int comment = line.StartsWith('#') ? 0 : line.IndexOf(" #", StringComparison.Ordinal);
            string command = comment < 0 ? line : line[..comment];
            foreach (string part in command.Split(["&&", "|", ";"], StringSplitOptions.RemoveEmptyEntries))
            {
                string[] words =
                [
                    .. part.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(static w => w != "&"),
                ];
                int first = Array.FindIndex(words, static w => !w.Contains('=', StringComparison.Ordinal) || w.StartsWith('-'));
                if (first >= 0)
                    yield return words[first..];
            }
        }
    }

    private static async Task<string?> FaultOfAsync(string[] words, Snippet block)
    {
        string command = words[0];
        if (MissingPath(words) is { } missing)
            return $"{missing} does not exist";
        return command switch
        {
            "./run" or "parley" or "tools/parley" => await FaultOfServerAsync(command == "./run", words[1..]),
            "./test" => FaultOfTest(words[1..]),
            "dotnet" => FaultOfDotnet(words[1..], block),
            "sipp" => await FaultOfSippAsync(words[1..]),
            "out/AotProxy" => FaultOfOptions(words[1..], "samples/AotProxy"),
            _ when OfTheSystem.Contains(command) => null,
            _ when command.Contains('/', StringComparison.Ordinal) => FaultOfScript(words),
            _ => "no command that these tests know: teach them how to check it",
        };
    }

    /// <summary>A path into the repository that leads nowhere.</summary>
    private static string? MissingPath(string[] words)
    {
        string[] roots = ["src/", "samples/", "tests/", "bench/", "docs/", "eng/", "templates/", "../parley/"];
        return words
            .Select(static w => w.Trim('"'))
            .Where(w => roots.Any(r => w.StartsWith(r, StringComparison.Ordinal)) && !w.Contains('*', StringComparison.Ordinal))
            .FirstOrDefault(w =>
            {
                string path = Repository.PathOf(w.Replace("../parley/", "", StringComparison.Ordinal));
                return !File.Exists(path) && !Directory.Exists(path);
            });
    }

    private static async Task<string?> FaultOfServerAsync(bool isRun, string[] arguments)
    {
        string[] verbs = [.. arguments.TakeWhile(static a => !a.StartsWith('-'))];
        if (isRun && verbs.Length == 0)
            verbs = arguments.Any(static a => a is "--help" or "--version") ? [] : ["run"];
        (_, string help) = await Server.RunAsync(Repository.Root, "--help");
        if (verbs.Length > 0)
        {
            if (!help.Contains($"\n  {verbs[0]} ", StringComparison.Ordinal))
                return $"there is no command {verbs[0]}";
            (_, help) = await Server.RunAsync(Repository.Root, verbs[0], "--help");
            // A command of a command, such as "dialogs list"; any other word is an argument.
            if (verbs.Length > 1 && help.Contains($"\n  {verbs[1]} ", StringComparison.Ordinal))
                (_, help) = await Server.RunAsync(Repository.Root, verbs[0], verbs[1], "--help");
        }
        return arguments
            .Where(static a => a.StartsWith('-'))
            .Select(static a => a.Split('=')[0])
            .Where(o => !help.Contains(o, StringComparison.Ordinal))
            .Select(static o => $"its help does not name {o}")
            .FirstOrDefault();
    }

    private static string? FaultOfTest(string[] names)
    {
        string[] projects =
        [
            .. Directory.EnumerateDirectories(Repository.PathOf("tests"), "*.Tests").Select(static d => Path.GetFileName(d)),
        ];
        return names
            .Where(n => n != "unit" && !projects.Any(p => p.Contains(n, StringComparison.Ordinal)))
            .Select(static n => $"no test project is called like {n}")
            .FirstOrDefault();
    }

    private static string? FaultOfDotnet(string[] arguments, Snippet block)
    {
        if (!DotnetVerbs.Contains(arguments[0]) && !arguments[0].StartsWith("--", StringComparison.Ordinal))
            return $"dotnet has no command {arguments[0]}";
        if (arguments[0] != "run")
            return null;
        int separator = Array.IndexOf(arguments, "--");
        string[] options = separator < 0 ? [] : arguments[(separator + 1)..];
        int project = Array.IndexOf(arguments, "--project");
        if (project >= 0 && Directory.Exists(Repository.PathOf(arguments[project + 1])))
            return FaultOfOptions(options, arguments[project + 1]);
        // A program that the page itself shows, or the template's.
        string shown = string.Concat(Snippet.In("csharp").Where(s => s.Page == block.Page).Select(static s => s.Text));
        string made = string.Concat(Repository.CSharpFiles("templates").Select(File.ReadAllText));
        return FaultOfOptions(options, project >= 0 || shown.Length == 0 ? made : shown, arguments[1]);
    }

    private static string? FaultOfOptions(string[] options, string folder) =>
        FaultOfOptions(options, string.Concat(Repository.CSharpFiles(folder).Select(File.ReadAllText)), folder);

    /// <summary>An option of a program is a name that its source reads.</summary>
    private static string? FaultOfOptions(string[] options, string source, string program) =>
        options
            .Where(static o => o.StartsWith("--", StringComparison.Ordinal))
            .Select(static o => o[2..].Split('=', ':')[0])
            .Where(name =>
                !source.Contains($"\"{name}\"", StringComparison.Ordinal) && !source.Contains($"--{name}", StringComparison.Ordinal)
            )
            .Select(name => $"{program} reads no option {name}")
            .FirstOrDefault();

    private static string? FaultOfScript(string[] words)
    {
        string script = Repository.PathOf(words[0]);
        if (!File.Exists(script))
            return "no such program";
        string folder = Path.GetDirectoryName(script)!;
        string sources = string.Concat(Directory.EnumerateFiles(folder, "*", SearchOption.TopDirectoryOnly).Select(File.ReadAllText));
        sources += string.Concat(Repository.CSharpFiles(Path.GetRelativePath(Repository.Root, folder)).Select(File.ReadAllText));
        return FaultOfOptions(words[1..], sources, words[0]);
    }

    private static async Task<string?> FaultOfSippAsync(string[] arguments)
    {
        string help;
        try
        {
            (_, help) = await Server.RunAsync(Repository.Root, "sipp", ["-h"]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // not on this machine; the end-to-end tests install it
        }
        return arguments
            .Where(static a => a.StartsWith('-'))
            .Where(o => !help.Contains($"{o} ", StringComparison.Ordinal) && !help.Contains($"{o}\n", StringComparison.Ordinal))
            .Select(static o => $"SIPp has no option {o}")
            .FirstOrDefault();
    }
}
