using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary><c>/api/v1/hep</c>: what goes out by HEP, read and changed at run time.</summary>
internal sealed class HepEndpoints(HepService hep, ILoggerFactory loggers) : IManagementEndpoints
{
    private const string Path = ApiRoutes.Prefix + "/hep";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var routes = new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"));
        routes.Map(
            "GET",
            Path,
            new ApiOperation("getHep", "What goes out by HEP and comes in.") { Result = HepJson.Default.HepState },
            async call =>
            {
                await call.WriteAsync(State(), HepJson.Default.HepState).ConfigureAwait(false);
                return null;
            }
        );
        routes.Map(
            "PATCH",
            Path,
            new ApiOperation("changeHep", "Changes the mode, and which calls are chosen in the mode selected.")
            {
                Body = HepJson.Default.HepPatch,
                Result = HepJson.Default.HepState,
                Changes = true,
            },
            ChangeAsync
        );
    }

    private async ValueTask<ApiProblem?> ChangeAsync(ApiCall call)
    {
        HepPatch? patch = await call.ReadAsync(HepJson.Default.HepPatch).ConfigureAwait(false);
        if (call.Fault is { } fault)
            return fault;
        foreach ((string action, IReadOnlyList<string>? callIds, IReadOnlyList<string>? users) in patch!.Lists)
        {
            foreach (string callId in callIds ?? [])
            {
                if (HepChange.Choose(hep, action, callId, null) is { } bad)
                    return ApiProblem.Invalid(bad + ".");
            }

            foreach (string user in users ?? [])
            {
                if (HepChange.Choose(hep, action, null, user) is { } bad)
                    return ApiProblem.Invalid(bad + ".");
            }
        }

        if (patch.Mode is { } mode && HepChange.Mode(hep, mode) is { } wrong)
            return ApiProblem.Invalid(wrong + ".");
        call.Subject = $"mode={HepChange.NameOf(hep.Export.Mode)}";
        await call.WriteAsync(State(), HepJson.Default.HepState).ConfigureAwait(false);
        return null;
    }

    private HepState State() =>
        new()
        {
            Mode = HepChange.NameOf(hep.Export.Mode),
            Target = hep.Target.Length == 0 ? null : hep.Target,
            CallIds = [.. hep.Export.Selection.CallIds],
            Users = [.. hep.Export.Selection.Users],
            Sent = hep.Sent,
            Dropped = hep.Dropped,
            Received = hep.Receivers.Sum(static r => r.Received),
            Refused = hep.Receivers.Sum(static r => r.Refused),
        };
}

internal sealed record HepState
{
    /// <summary>off, all, selected.</summary>
    public required string Mode { get; init; }
    public string? Target { get; init; }
    public required IReadOnlyList<string> CallIds { get; init; }
    public required IReadOnlyList<string> Users { get; init; }
    public required long Sent { get; init; }
    public required long Dropped { get; init; }
    public required long Received { get; init; }
    public required long Refused { get; init; }
}

internal sealed record HepPatch
{
    public string? Mode { get; init; }
    public IReadOnlyList<string>? AddCallIds { get; init; }
    public IReadOnlyList<string>? RemoveCallIds { get; init; }
    public IReadOnlyList<string>? AddUsers { get; init; }
    public IReadOnlyList<string>? RemoveUsers { get; init; }

    [JsonIgnore]
    internal IEnumerable<(string Action, IReadOnlyList<string>? CallIds, IReadOnlyList<string>? Users)> Lists =>
        [("remove", RemoveCallIds, RemoveUsers), ("add", AddCallIds, AddUsers)];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(HepState))]
[JsonSerializable(typeof(HepPatch))]
internal sealed partial class HepJson : JsonSerializerContext;
