using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Parley.Documents.Tests;

/// <summary>
/// The four places where a snippet reaches out of the test go to <see cref="SimulatedProgram"/>: the builder, Build (its listeners become a host of the
/// simulated network), Run, and the HTTP client. Everything else runs as it stands on the page.
/// </summary>
internal sealed class SimulationRewriter : CSharpSyntaxRewriter
{
    private const string Simulated = "global::Parley.Documents.Tests.SimulatedProgram.";

    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        var visited = (InvocationExpressionSyntax)base.VisitInvocationExpression(node)!;
        if (visited.Expression is not MemberAccessExpressionSyntax member)
            return visited;
        string name = member.Name.Identifier.Text;
        if (name == "CreateBuilder" && member.Expression.ToString() == "ParleyApplication")
            return Call("CreateBuilder", visited);
        if (name == "RunAsync" || (name is "Build" or "Run" && visited.ArgumentList.Arguments.Count == 0))
            return Call(name, visited, member.Expression);
        return visited;
    }

    public override SyntaxNode? VisitObjectCreationExpression(ObjectCreationExpressionSyntax node) =>
        node.Type.ToString() == "HttpClient"
            ? SyntaxFactory.ParseExpression(Simulated + "NewHttpClient()").WithTriviaFrom(node)
            : base.VisitObjectCreationExpression(node);

    private static InvocationExpressionSyntax Call(string name, InvocationExpressionSyntax original, ExpressionSyntax? argument = null)
    {
        ArgumentListSyntax arguments = argument is null
            ? original.ArgumentList
            : SyntaxFactory.ArgumentList([SyntaxFactory.Argument(argument.WithoutTrivia())]);
        return SyntaxFactory.InvocationExpression(SyntaxFactory.ParseExpression(Simulated + name), arguments).WithTriviaFrom(original);
    }
}
