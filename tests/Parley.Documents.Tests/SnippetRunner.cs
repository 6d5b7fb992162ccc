using System.Reflection;
using Xunit;

namespace Parley.Documents.Tests;

/// <summary>Runs the applications of the documents.</summary>
internal static class SnippetRunner
{
    /// <summary>Compiles for the simulation; the failure names the lines of the page.</summary>
    public static Assembly Compiled(Snippet block, bool run = true)
    {
        Assembly? program = SnippetCompiler.Compile(block, CSharpTests.PageOf(block), run, out IReadOnlyList<string> errors);
        Assert.True(program is not null, string.Join('\n', errors));
        return program!;
    }

    /// <summary>Runs an application, with the files that it names in the working folder.</summary>
    public static SnippetFixture Run(Snippet block, Action<SnippetFixture> play, Action<SnippetFixture>? before = null)
    {
        Assembly program = Compiled(block);
        string home = Environment.CurrentDirectory;
        using var folder = new CertificateFolder();
        Environment.CurrentDirectory = folder.Path;
        var fixture = new SnippetFixture(block.Text) { Play = play };
        try
        {
            fixture.Http.Answer = static _ => "sip:127.0.0.1:5070";
            before?.Invoke(fixture);
            fixture.Execute(program);
            return fixture;
        }
        catch
        {
            fixture.Dispose();
            throw;
        }
        finally
        {
            Environment.CurrentDirectory = home;
        }
    }

    /// <summary>The application below a heading of a page.</summary>
    public static Snippet Find(string page, string heading) =>
        Snippet
            .In("csharp")
            .Single(s => s.Page == page && s.Heading == heading && SnippetCompiler.KindOf(s.Text) == SnippetKind.Application);

    /// <summary>Whom alice calls: bob, but for recipes that go by the number.</summary>
    public static string Dialled(Snippet block) =>
        block.Heading switch
        {
            "The number that was dialled" => "+4930123456",
            _ => "bob",
        };
}
