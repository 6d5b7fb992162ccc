using System.Diagnostics;
using System.Text.Json;
using Parley.Server.Commands;
using Parley.Server.Terminal;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The commands that ask no server.</summary>
public class LocalCommandTests
{
    public static TheoryData<string> Purposes => [.. StartingSettings.Purposes];

    [Theory]
    [MemberData(nameof(Purposes))]
    public async Task What_init_writes_passes_the_check_and_is_commented(string purpose)
    {
        var file = Path.Combine(TestFolder.ForTest("init"), "parley.json");
        var run = await CommandRun.OfAsync("init", purpose, "-o", file, "--domain", "pbx.example.org");
        Assert.Equal(0, run.Code);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.True(text.Split('\n').Count(static l => l.TrimStart().StartsWith("//", StringComparison.Ordinal)) >= 5);
        Assert.Contains("\"pbx.example.org\"", text, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("check", file)).Code);
        var again = await CommandRun.OfAsync("init", purpose, "-o", file);
        Assert.Equal((73, $"parley: {file} is there already; --force writes over it\n"), (again.Code, again.Errors));
        Assert.Equal(0, (await CommandRun.OfAsync("init", purpose, "-o", file, "--force")).Code);
        Assert.Equal(64, (await CommandRun.OfAsync("init", purpose, "-o", file, "--domain", "a b")).Code);
    }

    [Fact]
    public async Task Numbers_take_the_route_of_the_settings()
    {
        var file = Path.Combine(TestFolder.ForTest("routes"), "parley.json");
        await File.WriteAllTextAsync(
            file,
            """
            { "Parley": { "Domains": [ "example.com" ], "TrustedSources": [ "192.0.2.9" ], "Routes": [
              { "Prefix": "0", "Strip": 1, "Prepend": "+49", "Target": "sip:192.0.2.7", "Sources": [ "198.51.100.0/24" ] },
              { "Prefix": "00", "Strip": 2, "Prepend": "+", "Targets": [ "sip:gw1.example.net", "sip:gw2.example.net" ] },
              { "Domain": "example.org", "Target": "sip:192.0.2.8" } ] } }
            """,
            TestContext.Current.CancellationToken
        );
        var all = await CommandRun.OfAsync("routes", "-c", file);
        Assert.Equal((0, 4), (all.Code, all.Lines.Length));
        var some = await CommandRun.OfAsync(
            "routes",
            "-c",
            file,
            "--source",
            "198.51.100.3",
            "030123",
            "0044",
            "77",
            "sip:x@example.org",
            "tel:030-1",
            "--json"
        );
        Assert.Equal(1, some.Code); // one of them leads nowhere
        using var json = JsonDocument.Parse(some.Output);
        Assert.Equal(
            ["sip:+4930123@192.0.2.7", "", "", "", "sip:+49301@192.0.2.7;user=phone"],
            json.RootElement.EnumerateArray().Select(static a => string.Join(' ', a.GetProperty("targets").EnumerateArray()))
        );
        // The longest prefix decides, also when it refuses.
        Assert.StartsWith("403", json.RootElement[1].GetProperty("note").GetString(), StringComparison.Ordinal);
        var here = await CommandRun.OfAsync("routes", "-c", file, "0044", "sip:x@example.org");
        Assert.Equal(0, here.Code);
        Assert.Contains("sip:+44@gw1.example.net, sip:+44@gw2.example.net", here.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("routes", "-c", file, "--source", "192.0.2.9", "sip:x@elsewhere.example")).Code);
    }

    [Fact]
    public async Task A_token_comes_with_its_hash_and_setting_and_its_file_is_its_owners()
    {
        var run = await CommandRun.OfAsync("token", "new", "--name", "alice", "--role", "Operate", "--json");
        using var json = JsonDocument.Parse(run.Output);
        var token = json.RootElement.GetProperty("token").GetString()!;
        Assert.Matches("^parley_[A-Za-z0-9_-]{43}$", token);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(token)));
        Assert.Equal(hash, json.RootElement.GetProperty("setting").GetProperty("Sha256").GetString());
        Assert.NotEqual(
            token,
            JsonDocument.Parse((await CommandRun.OfAsync("token", "new", "--json")).Output).RootElement.GetProperty("token").GetString()
        );
        var file = Path.Combine(TestFolder.ForTest("token"), "token");
        var saved = await CommandRun.OfAsync("token", "new", "-o", file);
        Assert.Equal(0, saved.Code);
        Assert.DoesNotContain("parley_", saved.Output, StringComparison.Ordinal);
        Assert.StartsWith("parley_", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_password_from_standard_input_becomes_the_hashes_of_the_RFCs()
    {
        // The user, realm and password of RFC 7616 3.9.1.
        var (code, output) = await ShellAsync(
            $"printf '%s' 'Circle of Life' | dotnet '{Path.Combine(AppContext.BaseDirectory, "parley.dll")}' users hash Mufasa@http-auth@example.org --json"
        );
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("3d78807defe7de2157e2b0b6573a855f", json.RootElement.GetProperty("ha1").GetString());
        Assert.Equal(
            "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232",
            json.RootElement.GetProperty("ha1_sha256").GetString()
        );
    }

    [Theory]
    [InlineData("par", "")]
    [InlineData("parley di", "dialogs")]
    [InlineData("parley dialogs e", "end export")]
    [InlineData("parley dialogs list --sta", "--state")]
    [InlineData("parley dialogs list --state ea", "early")]
    [InlineData("parley --config x check --o", "--open")]
    [InlineData("parley init tr", "trunk")]
    [InlineData("parley db m", "migrate")]
    public async Task Bash_completes(string line, string expected)
    {
        var script = Path.Combine(TestFolder.ForTest("completion"), "parley.bash");
        await File.WriteAllTextAsync(
            script,
            (await CommandRun.OfAsync("completion", "bash")).Output,
            TestContext.Current.CancellationToken
        );
        var (code, output) = await ShellAsync(
            $"source '{script}'; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); [ $COMP_CWORD -gt 0 ] && _parley; echo ${{COMPREPLY[*]}}"
        );
        Assert.Equal((0, expected), (code, output.Trim()));
    }

    [Theory]
    [InlineData("bash", "parley.bash")]
    [InlineData("zsh", "_parley")]
    [InlineData("fish", "parley.fish")]
    public async Task The_scripts_that_are_installed_are_those_of_the_commands(string shell, string file) =>
        Assert.Equal(
            (await CommandRun.OfAsync("completion", shell)).Output,
            await File.ReadAllTextAsync(Deploy("completion/" + file), TestContext.Current.CancellationToken)
        );

    [Fact]
    public async Task The_manual_that_is_installed_is_that_of_the_commands() =>
        Assert.Equal(
            (await CommandRun.OfAsync("manual")).Output,
            await File.ReadAllTextAsync(Deploy("parley.1"), TestContext.Current.CancellationToken)
        );

    [Fact]
    public async Task The_settings_that_are_installed_are_those_of_init() =>
        Assert.Equal(
            (await CommandRun.OfAsync("init", "pbx", "-o", "-")).Output,
            await File.ReadAllTextAsync(Deploy("parley.json"), TestContext.Current.CancellationToken)
        );

    [Fact]
    public async Task The_manual_is_one_that_man_reads_and_names_every_command()
    {
        var (code, output) = await ShellAsync($"man --warnings -l -Tascii '{Deploy("parley.1")}' 2>&1 | col -b");
        Assert.Equal(0, code);
        Assert.DoesNotContain("warning:", output, StringComparison.Ordinal);
        foreach (var node in CommandTree.Of(ParleyCommand.Create()).Where(static n => n.Path.Count > 0))
            Assert.Contains("parley " + string.Join(' ', node.Path), output, StringComparison.Ordinal);
        foreach (var (number, _) in ExitCodes.All)
            Assert.Matches($@"\n +{number} ", output);
    }

    [Fact]
    public async Task Help_shows_the_examples_and_the_exit_codes()
    {
        Assert.Contains(
            "Examples:\n  parley dialogs list\n",
            (await CommandRun.OfAsync("dialogs", "list", "--help")).Output,
            StringComparison.Ordinal
        );
        Assert.Contains("\n  77  the token is missing", (await CommandRun.OfAsync("--help")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_example_is_a_command_line_that_is_understood()
    {
        foreach (var command in CommandTree.Of(ParleyCommand.Create()).Select(static n => n.Command).OfType<ExampledCommand>())
        {
            foreach (var example in command.Examples)
            {
                var own = example
                    .Split('|')
                    .Select(static p => p.Trim())
                    .First(static p => p.Contains("parley ", StringComparison.Ordinal));
                own = own[own.IndexOf("parley ", StringComparison.Ordinal)..].Split(" > ")[0].TrimEnd(')');
                var parsed = ParleyCommand.Create().Parse(own["parley ".Length..]);
                Assert.True(parsed.Errors.Count == 0, $"{example}: {string.Join(' ', parsed.Errors)}");
            }
        }
        await Task.CompletedTask;
    }

    [Fact]
    public void A_strangers_text_does_not_steer_the_terminal()
    {
        Assert.Equal("a·[2Jb", TerminalText.Clean("a\e[2Jb"));
        Assert.Equal("·x", TerminalText.Clean("\u202Ex"));
        Assert.Equal("Zoë", TerminalText.Clean("Zoë"));
    }

    [Theory]
    [InlineData("", null, true)]
    [InlineData("1", null, false)]
    [InlineData(null, "dumb", false)]
    [InlineData(null, "xterm", true)]
    public void Colours_go_off_by_the_environment(string? noColour, string? terminal, bool expected) =>
        Assert.Equal(expected, Screen.AllowsColours(name => name == "NO_COLOR" ? noColour : terminal));

    [Theory]
    [InlineData(250, "250ms")]
    [InlineData(12_000, "12s")]
    [InlineData(185_000, "3m05s")]
    [InlineData(3_720_000, "1h02m")]
    [InlineData(90_000_000, "1d01h")]
    [InlineData(-5, "0ms")]
    public void A_span_has_two_units(long milliseconds, string expected) => Assert.Equal(expected, TerminalText.Span(milliseconds));

    private static string Deploy(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "deploy", path);
    }

    private static async Task<(int Code, string Output)> ShellAsync(string script)
    {
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
