using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary><c>/api/v1/profiles</c>: sizes, values with the most dialogs, limits.</summary>
internal sealed class ProfileEndpoints(ILoggerFactory loggers, IDialogApi? dialogs = null) : IManagementEndpoints
{
    internal static readonly ApiProblem NoProfile = ApiProblem.NotFound("There is no such profile.");

    private const string Path = ApiRoutes.Prefix + "/profiles";
    private const int DefaultTop = 20;
    private const int MostTop = 1000;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (dialogs is null)
            return;
        var routes = new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"));
        routes.Map(
            "GET",
            Path,
            new ApiOperation("listProfiles", "The profiles, with their sizes and limits.")
            {
                Result = ApiJson.Default.IReadOnlyListApiProfile,
            },
            ListAsync
        );
        routes.Map(
            "GET",
            Path + "/{name}",
            new ApiOperation("getProfile", "One profile, with the values that most dialogs have.")
            {
                Parameters = [new ApiParameter("top", "How many values, 0 to 1000, 20 when left out.", "integer")],
                Result = ApiJson.Default.ApiProfile,
            },
            GetAsync
        );
        routes.Map(
            "PATCH",
            Path + "/{name}",
            new ApiOperation(
                "changeProfile",
                "Changes how many dialogs each value of a profile may have. Dialogs that are in it stay; a limit that code gives with each call stays too."
            )
            {
                Body = ApiJson.Default.ApiLimit,
                Result = ApiJson.Default.ApiProfile,
                Changes = true,
            },
            ChangeAsync
        );
    }

    private async ValueTask<ApiProblem?> ListAsync(ApiCall call)
    {
        IReadOnlyList<ApiProfile> profiles = [.. dialogs!.Profiles.All.Select(static profile => Of(profile, null))];
        await call.WriteAsync(profiles, ApiJson.Default.IReadOnlyListApiProfile).ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ApiProblem?> GetAsync(ApiCall call)
    {
        int top = call.Number("top", 0, MostTop) ?? DefaultTop;
        if (call.Fault is { } fault)
            return fault;
        if (dialogs!.FindProfile(call.Path("name")) is not { } profile)
            return NoProfile;
        await call.WriteAsync(Of(profile, top), ApiJson.Default.ApiProfile).ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ApiProblem?> ChangeAsync(ApiCall call)
    {
        call.Subject = $"profile={call.Path("name")}";
        if (await call.ReadAsync(ApiJson.Default.ApiLimit).ConfigureAwait(false) is not { } body)
            return call.Fault;
        if (dialogs!.FindProfile(call.Path("name")) is not { } profile)
            return NoProfile;
        call.Subject += $" limit={(body.Limit is { } limit ? $"{limit}" : "none")} before={(profile.Limit is { } old ? $"{old}" : "none")}";
        if (body.Value is not null)
            return ApiProblem.Invalid("A limit is that of all values of a profile; one of a single value cannot be set.");
        if (body.Limit is < 0 or int.MaxValue)
            return ApiProblem.Invalid("The limit is null, or a number from 0 on.");
        profile.Limit = body.Limit;
        await call.WriteAsync(Of(profile, null), ApiJson.Default.ApiProfile).ConfigureAwait(false);
        return null;
    }

    /// <summary>A profile; with its largest values when they are asked for.</summary>
    private static ApiProfile Of(DialogProfile profile, int? top)
    {
        IReadOnlyList<DialogProfileValue> values = profile.HasValue ? profile.Values() : [];
        return new ApiProfile
        {
            Name = profile.Name,
            HasValue = profile.HasValue,
            Sharing = profile.Sharing switch
            {
                ProfileSharing.Shared => "shared",
                ProfileSharing.Replicated => "replicated",
                _ => "own",
            },
            Size = profile.Size(),
            Limit = profile.Limit,
            Values = values.Count,
            Top = top is { } most ? Largest(values, most, profile.Limit) : null,
        };
    }

    /// <summary>The largest first, those of one size by their text.</summary>
    private static List<ApiTopValue> Largest(IReadOnlyList<DialogProfileValue> values, int most, int? limit)
    {
        var queue = new PriorityQueue<DialogProfileValue, DialogProfileValue>(
            Comparer<DialogProfileValue>.Create(
                static (a, b) => a.Count != b.Count ? a.Count.CompareTo(b.Count) : b.Utf8.Span.SequenceCompareTo(a.Utf8.Span)
            )
        );
        foreach (DialogProfileValue value in values)
        {
            if (queue.Count < most)
                queue.Enqueue(value, value);
            else if (most > 0)
                queue.EnqueueDequeue(value, value);
        }

        var list = new List<ApiTopValue>(queue.Count);
        while (queue.TryDequeue(out DialogProfileValue value, out _))
            list.Add(new ApiTopValue(value.Text, value.Count, limit));
        list.Reverse();
        return list;
    }
}
