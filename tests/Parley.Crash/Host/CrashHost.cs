using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Crash.Host;

/// <summary>The proxy that is killed: every call is a dialog in a profile, in a store. A line on its input is a question, a line on its output the answer.</summary>
internal static class CrashHost
{
    /// <summary>The same over restarts, so that the proxy knows its own Record-Routes again.</summary>
    private static readonly byte[] Key = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    public static async Task<int> RunAsync(CrashSettings settings)
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Transport.Listeners.Add(
            new SipListenerOptions
            {
                Protocol = SipProtocol.Udp,
                EndPoint = new IPEndPoint(IPAddress.Loopback, settings.Port),
                Workers = 1,
            }
        );
        builder.Proxy.RouteKey = Key;
        builder.AddDialogs(static options => options.ProfilesWithValue.Add("caller"));
        await using IAsyncDisposable stores = CrashStores.Add(builder, settings);
        await using ParleyApplication application = builder.Build();
        SipUri callee = SipUri.Parse($"sip:127.0.0.1:{settings.Callee}");
        application.OnRequest(async context =>
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

            context.CreateDialog();
            context.Dialog!.Profiles.Set("caller", context.Request.From.Uri.User);
            context.Dialog!.Values.Set("number", context.RequestUri.UserText);
            context.RecordRoute();
            context.AddTarget(callee);
            await context.RelayAsync();
        });
        using var over = new CancellationTokenSource();
        using PosixSignalRegistration term = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            signal =>
            {
                signal.Cancel = true;
                over.Cancel();
            }
        );
        await application.StartAsync();
        IDialogApi dialogs = application.Services.GetRequiredService<IDialogApi>();
        Console.WriteLine("ready");
        // A read of the console blocks whoever makes it: it has a thread, so that SIGTERM need not wait for a line.
        while (await NextAsync(over.Token) is { } question)
        {
            if (question == "calls")
                Console.WriteLine(JsonSerializer.Serialize(Calls(dialogs), CrashJson.Default.ListCrashCall));
            else if (question == "profile")
                Console.WriteLine(dialogs.FindProfile("caller")!.Size().ToString(CultureInfo.InvariantCulture));
            else if (question == "statistics")
                Console.WriteLine(CrashStores.Statistics(application));
        }

        await application.StopAsync();
        return 0;
    }

    private static async Task<string?> NextAsync(CancellationToken over)
    {
        try
        {
            return await Task.Run(static () => Console.In.ReadLine(), over).WaitAsync(over);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static List<CrashCall> Calls(IDialogApi dialogs) =>
        [
            .. dialogs
                .Dialogs()
                .Where(static d => d.State is DialogState.ConfirmedNoAck or DialogState.Confirmed)
                .Select(static d => new CrashCall(
                    d.CallId,
                    d.Id.ToString(),
                    d.State.ToString(),
                    d.Values["number"] ?? "",
                    (long)d.RemainingLifetime.TotalSeconds
                )),
        ];
}
