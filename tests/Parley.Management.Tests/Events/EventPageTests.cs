using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>docs/operations/events.md says what the code does. Its C# is compiled and run with that of the other documents.</summary>
public partial class EventPageTests
{
    private static string Page => File.ReadAllText(Path.Combine(Root(), "docs", "operations", "events.md"));

    [Fact]
    public void The_table_has_every_kind_with_its_type()
    {
        var rows = Row().Matches(Page).Select(static m => (m.Groups[1].Value, m.Groups[2].Value)).ToList();
        Assert.Equal([.. EventNames.All.Append(EventNames.Gap).Select(static name => (name, CloudEvent.TypePrefix + name))], rows);
    }

    [Fact]
    public void The_events_of_OpenSIPS_are_those_of_the_code() =>
        Assert.Equal(
            ReferenceEvent.Names.Order(StringComparer.Ordinal),
            Regex.Matches(Page, "`(E_[A-Z_]+)`").Select(static m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public async Task The_Python_verifies_what_is_signed_here_and_nothing_else()
    {
        string code = Regex.Match(Page, "```python\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        string signature = WebhookSignature.Of(Secret)!.Sign("1764541000000123", 1764541000, """{"a":"ü"}"""u8);
        code += $$"""

            body = '{"a":"ü"}'.encode()
            print(verify("{{Secret}}", "1764541000000123", "1764541000", "v1,AAAA {{signature}}", body),
                  verify("{{Secret}}", "1764541000000123", "1764541001", "{{signature}}", body))
            """;
        var start = new ProcessStartInfo("python3", ["-"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process python;
        try
        {
            python = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed");
            return;
        }

        using (python)
        {
            await python.StandardInput.WriteAsync(code);
            python.StandardInput.Close();
            Assert.Equal("True False\n", await python.StandardOutput.ReadToEndAsync());
        }
    }

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    [GeneratedRegex(@"^\| `([a-z.]+)` \| `([a-z.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
