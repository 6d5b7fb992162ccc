using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Parley.House.Tests.Circles;

/// <summary>C# sources with their meaning: which type each name in them refers to.</summary>
internal sealed class SourceTree
{
    /// <summary>What ImplicitUsings adds to each project.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.None);

    private readonly CSharpCompilation _compilation;
    private readonly Func<string, string> _assemblyOf;
    private int _names;
    private int _unresolved;

    private SourceTree(IEnumerable<SyntaxTree> trees, Func<string, string> assemblyOf)
    {
        _assemblyOf = assemblyOf;
        // All packages that src uses are packages of this test too, so the loaded platform has all references.
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        _compilation = CSharpCompilation.Create(
            "House",
            [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings, ParseOptions)],
            references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Disable
            )
        );
    }

    /// <summary>Share of names whose meaning was not found: what generators write, and nothing else.</summary>
    public double UnresolvedShare => (double)_unresolved / Math.Max(1, _names);

    /// <summary>All assemblies of src, as one compilation.</summary>
    public static SourceTree OfRepository() =>
        new(
            Repository
                .CSharpFiles("src")
                .AsParallel()
                .AsOrdered()
                .Select(file =>
                    CSharpSyntaxTree.ParseText(File.ReadAllText(file), ParseOptions, Path.GetRelativePath(Repository.Root, file))
                ),
            path => path.Split('/', '\\')[1]
        );

    /// <summary>One source text, for the tests of the detector.</summary>
    public static SourceTree OfText(string source) => new([CSharpSyntaxTree.ParseText(source, ParseOptions, "Text.cs")], _ => "Text");

    /// <summary>Which type refers to which, by assembly. References between assemblies are left out.</summary>
    public IReadOnlyDictionary<string, TypeGraph> Graphs()
    {
        var graphs = new SortedDictionary<string, TypeGraph>(StringComparer.Ordinal);
        foreach (var references in _compilation.SyntaxTrees.AsParallel().AsOrdered().Select(ReferencesIn))
        {
            foreach (var (from, to, place) in references)
            {
                if (!graphs.TryGetValue(from.Assembly, out var graph))
                    graphs.Add(from.Assembly, graph = new TypeGraph());
                graph.AddType(from.Name);
                if (to is { } target && target.Assembly == from.Assembly)
                    graph.AddReference(from.Name, target.Name, place);
            }
        }
        return graphs;
    }

    private List<(Node From, Node? To, string Place)> ReferencesIn(SyntaxTree tree)
    {
        var found = new List<(Node, Node?, string)>();
        var model = _compilation.GetSemanticModel(tree);
        foreach (var declaration in OutermostTypes(tree.GetRoot()))
        {
            if (model.GetDeclaredSymbol(declaration) is not INamedTypeSymbol type || NodeOf(type) is not { } from)
                continue;
            found.Add((from, null, ""));
            foreach (var name in declaration.DescendantNodes(n => n is not AttributeListSyntax).Where(CanRefer))
            {
                if (TargetOf(model, name) is { } to && to != from)
                    found.Add((from, to, PlaceOf(name)));
            }
        }
        return found;
    }

    private static IEnumerable<MemberDeclarationSyntax> OutermostTypes(SyntaxNode root) =>
        root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(m => m is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static bool CanRefer(SyntaxNode node) =>
        node
            is SimpleNameSyntax
                or ImplicitObjectCreationExpressionSyntax
                or ElementAccessExpressionSyntax
                or ConstructorInitializerSyntax
                or BinaryExpressionSyntax;

    private Node? TargetOf(SemanticModel model, SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        var symbol = info.Symbol ?? (info.CandidateSymbols.IsEmpty ? null : info.CandidateSymbols[0]);
        if (node is SimpleNameSyntax { Parent: not NameColonSyntax })
        {
            Interlocked.Increment(ref _names);
            if (symbol is null && info.CandidateReason == CandidateReason.None && !node.ToString().Equals("_", StringComparison.Ordinal))
                Interlocked.Increment(ref _unresolved);
        }
        return symbol switch
        {
            INamedTypeSymbol type => NodeOf(type),
            IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction } => null,
            IMethodSymbol method => NodeOf((method.ReducedFrom ?? method).ContainingType),
            IFieldSymbol or IPropertySymbol or IEventSymbol => NodeOf(symbol.ContainingType),
            _ => null,
        };
    }

    /// <summary>The outermost type that a type lies in, if these sources declare it.</summary>
    private Node? NodeOf(INamedTypeSymbol? type)
    {
        if (type is null)
            return null;
        var outermost = type.OriginalDefinition;
        while (outermost.ContainingType is { } outer)
            outermost = outer.OriginalDefinition;
        if (outermost.DeclaringSyntaxReferences is not [var first, ..])
            return null;
        return new Node(_assemblyOf(first.SyntaxTree.FilePath), outermost.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
    }

    private static string PlaceOf(SyntaxNode node)
    {
        var place = node.GetLocation().GetLineSpan();
        return $"{place.Path}:{place.StartLinePosition.Line + 1}";
    }

    private readonly record struct Node(string Assembly, string Name);
}
