using System.Text.Json.Serialization;

namespace Parley.Crash.Host;

/// <summary>A call that the proxy has: answered, not over.</summary>
internal sealed record CrashCall(string CallId, string Did, string State, string Number, long SecondsLeft);

[JsonSerializable(typeof(List<CrashCall>))]
internal sealed partial class CrashJson : JsonSerializerContext;
