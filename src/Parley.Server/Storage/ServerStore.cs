using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Registrar;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Hosting;
using Parley.Sql;

namespace Parley.Server.Storage;

/// <summary>The database of the server, as its settings describe it: where calls, registrations and call records outlive it.</summary>
internal sealed class ServerStore : IAsyncDisposable
{
    /// <summary>The name of SQLite's file in the state directory.</summary>
    public const string FileName = "parley.db";

    /// <summary>The name of the journal's file there.</summary>
    public const string JournalName = "journal";

    /// <summary>That of the journal of registrations.</summary>
    public const string LocationJournalName = "journal-registrations";

    private readonly ServerConfiguration _configuration;
    private readonly SqlDatabase _database;
    private readonly string? _journal;
    private readonly string? _locationJournal;

    private ServerStore(ServerConfiguration configuration, SqlDatabase database, StateDirectory? directory)
    {
        _configuration = configuration;
        _database = database;
        var store = configuration.Store;
        if (!store.UsesJournal)
            return;
        _journal = store.Journal ?? Within(directory, JournalName);
        _locationJournal = store.LocationJournal ?? Within(directory, LocationJournalName);
    }

    /// <summary>Where it is, without a password.</summary>
    public string Place => _database.Place;

    /// <summary>The database, for the commands.</summary>
    public SqlDatabase Database => _database;

    /// <summary>The store that the settings ask for; nothing is opened. Null: none is asked for, or there is no place for its file.</summary>
    /// <param name="configuration">The settings; checked.</param>
    /// <param name="directory">The state directory; null when there is none.</param>
    public static ServerStore? Of(ServerConfiguration configuration, StateDirectory? directory)
    {
        var store = configuration.Store;
        if (store.IsOff || OptionsOf(store, directory) is not { } options)
            return null;
        return new ServerStore(configuration, new SqlDatabase(options, TimeProvider.System), directory);
    }

    /// <summary>Gives the application its stores.</summary>
    public void AddTo(ParleyApplicationBuilder builder)
    {
        var tables = Tables();
        if (_configuration.Store.KeepsCallRecords)
        {
            tables.CallRecords = new SqlCallRecordOptions { Outbox = _configuration.Store.WritesFile };
            Fill(new StoreConfiguration { CallRecordTables = tables.CallRecords });
        }
        builder.AddDialogStore(
            new SqlDialogStore(_database, tables),
            options =>
            {
                Fill(new StoreConfiguration { Dialogs = options });
                options.Journal = _journal is null ? null : new FileJournal(_journal);
            }
        );
        if (_configuration.Store.Locations.Mode != LocationStoreMode.None)
        {
            builder.Services.AddLocationStore(
                new SqlLocationStore(_database, new SqlLocationStoreOptions { Migrate = tables.Migrate }),
                options =>
                {
                    Fill(new StoreConfiguration { Locations = options });
                    options.Journal = _locationJournal is null ? null : new FileLocationJournal(_locationJournal);
                }
            );
        }
        if (!_configuration.Store.KeepsCallRecords)
            return;
        builder.AddCallRecords(options => Fill(new StoreConfiguration { CallRecords = options }));
        if (_configuration.Store.KeepDays > 0)
        {
            builder.Services.AddSingleton<IHostedService>(services => new CallRecordPruning(
                _database,
                _configuration.Store.KeepDays,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<CallRecordPruning>>()
            ));
        }
        if (_configuration.Store.WritesFile)
            builder.AddCallRecordFile(options => Fill(new StoreConfiguration { CallRecordFile = options }));
    }

    /// <summary>How the tables of calls are used: for the store, and for the commands.</summary>
    public SqlDialogStoreOptions Tables()
    {
        var tables = new SqlDialogStoreOptions { HashSize = _configuration.Dialogs.HashSize };
        Fill(new StoreConfiguration { Tables = tables });
        return tables;
    }

    // The application's options objects are its own: each setting carries its value over.
    private void Fill(StoreConfiguration target)
    {
        var to = new ServerConfiguration { Store = target };
        foreach (var section in SettingTable.Sections.Where(static s => s.Name is "Store" or "Registrations" or "CallRecords"))
        {
            foreach (var setting in section.Settings)
                setting.Copy(_configuration, to);
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static string? Within(StateDirectory? directory, string name) => directory is { } state ? Path.Combine(state.Path, name) : null;

    private static SqlDatabaseOptions? OptionsOf(StoreConfiguration store, StateDirectory? directory)
    {
        var options = store.Database;
        options.Provider = store.Provider switch
        {
            StoreProvider.PostgreSql => SqlProvider.PostgreSql,
            StoreProvider.MySql => SqlProvider.MySql,
            _ => SqlProvider.Sqlite,
        };
        if (store.Provider != StoreProvider.Sqlite)
        {
            options.ConnectionString = store.Connection!;
            return options;
        }
        if ((store.File ?? Within(directory, FileName)) is not { } file)
            return null;
        options.ConnectionString = $"Data Source={file}";
        return options;
    }
}
