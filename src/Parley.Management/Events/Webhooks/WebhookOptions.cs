namespace Parley.Management;

/// <summary>One target of webhooks.</summary>
public sealed class WebhookOptions
{
    /// <summary>Where events are posted to: http or https. A certificate is verified; redirects are not followed.</summary>
    public Uri? Url { get; set; }

    /// <summary>Which kinds. Default: the start, the answer and the end of calls.</summary>
    public EventKinds Kinds { get; set; } = EventKinds.Calls;

    /// <summary>
    /// The key that the signature is made with, 16 bytes or more: <c>whsec_</c> and Base64, or any other text, whose UTF-8 counts. Empty: events are not
    /// signed. It is never logged.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>How long the target may take for an event, above zero.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many events may be on the way at once, 1 to 64; those of one call never are.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>Whether a text can be <see cref="Secret"/>.</summary>
    /// <param name="text">The text.</param>
    public static bool IsSecret(string text) => WebhookSignature.TryReadKey(text, out _);

    /// <exception cref="ArgumentException">Something cannot be; the message says what.</exception>
    internal void Validate()
    {
        if (Url is not { IsAbsoluteUri: true } || Url.Scheme is not ("http" or "https"))
            throw new ArgumentException("WebhookOptions.Url is an http or https URL.", nameof(Url));
        if (Url.UserInfo.Length > 0)
            throw new ArgumentException("WebhookOptions.Url has no user and no password: events are signed.", nameof(Url));
        if ((Kinds & EventKinds.All) == EventKinds.None)
            throw new ArgumentException("WebhookOptions.Kinds has at least one kind.", nameof(Kinds));
        if (Secret.Length > 0 && !WebhookSignature.TryReadKey(Secret, out _))
            throw new ArgumentException(
                $"WebhookOptions.Secret has {WebhookSignature.LeastKey} bytes or more, and Base64 after whsec_.",
                nameof(Secret)
            );
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromHours(1))
            throw new ArgumentException("WebhookOptions.Timeout is above zero and an hour at most.", nameof(Timeout));
        if (Concurrency is < 1 or > 64)
            throw new ArgumentException("WebhookOptions.Concurrency is 1 to 64.", nameof(Concurrency));
    }
}
