using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Management;

// What the API sends and takes, for its document, for short results and for clients. Long lists are written by hand (DialogJson); a test holds both together.

internal record ApiDialog
{
    public required string Id { get; init; }
    public required string CallId { get; init; }

    /// <summary>unconfirmed, early, confirmedNoAck, confirmed, ended.</summary>
    public required string State { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required string FromTag { get; init; }
    public string? ToTag { get; init; }
    public string? Caller { get; init; }
    public string? Callee { get; init; }
    public string? Listener { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? Answered { get; init; }
    public long? DurationMs { get; init; }
    public required IReadOnlyList<ApiMembership> Profiles { get; init; }
    public required IReadOnlyList<string> Abnormal { get; init; }
    public required string Node { get; init; }
}

internal sealed record ApiDialogDetail : ApiDialog
{
    public required IReadOnlyList<ApiLeg> Legs { get; init; }
    public required IReadOnlyDictionary<string, JsonElement> Values { get; init; }
    public required IReadOnlyList<string> Flags { get; init; }
    public required IReadOnlyList<ApiTimer> Timers { get; init; }
    public required long LifetimeMs { get; init; }
    public DateTimeOffset? Expires { get; init; }
    public string? Reason { get; init; }
}

internal sealed record ApiMembership(string Name, string? Value);

internal sealed record ApiLeg
{
    public required string Role { get; init; }
    public required string Tag { get; init; }
    public string? Contact { get; init; }
    public required IReadOnlyList<string> RouteSet { get; init; }
    public required uint Cseq { get; init; }
    public string? Socket { get; init; }
    public string? Flow { get; init; }
    public string? Sdp { get; init; }
    public required bool Answered { get; init; }
    public required bool Over { get; init; }
}

internal sealed record ApiTimer(string Name, DateTimeOffset Due);

internal sealed record ApiDialogList(IReadOnlyList<ApiDialog> Items, string? Next, long Total);

internal sealed record ApiCallerInfo(string Name, string Role);

internal sealed record ApiEnd
{
    public string? Reason { get; init; }
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}

internal sealed record ApiHealth
{
    public required string Status { get; init; }
    public required IReadOnlyList<string> Faults { get; init; }
    public required string Version { get; init; }
    public required string Node { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required bool Draining { get; init; }
    public required IReadOnlyList<string> Listeners { get; init; }
    public required IReadOnlyList<ApiStore> Stores { get; init; }
}

internal sealed record ApiStore(string Name, long Queue, long OldestMs, bool Available);

internal sealed record ApiNothing;

internal sealed record ApiExtension
{
    /// <summary>Seconds, above zero.</summary>
    public required double Seconds { get; init; }
}

internal sealed record ApiLifetime(long LifetimeMs, DateTimeOffset? Expires);

internal sealed record ApiValue
{
    /// <summary>A text or a whole number.</summary>
    public required JsonElement Value { get; init; }
}

internal sealed record ApiProfileValue
{
    public string? Value { get; init; }
}

internal sealed record ApiProfile
{
    public required string Name { get; init; }
    public required bool HasValue { get; init; }

    /// <summary>own, shared or replicated.</summary>
    public required string Sharing { get; init; }
    public required int Size { get; init; }
    public int? Limit { get; init; }
    public required int Values { get; init; }
    public IReadOnlyList<ApiTopValue>? Top { get; init; }
}

internal sealed record ApiTopValue(string Value, int Size, int? Limit);

internal sealed record ApiLimit
{
    /// <summary>How many dialogs one value may have; null: no limit.</summary>
    public required int? Limit { get; init; }

    /// <summary>A limit of one value alone: not known here, refused.</summary>
    public string? Value { get; init; }
}

internal sealed record ApiRegistration(string Aor, IReadOnlyList<ApiContact> Contacts);

internal sealed record ApiContact
{
    public required string Uri { get; init; }

    /// <summary>Left out: it never ends.</summary>
    public DateTimeOffset? Expires { get; init; }
    public required double Q { get; init; }
    public string? Received { get; init; }
    public string? Socket { get; init; }
    public required bool Flow { get; init; }
    public string? UserAgent { get; init; }
    public string? Instance { get; init; }
    public required string CallId { get; init; }
    public required IReadOnlyList<string> Path { get; init; }
}

internal sealed record ApiRegistrationList(IReadOnlyList<ApiRegistration> Items, string? Next, long Total);

internal sealed record ApiLogin
{
    public required string Token { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false,
    Converters = [typeof(ApiTime)]
)]
[JsonSerializable(typeof(ApiDialogDetail))]
[JsonSerializable(typeof(ApiDialogList))]
[JsonSerializable(typeof(ApiCallerInfo))]
[JsonSerializable(typeof(ApiHealth))]
[JsonSerializable(typeof(ApiEnd))]
[JsonSerializable(typeof(ApiNothing))]
[JsonSerializable(typeof(ApiExtension))]
[JsonSerializable(typeof(ApiLifetime))]
[JsonSerializable(typeof(ApiValue))]
[JsonSerializable(typeof(ApiProfileValue))]
[JsonSerializable(typeof(ApiProfile))]
[JsonSerializable(typeof(IReadOnlyList<ApiProfile>))]
[JsonSerializable(typeof(ApiLimit))]
[JsonSerializable(typeof(ApiRegistrationList))]
[JsonSerializable(typeof(ApiRegistration))]
[JsonSerializable(typeof(ApiLogin))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>))]
internal sealed partial class ApiJson : JsonSerializerContext;
