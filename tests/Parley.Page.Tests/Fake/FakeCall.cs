using System.Text.Json.Nodes;

namespace Parley.Page.Tests.Fake;

/// <summary>A call of the prepared server.</summary>
internal sealed class FakeCall
{
    public required string Id { get; init; }

    public required string CallId { get; init; }

    public string State { get; set; } = "confirmed";

    public required string From { get; init; }

    public required string To { get; init; }

    public string Caller { get; init; } = "192.0.2.10:5060";

    public string Callee { get; init; } = "198.51.100.20:5060";

    public DateTimeOffset Created { get; init; } = DateTimeOffset.UtcNow;

    public DateTimeOffset? Answered { get; set; }

    public DateTimeOffset? Ended { get; set; }

    public int? Status { get; set; }

    public string? Line { get; set; }

    public string[] Abnormal { get; set; } = [];

    public (string Name, string? Value)[] Profiles { get; init; } = [];

    public JsonArray Entries { get; init; } = [];

    public bool Matches(string word) =>
        word.Contains('=', StringComparison.Ordinal)
            ? Profiles.Any(p => $"{p.Name}={p.Value}" == word)
            : new[] { Id, CallId, From, To, Caller, Callee }.Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    public JsonObject Summary()
    {
        var json = Brief();
        json["callId"] = CallId;
        json["fromTag"] = "a" + Id;
        json["toTag"] = "b" + Id;
        json["caller"] = Caller;
        json["callee"] = Callee;
        json["listener"] = "udp:192.0.2.1:5060";
        json["durationMs"] = (long)(DateTimeOffset.UtcNow - (Answered ?? Created)).TotalMilliseconds;
        json["node"] = "parley-1";
        if (Answered is { } answered)
            json["answered"] = Time(answered);
        json["profiles"] = new JsonArray([
            .. Profiles.Select(p =>
                p.Value is null ? new JsonObject { ["name"] = p.Name } : new JsonObject { ["name"] = p.Name, ["value"] = p.Value }
            ),
        ]);
        return json;
    }

    public JsonObject Brief() =>
        new()
        {
            ["id"] = Id,
            ["state"] = State,
            ["from"] = From,
            ["to"] = To,
            ["created"] = Time(Created),
            ["abnormal"] = new JsonArray([.. Abnormal.Select(static a => JsonValue.Create(a))]),
        };

    public JsonObject Detail()
    {
        var json = Summary();
        json["legs"] = new JsonArray(Leg("caller", "a" + Id, From, Caller), Leg("callee", "b" + Id, To, Callee));
        json["values"] = new JsonObject { ["account"] = "4711", ["tries"] = 2 };
        json["flags"] = new JsonArray("recorded");
        json["timers"] = new JsonArray(
            new JsonObject { ["name"] = "lifetime", ["due"] = Time(DateTimeOffset.UtcNow.AddHours(2)) },
            new JsonObject { ["name"] = "ping", ["due"] = Time(DateTimeOffset.UtcNow.AddSeconds(21)) }
        );
        json["lifetimeMs"] = 7_200_000;
        json["expires"] = Time(DateTimeOffset.UtcNow.AddHours(2));
        return json;
    }

    public JsonObject Recorded(bool withEntries)
    {
        var json = new JsonObject
        {
            ["callId"] = CallId,
            ["id"] = Id,
            ["from"] = From,
            ["to"] = To,
            ["started"] = Time(Created),
            ["line"] = Line,
            ["abnormal"] = new JsonArray([.. Abnormal.Select(static a => JsonValue.Create(a))]),
        };
        if (Answered is { } answered)
            json["answered"] = Time(answered);
        if (Ended is { } ended)
            json["ended"] = Time(ended);
        if (Status is { } status)
            json["status"] = status;
        if (withEntries)
        {
            json["participants"] = new JsonArray(Caller, "parley", Callee);
            json["entries"] = Entries.DeepClone();
        }

        return json;
    }

    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject Leg(string role, string tag, string uri, string place) =>
        new()
        {
            ["role"] = role,
            ["tag"] = tag,
            ["contact"] = uri,
            ["routeSet"] = new JsonArray("sip:192.0.2.1;lr"),
            ["cseq"] = 1,
            ["socket"] = "udp:192.0.2.1:5060",
            ["flow"] = place,
            ["sdp"] = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0\r\n",
        };
}
