using System.Reflection;
using Parley.Testing;
using Xunit;

namespace Parley.Documents.Tests;

/// <summary>Every block of C# in the documents compiles as it stands, and what can run, runs: applications with a call, OPTIONS and REGISTER through them.</summary>
public class CSharpTests
{
    public static TheoryData<Snippet> Blocks => [.. Snippet.In("csharp")];

    public static TheoryData<Snippet> Applications =>
        [.. Snippet.In("csharp").Where(static s => SnippetCompiler.KindOf(s.Text) == SnippetKind.Application)];

    [Theory]
    [MemberData(nameof(Blocks), DisableDiscoveryEnumeration = true)]
    public void A_block_compiles_without_a_warning(Snippet block)
    {
        SnippetCompiler.Compile(block, PageOf(block), run: false, out IReadOnlyList<string> errors);
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    [Theory]
    [MemberData(nameof(Applications), DisableDiscoveryEnumeration = true)]
    public void An_application_answers_OPTIONS_and_REGISTER_and_carries_a_call(Snippet block)
    {
        using SnippetFixture fixture = SnippetRunner.Run(
            block,
            play =>
            {
                int options = play.Ask(play.Alice, "OPTIONS", $"sip:{play.Proxy}");
                int register = play.Ask(play.Bob, "REGISTER", $"sip:{play.Proxy}");
                ScriptedCall call = play.Call(SnippetRunner.Dialled(block));

                Assert.True(options is 200 or 405, $"OPTIONS got {options}.");
                Assert.True(register is 200 or 405, $"REGISTER got {register}.");
                if (Relays(block))
                    Assert.True(
                        call.End == CallEnd.LocalBye,
                        $"The call ended by {call.End} with {call.Status}.\n{play.Recorder.Ladder(call.CallId)}"
                    );
                else
                    Assert.True(call.Status == 405, $"The call got {call.Status}.");
            }
        );
        Assert.True(fixture.HasRun, "The program has no app.Run().");
        Assert.Empty(fixture.Complaints);
        foreach (ScriptedUserAgent phone in fixture.Callees.Values.Append(fixture.Alice).Append(fixture.Bob))
            Assert.Empty(phone.Anomalies);
    }

    [Fact]
    public void Programs_without_an_application_run()
    {
        foreach (Snippet block in Snippet.In("csharp").Where(static s => SnippetCompiler.KindOf(s.Text) == SnippetKind.Program))
        {
            TextWriter before = Console.Out;
            Console.SetOut(TextWriter.Null);
            try
            {
                using var fixture = new SnippetFixture(block.Text);
                fixture.Execute(SnippetRunner.Compiled(block));
            }
            finally
            {
                Console.SetOut(before);
            }
        }
    }

    [Fact]
    public async Task The_tests_that_the_guide_shows_pass()
    {
        int run = 0;
        foreach (Snippet block in Snippet.In("csharp").Where(static s => s.Text.Contains("[Fact]", StringComparison.Ordinal)))
        {
            Assembly assembly = SnippetRunner.Compiled(block, run: false);
            foreach (
                MethodInfo test in assembly
                    .GetTypes()
                    .SelectMany(static t => t.GetMethods())
                    .Where(static m => m.GetCustomAttribute<FactAttribute>() is not null)
            )
            {
                object? result = test.Invoke(Activator.CreateInstance(test.DeclaringType!), null);
                if (result is Task task)
                    await task;
                run++;
            }
        }
        Assert.True(run > 0, "The guide shows no test.");
    }

    /// <summary>A request with a To tag and a Route of ours proves nothing: an example that relays it is an open relay, and is copied.</summary>
    [Theory]
    [MemberData(nameof(Applications), DisableDiscoveryEnumeration = true)]
    public void An_application_relays_requests_within_dialogs_by_the_one_step(Snippet block)
    {
        Assert.DoesNotContain(".LooseRoute()", block.Text, StringComparison.Ordinal);
        if (Relays(block))
            Assert.Contains("RelayInDialogAsync()", block.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int number = \"text\";", "CS0029")]
    [InlineData("context.Replay(404);", "CS1061")]
    [InlineData("context.Reply(404, colour: 3);", "CS1739")]
    [InlineData("string? text = null; Console.WriteLine(text.Length);", "CS8602")]
    public void A_block_that_is_wrong_is_found(string code, string error)
    {
        var block = new Snippet("wrong.md", 1, "", "csharp", code + "\n");
        SnippetCompiler.Compile(block, [block], run: false, out IReadOnlyList<string> errors);
        Assert.Contains(errors, e => e.StartsWith("wrong.md:2: " + error, StringComparison.Ordinal));
    }

    private static bool Relays(Snippet block) =>
        block.Text.Contains("RelayAsync", StringComparison.Ordinal) || block.Text.Contains("FailoverAsync", StringComparison.Ordinal);

    internal static IEnumerable<Snippet> PageOf(Snippet block) => Snippet.In("csharp").Where(s => s.Page == block.Page);
}
