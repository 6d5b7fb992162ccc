using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>What the access to the management side writes to the log.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(7130, LogLevel.Warning, "Management request of {Address} refused: its {Credential} is not known")]
    public static partial void Wrong(ILogger logger, string address, string credential);

    [LoggerMessage(
        7131,
        LogLevel.Warning,
        "Management request of {Address} refused: it has no credential (and {Count} more in the last minute)"
    )]
    public static partial void Missing(ILogger logger, string address, int count);

    [LoggerMessage(7132, LogLevel.Warning, "Management requests of {Address} are refused for a minute: too many wrong credentials")]
    public static partial void Blocked(ILogger logger, string address);

    [LoggerMessage(7133, LogLevel.Information, "Management login of {Caller} as {Role}")]
    public static partial void LoggedIn(ILogger logger, string caller, string role);

    [LoggerMessage(
        7134,
        LogLevel.Warning,
        "Management connection of {Address} refused: its certificate {Subject} is not trusted: {Reason}"
    )]
    public static partial void CertificateRefused(ILogger logger, string address, string subject, string reason);

    [LoggerMessage(7135, LogLevel.Information, "Management certificate loaded from {Path}: {Subject}, valid until {NotAfter:u}")]
    public static partial void CertificateLoaded(ILogger logger, string path, string subject, DateTime notAfter);

    [LoggerMessage(7136, LogLevel.Error, "The management certificate {Path} cannot be used, the one before stays: {Reason}")]
    public static partial void CertificateFailed(ILogger logger, string path, string reason);

    [LoggerMessage(7137, LogLevel.Error, "The token file {Path} cannot be used, the token before stays: {Reason}")]
    public static partial void TokenFileFailed(ILogger logger, string path, string reason);

    [LoggerMessage(
        7138,
        LogLevel.Error,
        "A management token of {Address} cannot be checked, the OpenID provider does not answer: {Reason}"
    )]
    public static partial void ProviderAway(ILogger logger, string address, string reason);

    [LoggerMessage(7139, LogLevel.Warning, "Management request of {Address} as {Caller} refused: {Reason}")]
    public static partial void Forbidden(ILogger logger, string address, string caller, string reason);
}
