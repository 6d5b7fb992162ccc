using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>A proxy from its start to its crash, with its store in realtime mode: what makes or ends a call leaves when its row is durable.</summary>
internal sealed class ProxyLife : IDisposable
{
    private readonly SimulatedClock _clock;
    private readonly SimulatedTransport _host;
    private readonly SipRandom _random;
    private Task _flush = Task.CompletedTask;
    private bool _isDead;

    public ProxyLife(
        SimulatedNetwork network,
        MemoryDialogStore rows,
        List<byte[]>? entries,
        ulong seed,
        SipRequestHandler route,
        Violations violations
    )
    {
        _clock = network.Clock;
        _random = SipRandom.FromSeed(seed ^ 0xF1A5_4E5E_ED00_0001);
        FlushEvery = 5 + _random.Next(40);
        HasJournal = entries is not null;
        // Without a journal a row that the store refuses is in memory alone.
        Store = new FaultyStore(rows, _clock, _random)
        {
            RefusedRest = HasJournal && _random.Next(3) == 0 ? _random.Next(23) : -1,
            NamesRefused = _random.Next(2) == 0,
        };
        // Where calls go on without a store and a journal, they are lost by a crash then, which is no fault.
        bool refuses = !HasJournal || _random.Next(2) == 0;
        Journal = new FaultyJournal(entries ?? [], _clock, _random) { Fails = refuses };
        _host = network.AddHost("10.0.0.1", "udp:10.0.0.1:5060", "tcp:10.0.0.1:5060");
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder
            .UseTransport(_host)
            .UseTimeProvider(_clock)
            .UseRandom(SipRandom.FromSeed(seed + 1))
            .UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(static options =>
        {
            options.DefaultTimeout = TimeSpan.FromMinutes(5);
            options.NoAckTimeout = TimeSpan.FromSeconds(40);
        });
        builder.AddCallRecords();
        App = builder.Build();
        App.OnRequest(route);
        Dialogs = App.Services.GetRequiredService<IDialogApi>();
        Dialogs.AddProfiles("calls", hasValue: false);
        Dialogs.AddProfiles("callee", hasValue: true);
        Persistence = new DialogPersistence(
            Dialogs,
            Store,
            _host.Listeners,
            new DialogStoreOptions
            {
                Mode = DialogStoreMode.Realtime,
                Durability = DialogDurability.Before,
                Journal = HasJournal ? Journal : null,
                WhenUnavailable = refuses ? DialogStoreOutagePolicy.Refuse : DialogStoreOutagePolicy.Degrade,
                Retry = TimeSpan.FromSeconds(1),
                StoreTimeout = TimeSpan.FromSeconds(1),
                MaxHold = TimeSpan.FromSeconds(HasJournal ? 20 : 30),
                CommitRows = 1 + _random.Next(20),
            },
            _clock
        );
        Violations = violations;
    }

    public FaultyStore Store { get; }

    public FaultyJournal Journal { get; }

    /// <summary>What the store does not take goes into the journal; else it waits in memory, and responses wait for it.</summary>
    public bool HasJournal { get; }

    public ParleyApplication App { get; }

    public IDialogApi Dialogs { get; }

    public DialogPersistence Persistence { get; }

    /// <summary>The time between two looks of the writer.</summary>
    public int FlushEvery { get; set; }

    private Violations Violations { get; }

    /// <summary>Loads what the former life left, then opens the network. False: the process was gone first.</summary>
    /// <param name="limit">It crashes after this time if it has not loaded all.</param>
    public bool Start(TimeSpan limit)
    {
        TimeSpan end = _clock.Elapsed + limit;
        while (true)
        {
            Task load = Persistence.LoadAsync().AsTask();
            if (!_clock.RunUntil(() => load.IsCompleted, Max(end - _clock.Elapsed)))
                return false;
            if (load.IsCompletedSuccessfully)
                break;
            _ = load.Exception;
            _clock.RunFor(TimeSpan.FromMilliseconds(500));
            if (_clock.Elapsed >= end)
                return false;
        }

        App.StartAsync().GetAwaiter().GetResult();
        Flush();
        return true;
    }

    public void Crash()
    {
        _isDead = true;
        Store.Crash();
        Journal.Crash();
        _host.Crash();
    }

    /// <summary>The store is well again: all that waits is written.</summary>
    public void FlushAll()
    {
        Store.IsHealthy = true;
        Journal.IsHealthy = true;
        _clock.RunFor(TimeSpan.FromSeconds(30)); // rows that were put aside are tried again meanwhile
        _isDead = true; // no flush from the clock beside this
        while (Persistence.FlushAsync().AsTask().GetAwaiter().GetResult()) { }
        _isDead = false;
        Flush();
    }

    public void Dispose()
    {
        Crash();
        Persistence.Dispose();
        App.Dispose();
    }

    private static TimeSpan Max(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;

    private void Flush()
    {
        if (_isDead)
            return;
        if (_flush.IsCompleted)
        {
            if (_flush.Exception?.InnerException is { } failure and not IOException and not TimeoutException and not InvalidDataException)
                Violations.Add($"the writer threw {failure}");
            _flush = Persistence.FlushAsync().AsTask();
        }

        _clock.Schedule(TimeSpan.FromMilliseconds(Persistence.Statistics.IsAvailable ? FlushEvery : 100), Flush);
    }
}
