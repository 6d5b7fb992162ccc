using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Parley.Documents.Tests;

/// <summary>Compiles blocks as `dotnet new console` would: the language of this repository, nullable, implicit usings, no more.</summary>
internal static class SnippetCompiler
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>A fragment stands for a part of a program whose beginning the reader has seen.</summary>
    private const string FragmentUsings =
        "using Parley.Sip; using Parley.Transport; using Parley.Transactions; using Parley.Proxy; using Parley.Hosting; using Parley.Registrar; "
        + "using Parley.Dialogs; using Parley.Sql; using Parley.Testing; using Microsoft.Extensions.DependencyInjection; using Microsoft.Extensions.Logging; using Xunit;\n";

    /// <summary>What a fragment may use, unless it declares the name itself.</summary>
    private static readonly (string Type, string Name)[] AtHand =
    [
        ("ParleyApplicationBuilder", "builder"),
        ("ParleyApplication", "app"),
        ("SipContext", "context"),
        ("Dialog", "dialog"),
        ("IDialogApi", "dialogs"),
    ];

    private static readonly CSharpParseOptions Parsing = CSharpParseOptions
        .Default.WithLanguageVersion(LanguageVersion.Latest)
        .WithFeatures([new KeyValuePair<string, string>("FileBasedProgram", "true")]);

    private static readonly List<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static f => !Path.GetFileName(f).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(static f => MetadataReference.CreateFromFile(f)),
    ];

    /// <summary>What a block is.</summary>
    public static SnippetKind KindOf(string code)
    {
        CompilationUnitSyntax unit = SyntaxFactory.ParseCompilationUnit(code, options: Parsing);
        if (!unit.Members.OfType<GlobalStatementSyntax>().Any())
            return SnippetKind.Types;
        if (unit.DescendantNodes().OfType<IdentifierNameSyntax>().Any(static n => n.Identifier.Text is "CreateBuilder"))
            return SnippetKind.Application;
        return unit.Usings.Count > 0 ? SnippetKind.Program : SnippetKind.Fragment;
    }

    /// <summary>Compiles a block, with the types that other blocks of its page declare.</summary>
    /// <param name="snippet">The block.</param>
    /// <param name="page">All C# blocks of the page.</param>
    /// <param name="run">Replaces what would reach out of the test: sockets, the clock, HTTP.</param>
    /// <param name="errors">One line each, with the line of the page; warnings are errors too.</param>
    /// <returns>The assembly; null when there are errors.</returns>
    public static Assembly? Compile(Snippet snippet, IEnumerable<Snippet> page, bool run, out IReadOnlyList<string> errors)
    {
        SnippetKind kind = KindOf(snippet.Text);
        List<SyntaxTree> trees = [CSharpSyntaxTree.ParseText(ImplicitUsings, Parsing)];
        foreach (Snippet other in page.Where(o => o.Line != snippet.Line && KindOf(o.Text) == SnippetKind.Types))
            trees.Add(Tree(other.Text, other, run));
        trees.Add(Tree(Whole(snippet.Text, kind), snippet, run));
        var options = new CSharpCompilationOptions(
            kind is SnippetKind.Application or SnippetKind.Program ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: NullableContextOptions.Enable
        );
        string name = $"Snippet_{snippet.Page.Replace('/', '_')}_{snippet.Line}_{Guid.NewGuid():N}";
        CSharpCompilation compilation = CSharpCompilation.Create(name, trees, References, options);
        errors =
        [
            .. compilation
                .GetDiagnostics()
                .Where(static d => d.Severity >= DiagnosticSeverity.Warning && d.Id != "CS1701") // versions of the framework's own references
                .Select(static d =>
                    $"{d.Location.GetMappedLineSpan().Path}:{d.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {d.Id} {d.GetMessage()}"
                ),
        ];
        if (errors.Count > 0)
            return null;
        using var image = new MemoryStream();
        compilation.Emit(image);
        return Assembly.Load(image.ToArray());
    }

    private static SyntaxTree Tree(string code, Snippet snippet, bool run)
    {
        // The lines of the page in every message.
        string mapped = code.StartsWith("#:", StringComparison.Ordinal) ? code : $"#line {snippet.Line + 1} \"{snippet.Page}\"\n{code}";
        SyntaxTree tree = CSharpSyntaxTree.ParseText(mapped, Parsing, snippet.Page);
        return run ? tree.WithRootAndOptions(new SimulationRewriter().Visit(tree.GetRoot()), Parsing) : tree;
    }

    private static string Whole(string code, SnippetKind kind)
    {
        if (kind != SnippetKind.Fragment)
            return code;
        SyntaxNode unit = SyntaxFactory.ParseCompilationUnit(code, options: Parsing);
        var declared = unit.DescendantNodes()
            .OfType<VariableDeclaratorSyntax>()
            .Select(static v => v.Identifier.Text)
            .Concat(unit.DescendantNodes().OfType<ParameterSyntax>().Select(static p => p.Identifier.Text))
            .ToHashSet(StringComparer.Ordinal);
        string parameters = string.Join(", ", AtHand.Where(a => !declared.Contains(a.Name)).Select(static a => $"{a.Type} {a.Name}"));
        return $"{FragmentUsings.Trim()} static class Fragment {{ static async Task Run({parameters}) {{ await Task.Yield(); {code}}} }}";
    }
}
