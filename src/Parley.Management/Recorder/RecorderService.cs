using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Transport;

namespace Parley.Management;

/// <summary>The recorder of an application: its parts, put in the way of messages and steps while the application runs.</summary>
internal sealed class RecorderService : IHostedService, IDisposable
{
    private readonly ParleyApplication _application;
    private readonly RecorderOptions _options;
    private readonly ILogger _log;
    private readonly CallRing? _ring;
    private readonly CallRecorder? _recorder;

    /// <exception cref="ManagementException">The file cannot be used.</exception>
    public RecorderService(ParleyApplication application, RecorderOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        options.Check();
        (_application, _options) = (application, options);
        _log = loggers.CreateLogger("Parley.Management");
        var marks = new CallMarkTable();
        if (options.Mode != RecorderMode.Off)
        {
            _ring = new CallRing(Open(options));
            _recorder = new CallRecorder(_ring, options, marks, time);
        }

        Calls = new CallReader(_ring, options, marks, time);
        Marks = marks;
    }

    /// <summary>What was recorded.</summary>
    public CallReader Calls { get; }

    public CallMarkTable Marks { get; }

    /// <summary>What writes into the ring; null: nothing is recorded.</summary>
    public CallRecorder? Recorder => _recorder;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_recorder is null)
            return Task.CompletedTask;
        string place = _options.File.Length == 0 ? "memory" : _options.File;
        RecorderLog.Recording(_log, _options.Mode, _options.Bytes >> 20, place);
        if (_options.File.Length > 0 && Calls.Torn is > 0 and var torn)
            RecorderLog.Torn(_log, place, torn);
        _application.Transport.AddTap(_recorder);
        _application.CallSteps.Sink = _recorder;
        if (_application.Services.GetService<IDialogApi>() is { } dialogs)
        {
            dialogs.OnLimitReached(OnLimitReached);
            dialogs.OnPingFailed(OnPingFailed);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (_recorder is null)
            return Task.CompletedTask;
        _application.Transport.RemoveTap(_recorder);
        _application.CallSteps.Sink = null;
        if (_ring!.Lost is > 0 and var lost)
            RecorderLog.Lost(_log, lost);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        Calls.Close();
        _ring?.Dispose();
    }

    private void OnLimitReached(Dialog dialog, DialogProfile profile, string value, int limit) =>
        _application.CallSteps.Note(
            dialog.CallIdUtf8,
            dialog.Id.Value,
            CallStep.LimitReached,
            limit,
            0,
            value.Length == 0 ? profile.Name : $"{profile.Name}={value}"
        );

    private void OnPingFailed(Dialog dialog, DialogLeg leg, string reason) =>
        _application.CallSteps.Note(
            dialog.CallIdUtf8,
            dialog.Id.Value,
            CallStep.PingFailed,
            0,
            0,
            $"{(leg == dialog.Caller ? "caller" : "callee")} dead: {reason}"
        );

    private static RingMemory Open(RecorderOptions options)
    {
        try
        {
            return new RingMemory(options.Bytes, options.File);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OutOfMemoryException or ArgumentException)
        {
            throw new ManagementException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Management:Recorder: {(options.File.Length == 0 ? $"{options.Bytes >> 20} MB cannot be had" : $"the file {options.File} cannot be used")}: {error.Message.ReplaceLineEndings(" ")}"
                ),
                error
            );
        }
    }
}
