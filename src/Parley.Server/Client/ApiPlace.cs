using System.Net;
using Parley.Server.Commands;

namespace Parley.Server.Client;

/// <summary>The server that a command speaks to, and by which token.</summary>
/// <param name="Url">Its root, with a slash at the end.</param>
/// <param name="Token">The bearer token; null for none.</param>
/// <param name="Authority">A file of certificates in PEM that are trusted in place of the system's; null for the system's.</param>
internal sealed record ApiPlace(Uri Url, string? Token, string? Authority)
{
    /// <summary>A server on this machine with the settings of a first start.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8888";

    /// <summary>What the options say, else what the environment says (PARLEY_URL, PARLEY_TOKEN, PARLEY_TOKEN_FILE, PARLEY_CA), else a server on this machine.</summary>
    /// <exception cref="CommandException">A value cannot be used.</exception>
    public static ApiPlace Of(string? url, string? token, string? tokenFile, string? authority, Func<string, string?> environment)
    {
        var text = Given(url) ?? Given(environment("PARLEY_URL")) ?? DefaultUrl;
        if (!text.Contains("://", StringComparison.Ordinal))
            text = "http://" + text;
        if (
            !Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var root)
            || (root.Scheme != Uri.UriSchemeHttp && root.Scheme != Uri.UriSchemeHttps)
            || root.Query.Length > 0
            || root.UserInfo.Length > 0
        )
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"the address \"{text}\" cannot be used; give one such as https://pbx.example.com:8888"
            );
        }
        var secret =
            Given(token)
            ?? FromFile(Given(tokenFile))
            ?? Given(environment("PARLEY_TOKEN"))
            ?? FromFile(Given(environment("PARLEY_TOKEN_FILE")));
        if (secret is not null && !secret.All(static c => c is > ' ' and < '\x7F'))
            throw new CommandException(ExitCodes.Usage, "the token has characters that no token has");
        // RFC 6750 5.3: a bearer token goes over TLS; whoever reads it on the way may use it.
        if (secret is not null && root.Scheme == Uri.UriSchemeHttp && !IsThisMachine(root))
            throw new CommandException(ExitCodes.Usage, $"a token goes over https only, and {root} is not on this machine");
        return new ApiPlace(root, secret, Given(authority) ?? Given(environment("PARLEY_CA")));
    }

    private static bool IsThisMachine(Uri url) =>
        url.IsLoopback || (IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string? FromFile(string? path)
    {
        if (path is null)
            return null;
        try
        {
            return Given(File.ReadAllText(path)) ?? throw new CommandException(ExitCodes.NoInput, $"{path}: there is no token in it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.NoInput, $"{path}: cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
