using Parley.Management;

namespace Parley.Server.Configuration;

/// <summary>One entry of <c>Management:Events:Webhooks</c>.</summary>
internal sealed class WebhookConfiguration
{
    public string? Url { get; set; }

    /// <summary>Which kinds; empty: those of calls.</summary>
    public IReadOnlyList<EventKinds> Kinds { get; set; } = [];

    public string? Secret { get; set; }

    public string? SecretFile { get; set; }

    public string? SecretEnvironment { get; set; }

    public TimeSpan Timeout { get; set; } = new WebhookOptions().Timeout;

    public int Concurrency { get; set; } = new WebhookOptions().Concurrency;

    /// <summary>The secret, wherever it stands; empty without one. Null and a mistake when it cannot be read.</summary>
    public string? ReadSecret(out string mistake)
    {
        mistake = "";
        if (SecretFile is not null)
        {
            try
            {
                return File.ReadAllText(SecretFile).Trim();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                mistake = error.Message.ReplaceLineEndings(" ");
                return null;
            }
        }

        if (SecretEnvironment is null)
            return Secret ?? "";
        if (Environment.GetEnvironmentVariable(SecretEnvironment) is { Length: > 0 } secret)
            return secret;
        mistake = $"there is no environment variable {SecretEnvironment}";
        return null;
    }

    /// <summary>For the application; its secret has been found readable.</summary>
    public WebhookOptions ToOptions() =>
        new()
        {
            Url = new Uri(Url!),
            Kinds = Kinds.Aggregate(EventKinds.None, static (all, kind) => all | kind) is not EventKinds.None and var kinds
                ? kinds
                : EventKinds.Calls,
            Secret = ReadSecret(out _) ?? "",
            Timeout = Timeout,
            Concurrency = Concurrency,
        };
}
