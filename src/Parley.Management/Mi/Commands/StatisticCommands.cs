using Parley.Hosting;

namespace Parley.Management;

/// <summary><c>get_statistics</c>, <c>list_statistics</c>, <c>reset_statistics</c>.</summary>
internal sealed class StatisticCommands(StatisticTable table) : IMiCommandSource
{
    private const string Module = "statistics";
    private static readonly MiResult NotFound = MiResult.Error(404, "Statistics Not Found");
    private static readonly MiParameter Names = MiParameter.List("statistics");

    public IEnumerable<MiCommand> Commands =>
        [
            new(Module, "get", (arguments, _) => ValueTask.FromResult(Get(arguments)))
            {
                Aliases = ["get_statistics"],
                ParameterSets =
                [
                    [Names],
                ],
                Help = "The values of statistics: of all, of a group (with a colon behind it), or by name.",
            },
            new(Module, "list", (arguments, _) => ValueTask.FromResult(List(arguments)))
            {
                Aliases = ["list_statistics"],
                ParameterSets =
                [
                    [],
                    [Names],
                ],
                Help = "The statistics that there are, and which of them only grow.",
            },
            new(Module, "reset", (arguments, _) => ValueTask.FromResult(Reset(arguments)))
            {
                Aliases = ["reset_statistics"],
                ParameterSets =
                [
                    [Names],
                ],
                Changes = true,
                Help = "Counts statistics from zero again; those that are states of the moment stay.",
            },
            new(Module, "reset_all", (_, _) => ValueTask.FromResult(ResetAll()))
            {
                Aliases = ["reset_all_statistics"],
                Changes = true,
                Help = "Counts all statistics from zero again; those that are states of the moment stay.",
            },
        ];

    private MiResult Get(MiArguments arguments)
    {
        List<StatisticTable.Entry> named = Named(arguments);
        return named.Count == 0
            ? NotFound
            : MiResult.Json(json =>
            {
                json.WriteStartObject();
                foreach (StatisticTable.Entry entry in named)
                    json.WriteNumber(entry.Name, entry.Value);
                json.WriteEndObject();
            });
    }

    private MiResult List(MiArguments arguments)
    {
        IReadOnlyList<StatisticTable.Entry> named = arguments.Count == 0 ? table.All : Named(arguments);
        return named.Count == 0
            ? NotFound
            : MiResult.Json(json =>
            {
                json.WriteStartObject();
                foreach (StatisticTable.Entry entry in named)
                    json.WriteString(entry.Name, entry.Statistic.IsCounter ? "incremental" : "non-incremental");
                json.WriteEndObject();
            });
    }

    private MiResult Reset(MiArguments arguments)
    {
        List<StatisticTable.Entry> named = Named(arguments);
        foreach (StatisticTable.Entry entry in named)
            entry.Reset();
        return named.Count == 0 ? NotFound : MiResult.Ok;
    }

    private MiResult ResetAll()
    {
        foreach (StatisticTable.Entry entry in table.All)
            entry.Reset();
        return MiResult.Ok;
    }

    /// <summary>Each once, in the order asked for.</summary>
    private List<StatisticTable.Entry> Named(MiArguments arguments) => [.. arguments.List("statistics").SelectMany(table.Named).Distinct()];
}
