using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>Runs the management side with its application.</summary>
internal sealed class ManagementService : IHostedService, IAsyncDisposable
{
    private readonly ManagementOptions _options;
    private readonly Func<MiCommandTable> _commands;
    private readonly IManagementAccess _access;
    private readonly IEnumerable<IManagementEndpoints> _endpoints;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly List<IAsyncDisposable> _running = [];
    private readonly List<string> _places = [];
    private MiDispatcher? _dispatcher;
    private ManagementWeb? _web;

    public ManagementService(
        ManagementOptions options,
        Func<MiCommandTable> commands,
        IManagementAccess access,
        IEnumerable<IManagementEndpoints> endpoints,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        (_options, _commands, _access, _endpoints, _time, _loggers) = (options, commands, access, endpoints, time, loggers);
        _log = loggers.CreateLogger("Parley.Management");
    }

    /// <summary>Where it listens, once it is started: URLs, paths and addresses.</summary>
    public IReadOnlyList<string> Places => _places;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _dispatcher = new MiDispatcher(_commands(), _options, _log);
        try
        {
            if (!_options.WithoutHttp)
            {
                _web = new ManagementWeb(_options, _dispatcher, _access, _endpoints, _time, _loggers);
                _running.Add(_web);
                await _web.StartAsync(cancellationToken).ConfigureAwait(false);
                string mi = _options.MiRoot.Trim('/');
                _places.AddRange(_web.Addresses.Select(address => $"{address}/ (the page; MI: /{mi})"));
            }

            if (_options.Fifo.Length > 0)
            {
                _running.Add(new FifoListener(_options, _dispatcher, _log));
                _places.Add($"fifo:{_options.Fifo}");
            }

            foreach (string text in _options.Datagrams)
                Listen(text, _dispatcher);
        }
        catch (ManagementException)
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }

        ManagementLog.Listening(_log, string.Join(", ", _places));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_web is not null)
            await _web.StopAsync(cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable part in _running)
            await part.DisposeAsync().ConfigureAwait(false);
        _running.Clear();
        _dispatcher?.Dispose();
    }

    private void Listen(string text, MiDispatcher dispatcher)
    {
        if (!DatagramPlace.TryParse(text, out DatagramPlace? place))
            throw new ManagementException(
                $"The management address \"{text}\" is not allowed; give udp: and a loopback address and port, or unix: and a path"
            );
        var listener = new DatagramListener(place, _options, dispatcher, _log);
        _running.Add(listener);
        _places.Add(listener.Place);
    }
}
