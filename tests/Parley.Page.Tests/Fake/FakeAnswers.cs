using System.Text.Json.Nodes;

namespace Parley.Page.Tests.Fake;

/// <summary>Prepared answers of the API besides calls.</summary>
internal static class FakeAnswers
{
    private const int Points = 720;

    public static JsonObject Health(string started) =>
        new()
        {
            ["status"] = "degraded",
            ["faults"] = new JsonArray("the store of registrations is away"),
            ["version"] = "0.1.0",
            ["node"] = "parley-1",
            ["started"] = started,
            ["draining"] = false,
            ["listeners"] = new JsonArray("udp:192.0.2.1:5060", "tcp:192.0.2.1:5060", "tls:192.0.2.1:5061", "wss:192.0.2.1:8443"),
            ["stores"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "dialogs",
                    ["queue"] = 0,
                    ["oldestMs"] = 0,
                    ["available"] = true,
                },
                new JsonObject
                {
                    ["name"] = "registrations",
                    ["queue"] = 1284,
                    ["oldestMs"] = 42_000,
                    ["available"] = false,
                }
            ),
        };

    public static JsonObject Statistics() =>
        new()
        {
            ["dialog"] = new JsonObject
            {
                ["active_dialogs"] = 1284,
                ["early_dialogs"] = 61,
                ["processed_dialogs"] = 918_204,
                ["failed_dialogs"] = 40_117,
                ["expired_dialogs"] = 3,
            },
            ["tm"] = new JsonObject
            {
                ["received_replies"] = 3_401_204,
                ["relayed_replies"] = 3_401_010,
                ["local_replies"] = 91_204,
                ["inuse_transactions"] = 118,
            },
            ["core"] = new JsonObject
            {
                ["rcv_requests"] = 2_804_113,
                ["rcv_replies"] = 3_401_204,
                ["fwd_requests"] = 2_700_988,
                ["drop_requests"] = 12,
                ["err_requests"] = 7,
                ["bad_msg_hdr"] = 2,
            },
            ["usrloc"] = new JsonObject
            {
                ["registered_users"] = 412,
                ["location-contacts"] = 588,
                ["location-expires"] = 20_114,
            },
        };

    public static JsonArray Profiles(int? limit)
    {
        var trunk = new JsonObject
        {
            ["name"] = "trunk",
            ["hasValue"] = true,
            ["size"] = 309,
            ["values"] = 5,
        };
        if (limit is { } most)
            trunk["limit"] = most;
        return
        [
            trunk,
            new JsonObject
            {
                ["name"] = "customer",
                ["hasValue"] = true,
                ["size"] = 1207,
                ["values"] = 318,
            },
            new JsonObject
            {
                ["name"] = "all",
                ["hasValue"] = false,
                ["size"] = 1284,
                ["values"] = 0,
                ["limit"] = 2000,
            },
            new JsonObject
            {
                ["name"] = "recorded",
                ["hasValue"] = false,
                ["size"] = 47,
                ["values"] = 0,
            },
        ];
    }

    public static JsonObject Profile(string name, int? limit)
    {
        (string Value, int Size)[] top =
            name == "trunk"
                ? [("carrier-a", 98), ("carrier-b", 84), ("berlin", 61), ("hamburg", 41), ("munich", 25)]
                : [.. Enumerable.Range(0, 20).Select(static i => ($"customer-{1001 + (i * 7)}", 96 - (4 * i)))];
        JsonObject profile = (JsonObject)Profiles(limit).First(p => (string)p!["name"]! == name)!.DeepClone();
        profile["top"] = new JsonArray([
            .. top.Select(value =>
            {
                var json = new JsonObject { ["value"] = value.Value, ["size"] = value.Size };
                if (name == "trunk" && limit is { } most)
                    json["limit"] = most;
                return json;
            }),
        ]);
        return profile;
    }

    public static JsonObject Registrations(string part)
    {
        string[] names = ["anna", "bob", "carla", "dmitri", "eva", "farid", "greta", "henry", "ines", "jonas"];
        JsonObject[] items =
        [
            .. names
                .Where(name => name.Contains(part, StringComparison.Ordinal))
                .Select(
                    (name, i) =>
                        new JsonObject
                        {
                            ["aor"] = $"sip:{name}@office.example",
                            ["contacts"] = new JsonArray([.. Enumerable.Range(0, i % 4 == 1 ? 2 : 1).Select(n => Contact(name, i, n))]),
                        }
                ),
        ];
        return new JsonObject { ["items"] = new JsonArray([.. items]), ["total"] = 412 };
    }

    /// <summary>An hour of a working day: a morning that grows, a trunk that fails for some minutes.</summary>
    public static JsonObject Charts()
    {
        var random = new Random(7);
        double[] rate = new double[Points],
            active = new double[Points],
            ratio = new double[Points],
            p50 = new double[Points],
            busy = new double[Points],
            server = new double[Points];
        double running = 1100;
        for (int i = 0; i < Points; i++)
        {
            bool isBad = i is > 420 and < 470;
            rate[i] = Math.Round(9 + (3 * Math.Sin(i / 110.0)) + (random.NextDouble() * 1.6), 2);
            running += (random.NextDouble() - 0.48) * 14 - (isBad ? 3 : 0);
            active[i] = Math.Round(running);
            ratio[i] = Math.Round((isBad ? 0.48 : 0.71) + (random.NextDouble() * 0.05), 3);
            p50[i] = Math.Round((isBad ? 900 : 410) + (random.NextDouble() * 60));
            busy[i] = Math.Round(0.8 + random.NextDouble() * 0.5, 2);
            server[i] =
                isBad ? Math.Round(2.6 + random.NextDouble(), 2)
                : random.Next(12) == 0 ? 0.2
                : 0;
        }

        static JsonArray Of(IEnumerable<double> values) => new([.. values.Select((v, i) => i < 40 ? null : JsonValue.Create(v))]);
        return new JsonObject
        {
            ["stepMs"] = 5000,
            ["start"] = FakeCall.Time(DateTimeOffset.UtcNow.AddSeconds(-5 * Points)),
            ["series"] = new JsonObject
            {
                ["callsPerSecond"] = Of(rate),
                ["active"] = Of(active),
                ["answerRatio"] = Of(ratio),
                ["setupP50Ms"] = Of(p50),
                ["setupP95Ms"] = Of(p50.Select(static v => v * 2.2)),
                ["setupP99Ms"] = Of(p50.Select(static v => v * 3.4)),
                ["failures"] = new JsonObject { ["486"] = Of(busy), ["5xx"] = Of(server) },
            },
        };
    }

    private static JsonObject Contact(string name, int i, int n) =>
        new()
        {
            ["uri"] = $"sip:{name}@10.8.{i}.{20 + n}:5060{(n == 1 ? ";transport=tcp" : "")}",
            ["expires"] = FakeCall.Time(DateTimeOffset.UtcNow.AddSeconds(400 + (i * 173))),
            ["received"] = $"203.0.113.{40 + i}:{41000 + (i * 11)}",
            ["userAgent"] = i % 3 == 0 ? "Yealink SIP-T54W 96.86.0.100" : "baresip 1.1.0",
            ["flow"] = i % 2 == 0,
        };
}
