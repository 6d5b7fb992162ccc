using Microsoft.Extensions.Logging;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Server.Calls;

/// <summary>A line for each REGISTER and each request with a To tag that the server itself refuses.</summary>
internal sealed partial class RefusalLog(ILoggerFactory loggers)
{
    private readonly ILogger _calls = loggers.CreateLogger("Parley.Calls");
    private readonly ILogger _registrations = loggers.CreateLogger("Parley.Registrations");

    /// <summary>Writes the line, of those that there is one for.</summary>
    public void Write(SipContext context, int statusCode)
    {
        // Initial INVITEs have theirs, and what was relayed and failed is the parties' to see.
        if ((!context.IsInDialog && context.Method != SipMethod.Register) || context.Branches.Count > 0)
            return;
        var request = context.Request;
        if (context.Method == SipMethod.Register)
        {
            if (_registrations.IsEnabled(LogLevel.Information))
                Registration(
                    _registrations,
                    LogWords.AddressOf(request.To),
                    LogWords.Of(context.Source),
                    statusCode,
                    WhyNotRegistered(statusCode)
                );
        }
        else if (_calls.IsEnabled(LogLevel.Information))
        {
            Request(
                _calls,
                LogWords.Word(request.MethodText),
                LogWords.Word(request.CallId),
                LogWords.UriOf(request.From),
                LogWords.UriOf(request.To),
                LogWords.Of(context.Source),
                statusCode,
                Why(statusCode)
            );
        }
    }

    private static string Why(int status) =>
        status switch
        {
            403 => "not from where the party is, or not where its call goes",
            481 => "no such call here, and no proof of one in its Route",
            500 => "its CSeq is below the last one",
            _ => LogWords.PhraseOf(status),
        };

    // As SipRegistrar answers.
    private static string WhyNotRegistered(int status) =>
        status switch
        {
            400 => "malformed, or longer than the limits of Registrar allow",
            403 => "too many contacts, or a contact that is this server",
            404 => "no such address-of-record here",
            405 => "Registrar:Enabled is false",
            423 => "its lifetime is below Registrar:MinExpires",
            500 => "its CSeq is not above the last one",
            503 => "Registrar:MaxBindings or MaxMemory is reached",
            _ => LogWords.PhraseOf(status),
        };

    [LoggerMessage(
        1020,
        LogLevel.Information,
        "{Method} refused call-id={CallId} from={From} to={To} source={Source} status={Status} by=proxy reason=\"{Reason}\"",
        SkipEnabledCheck = true
    )]
    private static partial void Request(
        ILogger log,
        string method,
        string callId,
        string from,
        string to,
        string source,
        int status,
        string reason
    );

    [LoggerMessage(
        1034,
        LogLevel.Information,
        "Registration refused aor={Address} source={Source} status={Status} reason=\"{Reason}\"",
        SkipEnabledCheck = true
    )]
    private static partial void Registration(ILogger log, string address, string source, int status, string reason);
}
