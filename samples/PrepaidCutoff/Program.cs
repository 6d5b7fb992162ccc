using Parley.Dialogs;
using Parley.Hosting;
using Parley.Samples;
using Parley.Sip;

ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
builder.Listen(builder.Configuration["listen"] ?? "udp:127.0.0.1:5060");
builder.AddDialogs();
builder.AddModule<PrepaidModule>();
ParleyApplication app = builder.Build();
SipUri callee = SipUri.Parse(app.Configuration["callee"] ?? "sip:127.0.0.1:5070");
var prepaid = (PrepaidModule)app.Services.GetService(typeof(PrepaidModule))!;

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

    if (!prepaid.HasCredit(context.Request.From.Uri.UserText))
    {
        context.Reply(402);
        return;
    }

    context.CreateDialog(DialogFlags.ByeOnTimeout);
    context.RecordRoute();
    context.AddTarget(callee);
    await context.RelayAsync();
});
app.Run();
