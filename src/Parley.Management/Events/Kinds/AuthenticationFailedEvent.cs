using System.Text.Json;

namespace Parley.Management;

/// <summary><c>authentication.failed</c>: credentials came and were refused. Published where that happens; it carries no secret.</summary>
/// <param name="source">Where they came from: <c>udp:192.0.2.7:5060</c>, <c>192.0.2.7</c>.</param>
/// <param name="user">The name that was given; empty when it is not known.</param>
/// <param name="target">What was asked for: a SIP method, or a path of the management side.</param>
/// <param name="status">The status of the refusal, such as 401, 403 or 407.</param>
/// <param name="callId">Of a SIP request its Call-ID; null for others.</param>
public sealed class AuthenticationFailedEvent(string source, string user, string target, int status, string? callId = null)
    : ParleyEvent(EventKinds.AuthenticationFailed)
{
    /// <summary>Where they came from.</summary>
    public string Source { get; } = source;

    /// <summary>The name that was given; empty when it is not known.</summary>
    public string User { get; } = user;

    /// <summary>What was asked for.</summary>
    public string Target { get; } = target;

    /// <summary>The status of the refusal.</summary>
    public int Status { get; } = status;

    /// <inheritdoc/>
    public override string? CallId { get; } = callId;

    internal override string? Subject => Source;

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("source"u8, Source);
        Write(json, "user"u8, User);
        json.WriteString("target"u8, Target);
        json.WriteNumber("status"u8, Status);
        Write(json, "callId"u8, CallId);
        json.WriteEndObject();
    }
}
