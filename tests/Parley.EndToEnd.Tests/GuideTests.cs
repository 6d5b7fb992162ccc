using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>The guide's application, from the page into an empty folder, run by the page's command.</summary>
public partial class GuideTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_call_limiter_of_the_guide_is_one_file_that_runs_and_limits_calls()
    {
        Installed.Require("sipp", "sip-tester");
        var (proxy, callee) = (Ports.Next(), Ports.Next());
        var folder = TestFolder.ForTest("limiter");
        await File.WriteAllTextAsync(Path.Combine(folder, "app.cs"), CodeOfThePage());
        string[] command =
        [
            "run",
            "-c",
            Configuration,
            "app.cs",
            "--",
            $"--listen=udp:127.0.0.1:{proxy}",
            $"--callee=sip:127.0.0.1:{callee}",
        ];
        await using var limiter = new PeerProcess("dotnet", command, folder);
        await limiter.WaitForLineAsync("Listening", BuildLimit);

        await using var answers = Sipp.Start("callee", callee, null, ["-m", "2", .. Settings.Contact(callee)]);
        await using var first = Call(proxy, "alice");
        await using var second = Call(proxy, "alice");
        await answers.WaitForCallsAsync(2);
        await using var third = Sipp.StartCaller("caller-refused-486", proxy, "alice");
        CallTests.AssertClean(await third.FinishAsync(Limit), 1);
        CallTests.AssertClean(await first.FinishAsync(Limit), 1);
        CallTests.AssertClean(await second.FinishAsync(Limit), 1);
    }

    private static string Configuration => AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>The page's code; the checkout lies elsewhere than the page says.</summary>
    private static string CodeOfThePage([CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath("../..", Path.GetDirectoryName(here)!);
        var code = CodeBlock().Match(File.ReadAllText(Path.Combine(root, "docs/guide/call-limiter.md"))).Groups["code"].Value;
        Assert.Contains("../parley/", code, StringComparison.Ordinal);
        return code.Replace("../parley/", root + "/", StringComparison.Ordinal);
    }

    private static Sipp Call(int proxy, string user) => Sipp.StartCaller("caller-of-user", proxy, user, "-d", "5000");

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
