using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Management;
using Parley.Proxy;
using Parley.Registrar;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Hosting;
using Parley.Sql;
using Parley.Transactions;
using Parley.Transport;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>A setting is known in one place: each option of the options classes is a key of the table, the schema and the reference page, with one default.</summary>
public class SettingTests
{
    /// <summary>Options that are no setting of the server, and why.</summary>
    private static readonly Dictionary<string, string> NotSettings = new(StringComparer.Ordinal)
    {
        ["DialogOptions.ActsFor"] = "code",
        ["DialogOptions.RecordRouteParameter"] = "part of the dialog ids of calls on their way",
        ["DialogOptions.ExtraHeaderLines"] = "raw header lines are for code",
        ["RegistrarOptions.Serves"] = "code; the server's Domains decide",
        ["RelayOptions.TryNext"] = "code",
        ["ProxyOptions.RouteKey"] = "a secret, kept in the state directory",
        ["ProxyOptions.RecordRouteFromTag"] = "the server reads directions from it",
        ["ProxyOptions.DeferLimit"] = "the server defers nothing",
        ["ProxyOptions.HandlerWarning"] = "the server runs no handlers of others",
        ["ProxyOptions.Stateless"] = "calls could not be tracked",
        ["SipTransportOptions.UsePortableSockets"] = "for tests",
        ["SipListenerOptions.Tls"] = "the section Tls",
        ["ConsoleLogOptions.TimestampFormat"] = "set by the server, as systemd needs another",
        ["ConsoleLogOptions.SyslogPrefix"] = "set by the server, as systemd needs another",
        ["EventsOptions.Webhooks"] = "Management:Events:Webhooks, a list of objects",
        ["SqlDatabaseOptions.Provider"] = "Store:Provider",
        ["SqlDatabaseOptions.ConnectionString"] = "Store:File and Store:Connection",
        ["SqlDialogStoreOptions.HashSize"] = "Dialogs:HashSize",
        ["SqlDialogStoreOptions.CallRecords"] = "CallRecords:Enabled",
        ["DialogStoreOptions.Journal"] = "Store:Journal and Store:UseJournal",
        ["LocationStoreOptions.Journal"] = "Registrations:Journal and Store:UseJournal",
        ["SqlCallRecordOptions.Outbox"] = "on where there is a CallRecords:File",
        ["ConsoleLogOptions.LimitedCategories"] = "the categories that strangers reach",
        ["AccessTlsOptions.ClientCertificates"] = "asked for where Management:Access has Certificates",
        ["AccessTlsOptions.AcceptUntrustedServers"] = "it connects to no server",
        ["AccessTlsOptions.ReloadInterval"] = "often enough",
        ["ManagementAccessOptions.Tokens"] = "a list of objects: AccessSettingTests",
        ["ManagementAccessOptions.Certificates"] = "a list of objects: AccessSettingTests",
        ["ManagementAccessOptions.Fault"] = "not an option",
        ["ManagementOptions.FifoMode"] = "owner and group, who are those of the server",
    };

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath("../..", Path.GetDirectoryName(here)!);

    [Fact]
    public void The_schema_is_written_from_the_table() =>
        Assert.Equal(SettingSchema.Write(), File.ReadAllText(Path.Combine(Root(), "src/Parley.Server/parley.schema.json")));

    [Fact]
    public void The_reference_page_is_written_from_the_table() =>
        Assert.Equal(SettingReference.Write(), File.ReadAllText(Path.Combine(Root(), "docs/reference/settings.md")));

    /// <summary>Every key of the schema, read from a file with another value than its default, reaches exactly the options that it names, in the built application too.</summary>
    [Fact]
    public async Task Every_option_is_set_by_a_setting()
    {
        var standard = Options(new ServerConfiguration()).ToDictionary();
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in Examples())
        {
            var (configuration, root) = Read(key, value);
            var changed = Options(configuration).Where(o => !Equals(o.Value, standard[o.Key])).ToList();
            if (IsOwn(key))
            {
                Assert.DoesNotContain(changed, static c => c.Key != "SqlDatabaseOptions.Provider");
                continue;
            }
            Assert.True(changed.Count > 0, $"{key} = {value} changes no option");
            reached.UnionWith(changed.Select(c => c.Key));
            if (IsOfStore(key))
                continue; // the application has the objects themselves
            Dictionary<string, object?> built = [];
            await using var application = ApplicationSetup.Build(
                configuration,
                root,
                default,
                builder =>
                {
                    ManagementSetup.AddTo(builder, configuration);
                    built = Options(BuilderOf(builder, configuration)).ToDictionary();
                }
            );
            foreach (var option in changed)
                Assert.Equal(option.Value, built[option.Key]);
        }
        var missing = standard.Keys.Where(o => !reached.Contains(o) && !NotSettings.ContainsKey(o));
        Assert.Empty(missing);
        Assert.DoesNotContain(NotSettings.Keys, o => !standard.ContainsKey(o));
    }

    [Fact]
    public void The_defaults_are_those_of_the_options_classes()
    {
        var server = Options(new ServerConfiguration()).ToDictionary();
        object[] classes =
        [
            new DialogOptions(),
            new RegistrarOptions(),
            new ProxyOptions(),
            new RelayOptions(),
            new SipTimerOptions(),
            new TransactionOptions(),
            new SipTransportOptions(),
            new SipTransportOptions().Streams,
            new SipTransportOptions().Limits,
            new SipServerLocatorOptions(),
            new SipTlsOptions(),
            new SipListenerOptions(),
            new ConsoleLogOptions(),
            new SqlDatabaseOptions(),
            new SqlNames(),
            new SqlDialogStoreOptions(),
            new DialogStoreOptions(),
            new LocationStoreOptions(),
            new CallRecordOptions(),
            new SqlCallRecordOptions(),
            new CallRecordFileOptions(),
            new ManagementOptions(),
            new RecorderOptions(),
            new MetricsOptions(),
            new TraceOptions(),
            new ManagementOptions().Hep,
            new EventsOptions(),
            new ManagementMcpOptions(),
        ];
        var options = classes.SelectMany(OptionsOf).Concat(PartsOf(new ManagementOptions())).ToDictionary();
        Assert.Equal(options.Keys.Order(StringComparer.Ordinal), server.Keys.Order(StringComparer.Ordinal));
        var differing = options.Where(o => !Equals(o.Value, server[o.Key])).Select(o => o.Key);
        Assert.Empty(differing);
    }

    [Fact]
    public void A_changed_setting_is_named_unless_a_reload_brings_it_into_effect()
    {
        var standard = new ServerConfiguration();
        foreach (var section in SettingTable.Sections)
        {
            foreach (var (key, setting) in section.Keys)
            {
                foreach (var (_, value) in Examples().Where(e => e.Key == key))
                {
                    var named = RestartNeeds.Between(standard, Read(key, value).Configuration).Where(n => n != "Parley:Listeners");
                    Assert.True(setting.Reloads != named.Contains("Parley:" + key, StringComparer.Ordinal), key);
                }
            }
        }
    }

    // Keys that only the server knows: they change its own configuration, which other tests look at.
    private static bool IsOwn(string key) =>
        !key.Contains(':', StringComparison.Ordinal)
        || key.StartsWith("Messages:", StringComparison.Ordinal)
        || key is "Registrar:Enabled" or "Runtime:GcPacing" or "Runtime:WarmUp" or "Management:Enabled"
        || key is "Management:OtlpProtocol" or "Management:Metrics:Otlp" or "Management:Metrics:OtlpInterval" or "Management:Traces:Otlp"
        || key
            is "Store:Provider"
                or "Store:File"
                or "Store:Connection"
                or "Store:Journal"
                or "Store:UseJournal"
                or "Registrations:Journal"
                or "CallRecords:KeepDays"
                or "CallRecords:Enabled"
        || SettingTable
            .Sections.Single(s => s.Name == "Dialogs")
            .Settings.Where(s => s.Name != nameof(DialogOptions.ByeOnTimeout) && Enum.TryParse<DialogFlags>(s.Name, out _))
            .Any(s => key == "Dialogs:" + s.Name);

    private static bool IsOfStore(string key) => key.Split(':')[0] is "Store" or "Registrations" or "CallRecords";

    private static ServerConfiguration BuilderOf(ParleyApplicationBuilder builder, ServerConfiguration configuration) =>
        new()
        {
            Dialogs = builder.Services.Select(s => s.ImplementationInstance).OfType<DialogOptions>().Single(),
            Registrar = builder.Services.Select(s => s.ImplementationInstance).OfType<RegistrarOptions>().Single(),
            Transport = builder.Transport,
            Timers = builder.Timers,
            Transactions = builder.Transactions,
            Locator = builder.Locator,
            Proxy = builder.Proxy,
            Log = builder.ConsoleLog,
            Udp = builder.Transport.Listeners.First(l => l.Protocol == SipProtocol.Udp),
            Tls = configuration.Tls,
            Management = new ManagementConfiguration
            {
                Options = builder.Services.Select(s => s.ImplementationInstance).OfType<ManagementOptions>().Single(),
            },
        };

    private static IEnumerable<KeyValuePair<string, object?>> Options(ServerConfiguration c) =>
        new object[]
        {
            c.Dialogs,
            c.Registrar,
            c.Proxy,
            c.Proxy.Relay,
            c.Timers,
            c.Transactions,
            c.Transport,
            c.Transport.Streams,
            c.Transport.Limits,
            c.Locator,
            c.Tls,
            c.Udp,
            c.Log,
            c.Store.Database,
            c.Store.Database.Names,
            c.Store.Tables,
            c.Store.Dialogs,
            c.Store.Locations,
            c.Store.CallRecords,
            c.Store.CallRecordTables,
            c.Store.CallRecordFile,
            c.Management.Options,
            c.Management.Options.Recorder,
            c.Management.Options.Metrics,
            c.Management.Options.Traces,
            c.Management.Options.Hep,
            c.Management.Options.Events,
            c.Management.Options.Mcp,
        }
            .SelectMany(OptionsOf)
            .Concat(PartsOf(c.Management.Options));

    /// <summary>The management side has its API, its access and a TLS of its own.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> PartsOf(ManagementOptions management) =>
        [
            .. OptionsOf(management.Api),
            .. OptionsOf(management.Access),
            .. OptionsOf(management.Access.OpenId),
            .. OptionsOf(management.Access.Tls)
                .Select(o => KeyValuePair.Create("AccessTlsOptions." + o.Key[(nameof(SipTlsOptions).Length + 1)..], o.Value)),
        ];

    private static IEnumerable<KeyValuePair<string, object?>> OptionsOf(object options) =>
        options
            .GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => !IsPlace(options, p) && !IsPart(p))
            .Select(p => KeyValuePair.Create($"{options.GetType().Name}.{p.Name}", Plain(p.GetValue(options))));

    // Which listeners there are, and by what names, is said by Listeners, Aliases and Domains.
    private static bool IsPlace(object options, PropertyInfo property) =>
        options is SipListenerOptions && property.Name is "Protocol" or "EndPoint" or "AdvertisedHost" or "AdvertisedPort"
        || options is SipTransportOptions && property.Name is "Listeners" or "Aliases";

    private static bool IsPart(PropertyInfo property) =>
        property.PropertyType == typeof(SipStreamOptions)
        || (property.PropertyType == typeof(SipTlsOptions) && property.DeclaringType == typeof(ManagementAccessOptions))
        || property.PropertyType == typeof(SqlNames)
        || property.PropertyType == typeof(RelayOptions)
        || property.PropertyType.Namespace == "Parley.Management"
            && property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
        || property.PropertyType == typeof(Sip.SipLimits);

    private static object? Plain(object? value) =>
        value switch
        {
            string text => text,
            IEnumerable list => string.Join(',', list.Cast<object>()),
            _ => value,
        };

    /// <summary>Each key of the schema with an allowed value that is not its default.</summary>
    private static List<(string Key, string Value)> Examples()
    {
        using var schema = JsonDocument.Parse(SettingSchema.Write());
        return [.. Examples(schema.RootElement.GetProperty("properties").GetProperty("Parley"), "")];
    }

    private static IEnumerable<(string Key, string Value)> Examples(JsonElement section, string path)
    {
        foreach (var property in section.GetProperty("properties").EnumerateObject())
        {
            var key = path.Length == 0 ? property.Name : $"{path}:{property.Name}";
            if (property.Value.TryGetProperty("properties", out _))
            {
                foreach (var inner in Examples(property.Value, key))
                    yield return inner;
            }
            else if (property.Value.TryGetProperty("items", out var items) && items.TryGetProperty("examples", out var listed))
            {
                yield return (key, $"[{listed[0].GetRawText()}]");
            }
            else if (!property.Value.TryGetProperty("items", out _))
            {
                yield return (key, Other(property.Value));
            }
        }
    }

    private static string Other(JsonElement setting)
    {
        var standard = setting.TryGetProperty("default", out var value) ? value.GetRawText() : "";
        if (setting.TryGetProperty("enum", out var names))
            return names.EnumerateArray().First(n => n.GetRawText() != standard).GetRawText();
        if (setting.TryGetProperty("examples", out var examples))
            return examples[0].GetRawText();
        if (setting.GetProperty("type").GetString() == "boolean")
            return standard == "true" ? "false" : "true";
        var (low, high) = (setting.GetProperty("minimum").GetDouble(), setting.GetProperty("maximum").GetDouble());
        // The extremes of some (workers, buffers) are a matter of memory: one step up from the lower end.
        var step = setting.GetProperty("type").GetString() == "integer" ? Math.Max(1, low) : Math.Min(0.1, (high - low) / 2);
        var chosen = low + step;
        if (chosen.ToString(CultureInfo.InvariantCulture) == standard)
            chosen = low;
        return chosen.ToString(CultureInfo.InvariantCulture);
    }

    private static (ServerConfiguration Configuration, Microsoft.Extensions.Configuration.IConfigurationRoot Root) Read(
        string key,
        string value
    )
    {
        var (inner, folder) = ($$""" "{{key.Split(':')[^1]}}": {{value}} """, TestFolder.ForTest("settings"));
        if (key is "Management:Metrics:OtlpInterval" or "Management:Traces:Ratio" or "Management:Traces:TakesParents")
            inner = $$""" "Otlp": "http://127.0.0.1:4317", {{inner}} """;
        if (key == "Management:OtlpProtocol")
            inner = $$""" "Metrics": { "Otlp": "http://127.0.0.1:4317" }, {{inner}} """;
        foreach (var section in key.Split(':')[..^1].Reverse())
            inner = $$""" "{{section}}": { {{inner}} } """;
        if (key is "Tls:Key" or "Tls:Certificate")
            inner = $$""" "Tls": { "Certificate": "a.pem", "Key": "b.pem" } """;
        // What must lie between others gets them with it.
        if (key is "Registrar:DefaultExpires" or "Registrar:MaxExpires")
            inner = $$""" "Registrar": { "MinExpires": 0, "DefaultExpires": 2, "MaxExpires": 2 } """;
        if (key == "Store:Connection")
            inner = $$""" "Store": { "Provider": "PostgreSql", "Connection": {{value}} } """;
        if (key == "Management:FifoReplies")
            inner = $$""" "Management": { "Fifo": "/run/parley/mi.fifo", "FifoReplies": {{value}} } """;
        if (key is "Management:Access:Key" or "Management:Access:Certificate")
            inner = """ "Management": { "Access": { "Certificate": "a.pem", "Key": "b.pem" } } """;
        if (key == "Management:Access:Authorities")
            inner = """ "Management": { "Access": { "Authorities": "ca.pem", "Certificates": [ { "Subject": "ops" } ] } } """;
        if (key == "Management:Hep:Mode")
            inner = $$""" "Management": { "Hep": { "Mode": {{value}}, "Target": "udp:127.0.0.1:9" } } """;
        if (key == "CallRecords:IntermediateInterval")
            inner = """ "CallRecords": { "IntermediateInterval": 900 } """;
        var listener = $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{ServerProcess.FreePort()}}" } ], """;
        var file = Path.Combine(folder, "parley.json");
        File.WriteAllText(file, $$"""{ "Logging": { "LogLevel": { "Default": "None" } }, "Parley": { {{listener}} {{inner}} } }""");
        var (configuration, root, errors) = ConfigurationLoader.Load(file, readCertificates: false);
        Assert.True(errors.Count == 0, string.Join('\n', errors));
        return (configuration!, root!);
    }
}
