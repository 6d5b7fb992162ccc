using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Registrar;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>docs/reference/mi-commands.md has every command and statistic as the code has it.</summary>
public class ReferencePageTests
{
    private const string Page = "docs/reference/mi-commands.md";

    [Fact]
    public async Task The_page_is_that_of_the_commands()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddRegistrar());
        string written = Write(
            proxy.Application.Services.GetRequiredService<MiCommandTable>(),
            proxy.Application.Services.GetRequiredService<StatisticTable>()
        );
        string file = Path.Combine(Root(), Page);
        string made = Path.Combine(Root(), "artifacts", "mi-commands.md");
        Directory.CreateDirectory(Path.GetDirectoryName(made)!);
        await File.WriteAllTextAsync(made, written);
        Assert.True(
            File.Exists(file) && await File.ReadAllTextAsync(file) == written,
            $"{Page} is not that of the code: copy {made} over it."
        );
    }

    private static string Write(MiCommandTable commands, StatisticTable statistics)
    {
        var page = new StringBuilder(
            """
            # MI commands

            How they are called: [management](../operations/management.md). A test compares this page with the code.

            A call fits one set of parameters: by name, or, where no set has the same length, by position. Commands with a star take names only. Those
            with a plus change something.


            """
        );
        foreach (IGrouping<string, MiCommand> module in commands.Commands.GroupBy(static command => command.Module))
        {
            page.Append("## Module `").Append(module.Key).Append("`\n\n| Command | 4.0 | Parameters | |\n|---|---|---|---|\n");
            foreach (MiCommand command in module)
                page.Append("| ")
                    .AppendJoin(", ", command.Aliases.DefaultIfEmpty(command.Name).Select(static name => $"`{name}`"))
                    .Append(command.NamedOnly ? " *" : "")
                    .Append(command.Changes ? " +" : "")
                    .Append(" | `")
                    .Append(command.QualifiedName)
                    .Append("` | ")
                    .Append(ParametersOf(command))
                    .Append(" | ")
                    .Append(command.Help)
                    .Append(" |\n");
            page.Append('\n');
        }

        page.Append(
            "## Statistics\n\nThose in italics are states of the moment; the others only grow, and can be reset.\n\n| Group | Statistics |\n|---|---|\n"
        );
        foreach (IGrouping<string, StatisticTable.Entry> group in statistics.All.GroupBy(static entry => entry.Statistic.Group))
            page.Append("| `")
                .Append(group.Key)
                .Append(":` | ")
                .AppendJoin(
                    ", ",
                    group.Select(static entry => entry.Statistic.IsCounter ? $"`{entry.Statistic.Name}`" : $"*`{entry.Statistic.Name}`*")
                )
                .Append(" |\n");
        return page.ToString();
    }

    /// <summary>The sets, or of many the parameters that may be left out in brackets.</summary>
    private static string ParametersOf(MiCommand command)
    {
        IReadOnlyList<IReadOnlyList<MiParameter>> sets = command.ParameterSets;
        if (sets.Count <= 4)
            return string.Join("; ", sets.Select(static set => set.Count == 0 ? "none" : string.Join(", ", set.Select(TextOf))));
        IReadOnlyList<MiParameter> longest = sets.MaxBy(static set => set.Count)!;
        return string.Join(", ", longest.Select(p => sets.All(set => set.Contains(p)) ? TextOf(p) : $"[{TextOf(p)}]"));
    }

    private static string TextOf(MiParameter parameter) =>
        parameter.Kind switch
        {
            MiParameterKind.Number => $"`{parameter.Name}` (number)",
            MiParameterKind.List => $"`{parameter.Name}` (array)",
            _ => $"`{parameter.Name}`",
        };

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath("../..", Path.GetDirectoryName(here)!);
}
