namespace Parley.Server.Commands;

/// <summary>The settings files that <c>parley init</c> writes.</summary>
internal static class StartingSettings
{
    public static string[] Purposes { get; } = ["pbx", "trunk", "lab"];

    /// <param name="purpose">One of <see cref="Purposes"/>.</param>
    /// <param name="domain">The domain of the users.</param>
    public static string For(string purpose, string domain) =>
        (
            purpose switch
            {
                "pbx" => Pbx,
                "trunk" => Trunk,
                _ => Lab,
            }
        ).Replace("DOMAIN", domain, StringComparison.Ordinal);

    private const string Pbx = """
        // Parley for a PBX: phones register and call each other, outside numbers go to a gateway.
        // All settings: parley settings. Check: parley check. Routes, domains and log levels are read again on SIGHUP.
        {
          "Logging": { "LogLevel": { "Default": "Information" } },
          "Parley": {
            // Where phones reach the server. Loopback only at first: for other machines give the server's address,
            // e.g. "udp:192.0.2.1:5060", and set AllowUnauthenticated below.
            "Listeners": [
              { "Endpoint": "udp:127.0.0.1:5060" },
              { "Endpoint": "tcp:127.0.0.1:5060" }
            ],
            // The server asks nobody for a password yet: beyond loopback it starts only with true here.
            // Then a firewall has to keep strangers away.
            "AllowUnauthenticated": false,
            // Phones register as user@DOMAIN.
            "Domains": [ "DOMAIN" ],
            // Calls to what is no registered user: the longest prefix wins.
            "Routes": [
              {
                "Prefix": "0",
                "Strip": 1,
                "Target": "sip:gateway.DOMAIN",
                // Only these networks may use the gateway; it bills by the server's address.
                "Sources": [ "127.0.0.0/8" ]
              }
            ],
            "Registrar": {
              // Phones of one user that ring together.
              "MaxContacts": 10
            },
            "Dialogs": {
              // A call is ended so many seconds after its answer.
              "DefaultTimeout": 43200
            },
            // Calls, registrations and call records outlive a restart: SQLite in the state directory.
            "Store": { "Provider": "Sqlite" },
            "CallRecords": { "KeepDays": 90 },
            // Page, API and MI: http://127.0.0.1:8888
            "Management": { "Listen": [ "127.0.0.1:8888" ] }
          }
        }

        """;

    private const string Trunk = """
        // Parley between own equipment and a carrier: no registrations, routes both ways, a second gateway when the first fails.
        // All settings: parley settings. Check: parley check. Routes, domains and log levels are read again on SIGHUP.
        {
          "Logging": { "LogLevel": { "Default": "Information" } },
          "Parley": {
            // Loopback only at first: give the address that carrier and equipment reach, e.g. "udp:192.0.2.1:5060", and set AllowUnauthenticated.
            "Listeners": [
              { "Endpoint": "udp:127.0.0.1:5060" },
              { "Endpoint": "tcp:127.0.0.1:5060" }
            ],
            "AllowUnauthenticated": false,
            "Domains": [ "DOMAIN" ],
            // Whose calls may go anywhere: the own equipment and the carrier's addresses.
            "TrustedSources": [ "127.0.0.0/8" ],
            "Routes": [
              {
                // Outwards: the second gateway gets the call when the first is away or answers 5xx.
                "Prefix": "+",
                "Targets": [ "sip:gw1.carrier.example", "sip:gw2.carrier.example" ],
                // Seconds without any response until the next one is tried.
                "FirstResponse": 3,
                "Sources": [ "127.0.0.0/8" ]
              },
              {
                // Inwards: the own numbers.
                "Prefix": "49301234",
                "Target": "sip:127.0.0.1:5080",
                // The carrier's networks.
                "Sources": [ "127.0.0.0/8" ]
              }
            ],
            "Registrar": { "Enabled": false },
            "Dialogs": {
              // A call is ended so many seconds after its answer.
              "DefaultTimeout": 14400
            },
            "Store": { "Provider": "Sqlite" },
            "CallRecords": { "KeepDays": 365 },
            // Page, API and MI: http://127.0.0.1:8888
            "Management": { "Listen": [ "127.0.0.1:8888" ] }
          }
        }

        """;

    private const string Lab = """
        // Parley for trying things out: all on this machine, nothing is kept, every message is in the log.
        // All settings: parley settings. Check: parley check.
        {
          "Logging": {
            "LogLevel": {
              "Default": "Information",
              // Each message as it arrives and leaves; Information turns it off.
              "Parley.Messages": "Debug"
            }
          },
          "Parley": {
            "Listeners": [
              { "Endpoint": "udp:127.0.0.1:5060" },
              { "Endpoint": "tcp:127.0.0.1:5060" }
            ],
            "Domains": [ "DOMAIN" ],
            // Any call from this machine may go anywhere.
            "TrustedSources": [ "127.0.0.0/8", "::1" ],
            // Nothing on the disk: a restart forgets all calls.
            "Store": { "Provider": "None" },
            // Page, API and MI: http://127.0.0.1:8888
            "Management": { "Listen": [ "127.0.0.1:8888" ] }
          }
        }

        """;
}
