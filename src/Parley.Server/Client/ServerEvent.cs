using System.Text.Json;

namespace Parley.Server.Client;

/// <summary>One event of <c>/api/v1/events</c>.</summary>
/// <param name="Kind">Such as <c>dialog</c> or <c>call.ended</c>.</param>
/// <param name="Data">Its JSON.</param>
internal sealed record ServerEvent(string Kind, JsonElement Data);
