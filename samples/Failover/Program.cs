using System.Globalization;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;

ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
builder.Listen(builder.Configuration["listen"] ?? "udp:127.0.0.1:5060");
builder.AddDialogs();
ParleyApplication app = builder.Build();
SipUri[] gateways = [.. (app.Configuration["gateways"] ?? "sip:127.0.0.1:5070,sip:127.0.0.1:5071").Split(',').Select(SipUri.Parse)];

// One object for all calls.
var patience = new RelayOptions
{
    FirstResponseTimeout = TimeSpan.FromMilliseconds(Number("silence", 1000)),
    FinalResponseTimeout = TimeSpan.FromSeconds(Number("ringing", 60)),
};

app.OnRequest(async context =>
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
    context.RecordRoute();
    // Runs when the last gateway has failed, before its answer leaves.
    context.OnFailure(static failed =>
    {
        // The servers' own trouble is no business of the caller's: one answer for all of it.
        if (failed.Failure.IsServerFault)
            failed.Reply(503, "No Gateway", "Retry-After: 10\r\n"u8);
        return ValueTask.CompletedTask;
    });
    await context.FailoverAsync(gateways, patience);
});
app.Run();

int Number(string name, int otherwise) => app.Configuration[name] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
