using Parley.Management;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private const string KindNames =
        "`call` for the three of calls, `all`, or one of `dialog`, `call.started`, `call.answered`, `call.ended`, `limit.hit`, `ping.failed`, `registration`, `authentication.failed`, `ban`, `store`, `node`";

    private static GroupSetting<ServerConfiguration> Events =>
        new(
            "Events",
            "What happens, as a stream at `/api/v1/events`, as webhooks, and as datagrams for `event_subscribe`.",
            [
                Number(
                    "StreamHistory",
                    "How many events the stream keeps for readers that come back (Last-Event-ID), in 16 MB at most.",
                    c => c.Management.Options.Events.StreamHistory,
                    (c, v) => c.Management.Options.Events.StreamHistory = v,
                    1,
                    1_000_000
                ),
                Number(
                    "MaxStreams",
                    "How many may read the stream at once; further ones get 503.",
                    c => c.Management.Options.Events.MaxStreams,
                    (c, v) => c.Management.Options.Events.MaxStreams = v,
                    1,
                    10_000
                ),
                new ObjectListSetting<ServerConfiguration, WebhookConfiguration>(
                    "Webhooks",
                    "Where events are posted to.",
                    "One target of webhooks. Each event is posted as CloudEvents JSON until the target takes it; those of one call in order.",
                    c => c.Management.Webhooks,
                    (c, v) => c.Management.Webhooks = v,
                    Webhook,
                    CheckWebhook,
                    "none"
                ),
                new PathSetting<ServerConfiguration>(
                    "QueueDirectory",
                    "Where events wait for their webhooks, over a restart too.",
                    c => c.Management.Options.Events.QueueDirectory is { Length: > 0 } path ? path : null,
                    (c, v) => c.Management.Options.Events.QueueDirectory = v ?? "",
                    "/var/lib/parley/webhooks",
                    "`webhooks` in the state directory"
                ),
                Scaled(
                    "QueueSize",
                    "How much may wait for each target; what comes then is dropped and counted. MB.",
                    1 << 20,
                    c => c.Management.Options.Events.QueueSize,
                    (c, v) => c.Management.Options.Events.QueueSize = v,
                    1,
                    1_000_000
                ),
                new ListSetting<ServerConfiguration, System.Net.IPNetwork>(
                    "SubscriberNetworks",
                    "Where datagrams of `event_subscribe` may go.",
                    c => [.. c.Management.Options.Events.SubscriberNetworks],
                    (c, v) =>
                    {
                        c.Management.Options.Events.SubscriberNetworks.Clear();
                        foreach (var network in v)
                            c.Management.Options.Events.SubscriberNetworks.Add(network);
                    },
                    HostText.TryNetwork,
                    Network,
                    ["192.0.2.0/24"],
                    isDistinct: true,
                    "this machine"
                ),
                new ChoiceSetting<ServerConfiguration, EventDatagramFormat>(
                    "DatagramFormat",
                    "What they look like. JsonRpc: as from OpenSIPS 3.1 on. Text: as up to 3.0.",
                    c => c.Management.Options.Events.DatagramFormat,
                    (c, v) => c.Management.Options.Events.DatagramFormat = v,
                    ("JsonRpc", EventDatagramFormat.JsonRpc),
                    ("Text", EventDatagramFormat.Text)
                ),
            ]
        );

    private static Setting<WebhookConfiguration>[] Webhook =>
        [
            new TextSetting<WebhookConfiguration>(
                "Url",
                "Where to. A certificate is verified; redirects are not followed.",
                w => w.Url,
                (w, v) => w.Url = v,
                "a URL of http or https without user and password",
                ["https://hooks.example.com/parley"],
                static text =>
                    System.Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "" }
            )
            {
                IsRequired = true,
            },
            new ListSetting<WebhookConfiguration, EventKinds>(
                "Kinds",
                "Which events.",
                w => w.Kinds,
                (w, v) => w.Kinds = v,
                EventsOptions.TryParseKind,
                KindNames,
                ["call.ended", "limit.hit"],
                isDistinct: true,
                "`call`"
            ),
            new TextSetting<WebhookConfiguration>(
                "Secret",
                "The key of the signature: `whsec_` and Base64, or a text.",
                w => w.Secret,
                (w, v) => w.Secret = v,
                SecretForm,
                ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
                standard: "not signed" // CheckWebhook judges it: a mistake must not show it
            ),
            new PathSetting<WebhookConfiguration>(
                "SecretFile",
                "A file that holds the secret, in place of Secret.",
                w => w.SecretFile,
                (w, v) => w.SecretFile = v,
                "/etc/parley/webhook.secret"
            ),
            new TextSetting<WebhookConfiguration>(
                "SecretEnvironment",
                "An environment variable that holds the secret, in place of Secret.",
                w => w.SecretEnvironment,
                (w, v) => w.SecretEnvironment = v,
                "the name of an environment variable",
                ["PARLEY_WEBHOOK_SECRET"]
            ),
            new SecondsSetting<WebhookConfiguration>(
                "Timeout",
                "How long the target may take for an event.",
                w => w.Timeout,
                (w, v) => w.Timeout = v ?? new WebhookOptions().Timeout,
                0.1,
                Hour
            ),
            new NumberSetting<WebhookConfiguration>(
                "Concurrency",
                "How many events may be on their way at once; those of one call never are.",
                w => w.Concurrency,
                (w, v) => w.Concurrency = (int)v,
                1,
                64
            ),
        ];

    private const string SecretForm = "16 bytes or more, as `whsec_` and Base64 or as a text";

    private static void CheckWebhook(SectionReader reader, WebhookConfiguration webhook)
    {
        string[] given = [.. new[] { "Secret", "SecretFile", "SecretEnvironment" }.Where(reader.Has)];
        if (given.Length > 1)
            reader.Refuse(given[1], $"has no effect beside {given[0]}; give one of them");
        else if (given.Length == 1 && !reader.HasErrorAt(given[0]))
        {
            if (webhook.ReadSecret(out var mistake) is not { } secret)
                reader.Refuse(given[0], mistake);
            else if (!WebhookOptions.IsSecret(secret))
                reader.Refuse(given[0], "what it holds is no secret; give " + SecretForm); // not the secret itself
        }
    }
}
