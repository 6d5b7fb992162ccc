using System.Data.Common;
using Microsoft.Extensions.Configuration;
using MySqlConnector;
using Npgsql;
using Parley.Management;
using Parley.Server.Configuration.Settings;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>Reads the section <c>Parley</c> by <see cref="SettingTable"/> and checks what belongs together.</summary>
internal static class ConfigurationRules
{
    /// <param name="section">The section <c>Parley</c>.</param>
    /// <param name="folder">Where relative paths start.</param>
    /// <param name="errors">Gets one line for each mistake.</param>
    /// <param name="readCertificates">The files of the section Tls are read too.</param>
    public static ServerConfiguration Read(IConfigurationSection section, string folder, List<string> errors, bool readCertificates = true)
    {
        var configuration = new ServerConfiguration();
        var reader = new SectionReader(section, folder, errors);
        foreach (var part in SettingTable.Sections)
        {
            if (part.Name.Length == 0)
                ReadAll(part, reader);
            else
                reader.Section(part.Name, inner => ReadAll(part, inner));
        }
        reader.RefuseUnknown();
        // Cross-checks run only when every single value is valid.
        if (errors.Count == 0)
            CheckTogether(configuration, reader);
        if (errors.Count == 0 && readCertificates && TlsFiles.Fault(configuration.Tls) is { } fault)
            reader.Refuse("Tls:" + fault.Setting, fault.Reason);
        if (errors.Count == 0 && readCertificates && configuration.Management.IsEnabled)
            AccessRules.CheckFiles(configuration.Management.Options.Access, reader);
        return configuration;

        void ReadAll(SettingSection part, SectionReader from)
        {
            foreach (var setting in part.Settings)
                setting.Read(from, configuration);
        }
    }

    private static void CheckTogether(ServerConfiguration configuration, SectionReader reader)
    {
        var registrar = configuration.Registrar;
        if (registrar.MinExpires > registrar.DefaultExpires || registrar.DefaultExpires > registrar.MaxExpires)
            reader.Refuse("Registrar:DefaultExpires", "must lie between MinExpires and MaxExpires");
        if (configuration.Listeners.Count == 0)
            reader.Refuse("Listeners", "is empty; give at least one, or leave it out for udp and tcp on 127.0.0.1:5060");
        if (
            configuration.Listeners.GroupBy(l => (l.Protocol == SipProtocol.Udp, l.EndPoint)).FirstOrDefault(g => g.Count() > 1) is
            { } twice
        )
            reader.Refuse("Listeners", $"{twice.First().EndPoint.ToIPEndPoint()} is there twice");
        CheckTls(configuration, reader);
        CheckProfiles(configuration, reader);
        CheckStore(configuration.Store, reader);
        CheckManagement(configuration.Management.Options, reader);
        CheckTelemetry(configuration.Management, reader);
        if (configuration.Management.Webhooks.DistinctBy(static w => w.Url).Count() < configuration.Management.Webhooks.Count)
            reader.Refuse("Management:Events:Webhooks", "a Url is there twice");
        if (!configuration.IsLoopbackOnly && !configuration.AllowUnauthenticated)
        {
            reader.Refuse(
                "AllowUnauthenticated",
                "a listener beyond loopback would serve anybody who reaches it, since nobody is asked for a password; "
                    + "listen on 127.0.0.1 or [::1] only, or set AllowUnauthenticated to true if the network in front is trusted"
            );
        }
    }

    private static void CheckTls(ServerConfiguration configuration, SectionReader reader)
    {
        if (configuration.Tls.CertificatePath is not null)
            return;
        if (configuration.Listeners.Any(l => l.Protocol == SipProtocol.Tls))
            reader.Refuse("Tls:Certificate", "is missing, and a tls listener needs one");
        else if (configuration.Tls.PrivateKeyPath is not null)
            reader.Refuse("Tls:Key", "has no effect without a Certificate");
    }

    /// <summary>What is wrong with a connection string; null when nothing is. Only keys and numbers can be, so it names no password.</summary>
    private static string? MistakeIn(string connection, StoreProvider provider)
    {
        try
        {
            DbConnectionStringBuilder parts =
                provider == StoreProvider.PostgreSql ? new NpgsqlConnectionStringBuilder() : new MySqlConnectionStringBuilder();
            parts.ConnectionString = connection;
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or InvalidOperationException)
        {
            return e.Message.Split('\r', '\n')[0];
        }
    }

    private static void CheckStore(StoreConfiguration store, SectionReader reader)
    {
        var isServer = store.Provider is StoreProvider.PostgreSql or StoreProvider.MySql;
        if (isServer && store.Connection is null)
            reader.Refuse("Store:Connection", $"is missing, and {store.Provider} needs one");
        else if (!isServer && store.Connection is not null)
            reader.Refuse("Store:Connection", $"has no effect with the Provider {store.Provider}; give PostgreSql or MySql");
        else if (isServer && MistakeIn(store.Connection!, store.Provider) is { } mistake)
            reader.Refuse("Store:Connection", $"is no connection string of {store.Provider}: {mistake}");
        if (store.Provider != StoreProvider.Sqlite && store.File is not null)
            reader.Refuse("Store:File", $"has no effect with the Provider {store.Provider}; it is the file of Sqlite");
        if (!store.UsesJournal && store.Journal is not null)
            reader.Refuse("Store:Journal", "has no effect with UseJournal false");
        if (!store.UsesJournal && store.LocationJournal is not null)
            reader.Refuse("Registrations:Journal", "has no effect with Store:UseJournal false");
        if (store.LocationJournal is not null && store.LocationJournal == store.Journal)
            reader.Refuse("Registrations:Journal", "is the file of Store:Journal; give another");
        if (store.CallRecords.IntermediateInterval is { TotalSeconds: > 0 and < 1 })
            reader.Refuse("CallRecords:IntermediateInterval", "is 0 or a second and more");
        if (store.CallRecordFile.MaxSize is > 0 and < 4096)
            reader.Refuse("CallRecords:FileSize", "is 0 or more");
        if (store.IsOff && store.KeepDays > 0)
            reader.Refuse("CallRecords:KeepDays", "has no effect with the Provider None");
        if (!store.KeepsCallRecords && store.CallRecordFile.Path.Length > 0)
            reader.Refuse("CallRecords:File", "has no effect with Enabled false");
    }

    private static void CheckManagement(ManagementOptions management, SectionReader reader)
    {
        if (management.Fifo.Length == 0 && management.FifoReplyDirectory != new ManagementOptions().FifoReplyDirectory)
            reader.Refuse("Management:FifoReplies", "has no effect without a Fifo");
        if (management.WithoutHttp && management.Listen.Count > 0)
            reader.Refuse("Management:Listen", "has no effect with Http false");
        if (management.Hep is { Mode: not HepMode.Off, Target.Length: 0 })
            reader.Refuse("Management:Hep:Mode", "needs a Target");
        if (
            management.Hep.ListenKey.Length == 0
            && management.Hep.Listen.FirstOrDefault(static p => !HepOptions.IsLoopback(p)) is { } place
        )
            reader.Refuse("Management:Hep:Listen", $"{place} is beyond loopback and needs a ListenKey");
        if (management.Recorder is { Mode: RecorderMode.Off, File.Length: > 0 })
            reader.Refuse("Management:Recorder:File", "has no effect with Mode Off");
        AccessRules.Check(management, reader);
    }

    private static void CheckTelemetry(ManagementConfiguration management, SectionReader reader)
    {
        var traces = management.Options.Traces;
        if (management.Telemetry.TracesEndpoint is null)
        {
            if (traces.Ratio > 0)
                reader.Refuse("Management:Traces:Ratio", "has no effect without Otlp, where traces are sent to");
            if (traces.TakesParents)
                reader.Refuse("Management:Traces:TakesParents", "has no effect without Otlp, where traces are sent to");
        }

        if (
            management.Telemetry.MetricsEndpoint is null
            && management.Telemetry.MetricsInterval != new TelemetryConfiguration().MetricsInterval
        )
            reader.Refuse("Management:Metrics:OtlpInterval", "has no effect without Otlp");
        if (management.Telemetry is { UsesHttp: true, MetricsEndpoint: null, TracesEndpoint: null })
            reader.Refuse("Management:OtlpProtocol", "has no effect without Metrics:Otlp or Traces:Otlp");
    }

    private static void CheckProfiles(ServerConfiguration configuration, SectionReader reader)
    {
        var names = configuration.Dialogs.ProfilesWithValue.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        foreach (var profile in configuration.Dialogs.ProfilesWithoutValue)
        {
            if (names.Contains(NameOf(profile)))
                reader.Refuse("Dialogs:ProfilesNoValue", $"\"{profile}\" is in ProfilesWithValue too");
        }
    }

    private static string NameOf(string profile) => profile.Split('/')[0].Trim();
}
