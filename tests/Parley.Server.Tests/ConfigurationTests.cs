using System.Text.Json;
using Parley.Dialogs;
using Parley.Server.Configuration;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>Settings are checked whole before anything listens, and each error names its key and what is allowed.</summary>
// It changes the environment of the process, which other tests of this assembly read.
[CollectionDefinition(nameof(ConfigurationTests), DisableParallelization = true)]
[Collection(nameof(ConfigurationTests))]
public class ConfigurationTests
{
    [Fact]
    public void Without_settings_it_listens_on_loopback_by_udp_and_tcp()
    {
        var configuration = Valid("{}");
        Assert.Equal(
            ["udp 127.0.0.1:5060", "tcp 127.0.0.1:5060"],
            configuration.Listeners.Select(l => $"{l.Protocol.ToString().ToLowerInvariant()} {l.EndPoint.ToIPEndPoint()}")
        );
        Assert.True(configuration.IsLoopbackOnly);
        Assert.Equal(TimeSpan.FromHours(12), configuration.Dialogs.DefaultTimeout);
        Assert.Equal(
            (SequentialRouting.Repair, SequentialSource.Anywhere, (string?)null),
            (configuration.Dialogs.SequentialRouting, configuration.Dialogs.SequentialSource, configuration.StateDirectory)
        );
    }

    public static TheoryData<string, string> Mistakes =>
        new()
        {
            { """{ "Listner": [] }""", "Parley:Listner: there is no such setting; Parley knows" },
            {
                """{ "Listeners": "udp:127.0.0.1:5060" }""",
                "Parley:Listeners: \"udp:127.0.0.1:5060\" is not allowed; give a list in square brackets"
            },
            {
                """{ "Listeners": [ { "Endpoint": "sctp:127.0.0.1:5060" } ] }""",
                "Parley:Listeners:0:Endpoint: \"sctp:127.0.0.1:5060\" is not allowed; give protocol:address:port"
            },
            { """{ "Listeners": [ { "Endpoint": "udp:127.0.0.1:" } ] }""", "Parley:Listeners:0:Endpoint" },
            { """{ "Listeners": [ { "Advertise": "x" } ] }""", "Parley:Listeners:0:Endpoint: is missing" },
            { """{ "Listeners": [ { "Endpoint": "udp:127.0.0.1:5060", "Advertise": "host:99999" } ] }""", "Parley:Listeners:0:Advertise" },
            {
                """{ "Listeners": [ { "Endpoint": "udp:127.0.0.1:5060", "Port": 1 } ] }""",
                "Parley:Listeners:0:Port: there is no such setting"
            },
            { """{ "Listeners": [ { "Endpoint": "udp:127.0.0.1:5060" }, { "Endpoint": "udp:127.0.0.1:5060" } ] }""", "is there twice" },
            { """{ "Listeners": [ { "Endpoint": "udp:0.0.0.0:5060" } ] }""", "Parley:AllowUnauthenticated" },
            { """{ "Listeners": [ { "Endpoint": "tls:127.0.0.1:5061" } ] }""", "Parley:Tls:Certificate: is missing" },
            { """{ "Tls": { "Certificate": "no-such-file.pem" } }""", "Parley:Tls:Certificate" },
            {
                """{ "Store": { "Provider": "MySql", "Connection": "Server=db;Databse=parley" } }""",
                "Parley:Store:Connection: is no connection string of MySql: Option 'databse' not supported."
            },
            {
                """{ "Store": { "Provider": "PostgreSql", "Connection": "Host=db;Databse=parley" } }""",
                "Parley:Store:Connection: is no connection string of PostgreSql: "
            },
            {
                """{ "Store": { "Provider": "PostgreSql", "Connection": "Host=db;Port=many" } }""",
                "Parley:Store:Connection: is no connection string of PostgreSql: "
            },
            {
                """{ "Store": { "Provider": "MySql", "Connection": "db" } }""",
                "Parley:Store:Connection: is no connection string of MySql: "
            },
            { """{ "Tls": { "ClientCertificates": "Maybe" } }""", "give one of None, Request, Require" },
            { """{ "Routes": [ { "Target": "sip:gw.example" } ] }""", "Parley:Routes:0:Prefix" },
            { """{ "Routes": [ { "Prefix": "0", "Domain": "x", "Target": "sip:gw.example" } ] }""", "Parley:Routes:0:Prefix" },
            {
                """{ "Routes": [ { "Prefix": "0", "Target": "mailto:gw" } ] }""",
                "Parley:Routes:0:Target: \"mailto:gw\" is not allowed; give a SIP URI"
            },
            { """{ "Routes": [ { "Domain": "x.org", "Strip": 1, "Target": "sip:gw.example" } ] }""", "Parley:Routes:0:Strip" },
            {
                """{ "Domains": [ "example.com:5060" ] }""",
                "Parley:Domains:0: \"example.com:5060\" is not allowed; give a domain without port"
            },
            { """{ "Domains": [ "192.0.2.1" ] }""", "Parley:Domains:0" },
            { """{ "Domains": [ "two words" ] }""", "Parley:Domains:0" },
            {
                """{ "Aliases": [ "example.com:99999" ] }""",
                "Parley:Aliases:0: \"example.com:99999\" is not allowed; give a host or host:port"
            },
            { """{ "Aliases": [ "a;b" ] }""", "Parley:Aliases:0" },
            {
                """{ "Registrar": { "MaxContactLength": 10 } }""",
                "Parley:Registrar:MaxContactLength: \"10\" is not allowed; give a whole number from 64 to 2048"
            },
            {
                """{ "Routes": [ { "Prefix": "0", "Target": "sip:gw.example", "Sources": [ "10.0.0.0/99" ] } ] }""",
                "Parley:Routes:0:Sources:0: \"10.0.0.0/99\" is not allowed; give a network"
            },
            {
                """{ "Routes": [ { "Prefix": "0", "Target": "sip:gw.example", "Sources": "10.0.0.0/8" } ] }""",
                "Parley:Routes:0:Sources: \"10.0.0.0/8\" is not allowed; give a list in square brackets"
            },
            {
                """{ "Dialogs": { "SequentialRouting": "open" } }""",
                "Parley:Dialogs:SequentialRouting: \"open\" is not allowed; give one of Repair, Refuse, AsReceived"
            },
            {
                """{ "Dialogs": { "SequentialSource": "same" } }""",
                "Parley:Dialogs:SequentialSource: \"same\" is not allowed; give one of Anywhere, SameAddress, SameFlow"
            },
            { """{ "StateDirectory": [ "/var/lib" ] }""", "Parley:StateDirectory: a single value is wanted here" },
            {
                """{ "Management": { "Listen": [ "0.0.0.0:8888" ] } }""",
                "Parley:Management:Listen: \"0.0.0.0:8888\" lies beyond loopback, where it would be open to other machines; give a Certificate"
            },
            {
                """{ "Management": { "Datagrams": [ "udp:192.0.2.1:8080" ] } }""",
                "Parley:Management:Datagrams:0: \"udp:192.0.2.1:8080\" is not allowed; give `udp:` and an address of loopback with a port"
            },
            { """{ "Management": { "FifoReplies": "/run/parley" } }""", "Parley:Management:FifoReplies: has no effect without a Fifo" },
            { """{ "TrustedSources": [ "192.0.2.0/33" ] }""", "Parley:TrustedSources:0: \"192.0.2.0/33\" is not allowed; give a network" },
            { """{ "Dialogs": { "HashSize": 1000 } }""", "Parley:Dialogs:HashSize: \"1000\" is not allowed; give a power of two" },
            {
                """{ "Dialogs": { "DefaultTimeout": -1 } }""",
                "Parley:Dialogs:DefaultTimeout: \"-1\" is not allowed; give seconds from 1 to"
            },
            { """{ "Dialogs": { "MatchMode": "sometimes" } }""", "Parley:Dialogs:MatchMode" },
            { """{ "Dialogs": 7 }""", "Parley:Dialogs: \"7\" is not allowed; give an object in braces" },
            { """{ "Registrar": { "MinExpires": 4000 } }""", "Parley:Registrar:DefaultExpires: must lie between" },
            {
                """{ "Routes": [ { "Domain": "sip:partner.example", "Target": "sip:gw.example" } ] }""",
                "Parley:Routes:0:Domain: \"sip:partner.example\" is not allowed; give a domain or an address without port, e.g. partner.example (line 1)"
            },
            { """{ "Domains": [ "http://example.com" ] }""", "Parley:Domains:0" },
            { """{ "Domains": [ "example..com" ] }""", "Parley:Domains:0" },
            {
                """{ "Routes": [ { "Prefix": "0", "Target": "sip:a.example", "Targets": [ "sip:b.example" ] } ] }""",
                "Parley:Routes:0:Target: a route has either a Target or Targets, not both"
            },
            { """{ "Routes": [ { "Prefix": "0" } ] }""", "Parley:Routes:0:Target: is missing; give a SIP URI" },
            {
                """{ "Routes": [ { "Prefix": "0", "Targets": [ "sip:a.example", "b" ] } ] }""",
                "Parley:Routes:0:Targets:1: \"b\" is not allowed"
            },
            { """{ "Routes": [ "sip:gw.example" ] }""", "Parley:Routes:0: \"sip:gw.example\" is not allowed; give an object in braces" },
            {
                """{ "Dialogs": { "ProfilesWithValue": [ "two words" ] } }""",
                "Parley:Dialogs:ProfilesWithValue:0: \"two words\" is not allowed; give a name of letters, digits"
            },
            { """{ "Dialogs": { "ProfilesNoValue": [ "a", "a" ] } }""", "Parley:Dialogs:ProfilesNoValue:1: \"a\" is there twice" },
            {
                """{ "Dialogs": { "ProfilesWithValue": [ "a/s" ], "ProfilesNoValue": [ "a" ] } }""",
                "Parley:Dialogs:ProfilesNoValue: \"a\" is in ProfilesWithValue too"
            },
            { """{ "Tls": { "Key": "key.pem" } }""", "Parley:Tls:Key: has no effect without a Certificate" },
            { """{ "Registrar": { "Enabled": "perhaps" } }""", "Parley:Registrar:Enabled: \"perhaps\" is not allowed; give true or false" },
            { """{ "Udp": { "Workers": 0 } }""", "Parley:Udp:Workers: \"0\" is not allowed; give a whole number from 1 to 256" },
            { """{ "Timers": { "C": 60 } }""", "Parley:Timers:C: \"60\" is not allowed; give seconds from 180 to" },
            { """{ "DrainLimit": { "Seconds": 5 } }""", "Parley:DrainLimit: a single value is wanted here" },
        };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_one_line_that_names_the_key_and_what_is_allowed(string settings, string expected)
    {
        var (configuration, errors) = Load(settings);
        Assert.Null(configuration);
        var error = Assert.Single(errors);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var (_, errors) = Load("""{ "Udp": { "Workers": 0, "BatchSize": 0 }, "Nonsense": 1 }""");
        Assert.Equal(3, errors.Count);
    }

    [Theory]
    [InlineData("", "line 1, column 1: the file is empty; give an object in braces")]
    [InlineData("[]", "line 1: the file must be one object in braces")]
    [InlineData("Parley", "line 1, column 1: the file must be one object in braces")]
    [InlineData("{\n  \"Parley\": {\n", "line 3, column 1: the file ends, and 2 brackets are still open")]
    [InlineData("{\n  \"Parley\": { }\n", "line 3, column 1: the file ends, and a closing brace is missing")]
    [InlineData("{ \"Parley\": { } }\n}", "line 2, column 1: nothing may follow the last closing brace")]
    [InlineData("{\n  \"Parley\": { \"DrainLimit\": 5\n    \"Udp\": { } } }", "line 3, column 5: a comma is missing before \"Udp\"")]
    [InlineData("{\n  \"Parley\" { } }", "line 2, column 3: a colon is missing after \"Parley\"")]
    [InlineData("{ Parley: { } }", "line 1, column 3: a name in double quotes is wanted here, not \"Parley\"")]
    [InlineData("{ 'Parley': { } }", "line 1, column 3: a name in double quotes is wanted here, not \"'Parley'\"")]
    [InlineData("{ \"Parley\": { \"DrainLimit\": 5s } }", "line 1, column 29: \"5s\" is not a value: a text stands in double quotes")]
    [InlineData("{ \"Parley\": { \"AllowUnauthenticated\": True } }", "\"True\" is not a value")]
    [InlineData("{ \"Parley\": { \"DrainLimit\": } }", "line 1, column 29: a value is missing before \"}\"")]
    [InlineData("{ \"Parley\": { \"Domains\": [ \"a.example } }", "line 1, column 28: the double quote has no counterpart on its line")]
    [InlineData("{ \"Parley\": { \"Domains\": [ \"a.example\" } }", "line 1, column 40: a ] is wanted here, not }")]
    [InlineData("{ \"Parley\": { \"StateDirectory\": \"C:\\state\" } }", "a backslash in a text is written twice")]
    [InlineData("{ // here\n \"Parley\": { /* there */ \"Udp\" {} } }", "line 2, column 26: a colon is missing after \"Udp\"")]
    [InlineData("{ \"Parley\": { \"Udp\": {},\n \"udp\": {} } }", "line 2: Parley:udp is there twice, first on line 1")]
    public void Broken_json_is_one_line_in_plain_words(string text, string expected)
    {
        var file = Write(text);
        var (configuration, _, errors) = ConfigurationLoader.Load(file);
        Assert.Null(configuration);
        var error = Assert.Single(errors);
        Assert.StartsWith(file + ": ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void A_mistake_has_its_line_and_one_of_the_environment_says_so()
    {
        var file = Write("{\n  \"Parley\": {\n    \"Udp\": {\n      \"Workers\": 0,\n    },\n    \"Listeners\": [ { } ]\n  }\n}");
        Environment.SetEnvironmentVariable("Parley__Dialogs__PingFailures", "none");
        try
        {
            Assert.Equal(
                [
                    "Parley:Listeners:0:Endpoint: is missing; give protocol:address:port, e.g. udp:192.0.2.1:5060, tcp:[2001:db8::1]:5060, tls:0.0.0.0:5061 (line 6)",
                    "Parley:Dialogs:PingFailures: \"none\" is not allowed; give a whole number from 1 to 1000 (environment)",
                    "Parley:Udp:Workers: \"0\" is not allowed; give a whole number from 1 to 256 (line 4)",
                ],
                ConfigurationLoader.Load(file).Errors
            );
        }
        finally
        {
            Environment.SetEnvironmentVariable("Parley__Dialogs__PingFailures", null);
        }
    }

    [Theory]
    [InlineData(
        """{ "LogLevel": { "Default": "Verbose" } }""",
        "Logging:LogLevel:Default: \"Verbose\" is not allowed; give one of Trace, Debug,"
    )]
    [InlineData("""{ "Console": { "LogLevel": { "Parley.Calls": 3 } } }""", "Logging:Console:LogLevel:Parley.Calls: \"3\" is not allowed")]
    [InlineData("""{ "Level": "Debug" }""", "Logging:Level: there is no such setting; Logging knows Console, LogLevel")]
    [InlineData("\"Debug\"", "Logging: \"Debug\" is not allowed; give an object in braces")]
    public void A_bad_log_level_is_a_mistake_too(string logging, string expected)
    {
        var (configuration, _, errors) = ConfigurationLoader.Load(Write($$"""{ "Logging": {{logging}} }"""));
        Assert.Null(configuration);
        Assert.Contains(expected, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_may_be_addresses_and_have_ports() =>
        Assert.Equal(
            6,
            Valid(
                """{ "Aliases": [ "sip.example.com", "sip.example.com:5070", "192.0.2.1", "192.0.2.1:5070", "2001:db8::1", "[2001:db8::1]:5060" ] }"""
            ).Aliases.Count
        );

    [Fact]
    public void What_may_be_stored_is_bounded()
    {
        var registrar = Valid("""{ "Registrar": { "MaxMemory": 2, "MaxPaths": 1 } }""").Registrar;
        Assert.Equal(
            (2L << 20, 255, 255, 1, 2048, false),
            (
                registrar.MaxMemory,
                registrar.MaxContactLength,
                registrar.MaxPathLength,
                registrar.MaxPaths,
                registrar.MaxBindingSize,
                registrar.AllowOwnContacts
            )
        );
    }

    [Fact]
    public void A_named_file_must_exist() =>
        Assert.Contains("there is no such file", ConfigurationLoader.Load("/nowhere/parley.json").Errors[0], StringComparison.Ordinal);

    [Fact]
    public void A_misspelt_section_of_the_file_is_seen()
    {
        var (_, _, errors) = ConfigurationLoader.Load(Write("""{ "Parly": { "Udp": {} , "Domains": ["x"] } }"""));
        Assert.Contains("Parly", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_overrides_the_file()
    {
        Environment.SetEnvironmentVariable("Parley__Registrar__MaxContacts", "77");
        try
        {
            Assert.Equal(77, Valid("""{ "Registrar": { "MaxContacts": 3 } }""").Registrar.MaxContacts);
        }
        finally
        {
            Environment.SetEnvironmentVariable("Parley__Registrar__MaxContacts", null);
        }
    }

    [Fact]
    public void Every_range_of_the_schema_is_held()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "parley.schema.json")));
        var parley = schema.RootElement.GetProperty("properties").GetProperty("Parley");
        foreach (var (path, setting) in Leaves(parley, string.Empty))
        {
            if (setting.TryGetProperty("minimum", out var minimum))
                AssertRefused(path, minimum.GetDouble() - 1);
            if (setting.TryGetProperty("maximum", out var maximum))
                AssertRefused(path, maximum.GetDouble() + 1);
        }
    }

    private static IEnumerable<(string Path, JsonElement Setting)> Leaves(JsonElement section, string path)
    {
        foreach (var property in section.GetProperty("properties").EnumerateObject())
        {
            var inner = path.Length == 0 ? property.Name : path + ":" + property.Name;
            if (property.Value.TryGetProperty("properties", out _))
            {
                foreach (var leaf in Leaves(property.Value, inner))
                    yield return leaf;
            }
            else
            {
                yield return (inner, property.Value);
            }
        }
    }

    private static void AssertRefused(string path, double value)
    {
        var parts = path.Split(':');
        var inner = $$"""{ "{{parts[^1]}}": {{value.ToString(System.Globalization.CultureInfo.InvariantCulture)}} }""";
        var (_, errors) = Load(Nest(string.Join(':', parts[..^1]), inner));
        Assert.Contains(errors, e => e.StartsWith("Parley:" + path + ":", StringComparison.Ordinal));
    }

    private static string Nest(string path, string inner)
    {
        foreach (var part in path.Split(':', StringSplitOptions.RemoveEmptyEntries).Reverse())
            inner = $$"""{ "{{part}}": {{inner}} }""";
        return inner;
    }

    private static ServerConfiguration Valid(string settings)
    {
        var (configuration, errors) = Load(settings);
        Assert.Empty(errors);
        return configuration!;
    }

    private static (ServerConfiguration? Configuration, IReadOnlyList<string> Errors) Load(string settings)
    {
        var (configuration, _, errors) = ConfigurationLoader.Load(Write($$"""{ "Parley": {{settings}} }"""));
        return (configuration, errors);
    }

    private static string Write(string text)
    {
        var file = Path.Combine(TestFolder.ForTest("settings"), "parley.json");
        File.WriteAllText(file, text);
        return file;
    }
}
