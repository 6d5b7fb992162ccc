using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Parley.House.Tests.LogEvents;

/// <summary>An event that a method marked with LoggerMessage writes to the log.</summary>
/// <param name="Id">Its event id; null when the attribute does not give one as a plain number.</param>
/// <param name="Level">The name of its level.</param>
/// <param name="Message">Its message, with the names of its values in braces.</param>
/// <param name="Place">File and line.</param>
internal sealed partial record LogEvent(int? Id, string Level, string Message, string Place)
{
    /// <summary>The line of the table in docs/reference/log-events.md, but for the last column.</summary>
    public string Row => $"| {Id} | {Level} | {Message.Replace("|", "\\|", StringComparison.Ordinal)} |";

    /// <summary>The events of all sources below src.</summary>
    public static IReadOnlyList<LogEvent> OfRepository() =>
        [.. Repository.CSharpFiles("src").SelectMany(f => In(File.ReadAllText(f), Path.GetRelativePath(Repository.Root, f)))];

    /// <summary>The events of one source text.</summary>
    public static IEnumerable<LogEvent> In(string source, string file)
    {
        if (!source.Contains("LoggerMessage", StringComparison.Ordinal))
            return [];
        var root = CSharpSyntaxTree.ParseText(source).GetRoot();
        return root.DescendantNodes().OfType<AttributeSyntax>().Where(a => MarkName().IsMatch(a.Name.ToString())).Select(a => Of(a, file));
    }

    private static LogEvent Of(AttributeSyntax mark, string file)
    {
        int? id = null;
        var level = "";
        var message = "";
        foreach (var argument in mark.ArgumentList?.Arguments ?? [])
        {
            switch (argument.Expression)
            {
                case LiteralExpressionSyntax { Token.Value: int number }:
                    id = number;
                    break;
                case MemberAccessExpressionSyntax { Expression: var of, Name: var name }
                    when of.ToString().EndsWith("LogLevel", StringComparison.Ordinal):
                    level = name.ToString();
                    break;
                default:
                    message += string.Concat(
                        argument.Expression.DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>().Select(l => l.Token.Value as string)
                    );
                    break;
            }
        }
        return new LogEvent(id, level, message, $"{file}:{mark.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");
    }

    [GeneratedRegex(@"(^|\.)LoggerMessage(Attribute)?$")]
    private static partial Regex MarkName();
}
