using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.EndToEnd.Tests.Peers;

/// <summary>A proxy with dialogs in the test's own process, on a real loopback socket: the test sets its options and has its API at hand.</summary>
internal sealed class DialogHost : IAsyncDisposable
{
    /// <summary>Longest wait for anything of a call.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly TaskCompletionSource<Dialog> _created = New(),
        _answered = New(),
        _acknowledged = New(),
        _over = New();
    private readonly SipUri[] _callees;
    private readonly DialogFlags _flags;
    private int _confirmed;

    private DialogHost(ParleyApplication application, int port, SipUri[] callees, DialogFlags flags)
    {
        (Application, Port, _callees, _flags) = (application, port, callees, flags);
        Api = application.Services.GetRequiredService<IDialogApi>();
        Api.Register(
            null,
            DialogCallbackTypes.Created,
            (dialog, _, _) =>
            {
                dialog.On(DialogCallbackTypes.Confirmed, OnConfirmed);
                dialog.On(DialogCallbackTypes.RequestWithin, OnWithin);
                dialog.On(
                    DialogCallbackTypes.Terminated | DialogCallbackTypes.Expired | DialogCallbackTypes.Failed,
                    (over, _, _) => _over.TrySetResult(over)
                );
                _created.TrySetResult(dialog);
            }
        );
        application.OnRequest(HandleAsync);
    }

    public ParleyApplication Application { get; }

    public IDialogApi Api { get; }

    public int Port { get; }

    /// <summary>How often Confirmed ran.</summary>
    public int Confirmed => _confirmed;

    /// <summary>The first call's dialog, when its INVITE has been relayed.</summary>
    public Task<Dialog> Created => _created.Task.WaitAsync(Limit);

    /// <summary>The first call's dialog, when its 2xx is about to go to the caller.</summary>
    public Task<Dialog> Answered => _answered.Task.WaitAsync(Limit);

    /// <summary>The first call's dialog, when the caller's ACK has come and is about to go on.</summary>
    public Task<Dialog> Acknowledged => _acknowledged.Task.WaitAsync(Limit);

    /// <summary>The first call's dialog, when it has ended: terminated, expired or failed.</summary>
    public Task<Dialog> Over => _over.Task.WaitAsync(Limit);

    /// <summary>Starts it.</summary>
    /// <param name="transport">"udp" or "tcp".</param>
    /// <param name="callees">Ports that each call goes to, at once.</param>
    /// <param name="flags">Of each dialog.</param>
    /// <param name="dialogs">Options of the dialogs.</param>
    /// <param name="builder">Whatever else is to be set.</param>
    public static async Task<DialogHost> StartAsync(
        string transport,
        int[] callees,
        DialogFlags flags = DialogFlags.None,
        Action<DialogOptions>? dialogs = null,
        Action<ParleyApplicationBuilder>? builder = null
    )
    {
        var port = Ports.Next();
        var parts = ParleyApplication.CreateEmptyBuilder();
        parts.Listen($"{transport}:{IPAddress.Loopback}:{port}");
        parts.AddDialogs(options => dialogs?.Invoke(options));
        builder?.Invoke(parts);
        var uris = Array.ConvertAll(callees, callee => SipUri.Parse($"sip:callee@127.0.0.1:{callee};transport={transport}"));
        var host = new DialogHost(parts.Build(), port, uris, flags);
        await host.Application.StartAsync();
        return host;
    }

    /// <summary>Runs an action at the n-th of its requests of its own, before that is sent.</summary>
    public void AtOwnRequest(int number, SipMethod method, Action action)
    {
        var count = 0;
        Application.OnLocalRequest(request =>
        {
            if (request.Method == method && Interlocked.Increment(ref count) == number)
                action();
        });
    }

    public ValueTask DisposeAsync() => Application.DisposeAsync();

    private static TaskCompletionSource<Dialog> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnConfirmed(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        Interlocked.Increment(ref _confirmed);
        _answered.TrySetResult(dialog);
    }

    private void OnWithin(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        if (parameters.Message!.Method == SipMethod.Ack)
            _acknowledged.TrySetResult(dialog);
    }

    private async ValueTask HandleAsync(SipContext context)
    {
        if (context.IsInDialog)
        {
            await context.RelayInDialogAsync();
            return;
        }

        if (context.Method != SipMethod.Invite)
        {
            context.Reply(405);
            return;
        }

        context.CreateDialog(_flags);
        context.RecordRoute();
        foreach (var callee in _callees)
            context.AddTarget(callee);
        await context.RelayAsync();
    }
}
