using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary><c>/api/v1/statistics</c>: all statistics by group, with the names that MI has for them.</summary>
internal sealed class StatisticEndpoints(StatisticTable table, ILoggerFactory loggers) : IManagementEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) =>
        new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management")).Map(
            "GET",
            ApiRoutes.Prefix + "/statistics",
            new ApiOperation("getStatistics", "All statistics, by group and name.")
            {
                Result = ApiJson.Default.IReadOnlyDictionaryStringIReadOnlyDictionaryStringInt64,
            },
            GetAsync
        );

    private async ValueTask<ApiProblem?> GetAsync(ApiCall call)
    {
        await call.WriteAsync(json =>
            {
                json.WriteStartObject();
                foreach (var group in table.All.GroupBy(static entry => entry.Statistic.Group))
                {
                    json.WriteStartObject(group.Key);
                    foreach (StatisticTable.Entry entry in group)
                        json.WriteNumber(entry.Statistic.Name, entry.Value);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            })
            .ConfigureAwait(false);
        return null;
    }
}
