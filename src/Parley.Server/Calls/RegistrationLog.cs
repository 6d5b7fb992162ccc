using Microsoft.Extensions.Logging;
using Parley.Registrar;

namespace Parley.Server.Calls;

/// <summary>One line for each contact that registers, refreshes, unregisters or expires; category <c>Parley.Registrations</c>.</summary>
internal sealed partial class RegistrationLog
{
    private readonly ILogger _log;

    public RegistrationLog(LocationTable table, ILoggerFactory loggers)
    {
        _log = loggers.CreateLogger("Parley.Registrations");
        table.Changed += OnChanged;
    }

    private void OnChanged(object? sender, LocationChangedEventArgs change)
    {
        if (!_log.IsEnabled(LogLevel.Information))
            return;
        var (address, contact) = (change.Address.ToString(), LogWords.Word(change.Binding.Contact.Bytes));
        var source = change.Binding.Flow is { } flow ? LogWords.Of(flow) : "-";
        switch (change.Kind)
        {
            case LocationChangeKind.Added:
                Registered(address, contact, source);
                break;
            case LocationChangeKind.Refreshed:
                Refreshed(address, contact, source);
                break;
            case LocationChangeKind.Removed:
                Unregistered(address, contact, source);
                break;
            default:
                Expired(address, contact, source);
                break;
        }
    }

    [LoggerMessage(1030, LogLevel.Information, "Registered aor={Address} contact={Contact} source={Source}", SkipEnabledCheck = true)]
    private partial void Registered(string address, string contact, string source);

    [LoggerMessage(
        1031,
        LogLevel.Information,
        "Registration refreshed aor={Address} contact={Contact} source={Source}",
        SkipEnabledCheck = true
    )]
    private partial void Refreshed(string address, string contact, string source);

    [LoggerMessage(1032, LogLevel.Information, "Unregistered aor={Address} contact={Contact} source={Source}", SkipEnabledCheck = true)]
    private partial void Unregistered(string address, string contact, string source);

    [LoggerMessage(
        1033,
        LogLevel.Information,
        "Registration expired aor={Address} contact={Contact} source={Source}",
        SkipEnabledCheck = true
    )]
    private partial void Expired(string address, string contact, string source);
}
