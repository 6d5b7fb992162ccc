using Parley.Dialogs;
using Parley.Hosting;
using Parley.Samples;
using Parley.Sip;

ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
builder.Listen(builder.Configuration["listen"] ?? "udp:127.0.0.1:5060");
builder.AddDialogs();
builder.AddModule<ExampleModule>();
ParleyApplication app = builder.Build();
SipUri callee = SipUri.Parse(app.Configuration["callee"] ?? "sip:127.0.0.1:5070");

app.OnRequest(async context =>
{
    if (context.IsInDialog)
    {
        // Once the module has ended a call, what is still on its way finds the dialog for another 32 seconds.
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
    context.AddTarget(callee);
    await context.RelayAsync();
});
app.Run();
